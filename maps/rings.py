"""Polygons written small for a map file: whole steps of 0.00001 degrees from corner to corner."""

from typing import TypedDict

import numpy as np
import shapely
from numpy.typing import NDArray

STEPS_PER_DEGREE = 100_000
"""Five decimals: about one metre, less than a pixel at any zoom that a map of hexagons has."""


class Rings(TypedDict):
    """Rings as numbers: ``corners`` of each ring, and ``steps`` (lon, lat, lon, lat, ...) through all of them.

    The first step leads from (0, 0) to the first corner; a ring's last corner is followed by the next ring's first.
    Rings are not closed. `readRings` in `templates/map_file.js` reads them.
    """

    corners: list[int]
    steps: list[int]
    stepsPerDegree: int


def rings_of(polygons: NDArray[np.object_]) -> Rings:
    """Write the rings of polygons.

    Parameters
    ----------
    polygons : ndarray of shapely.Polygon or MultiPolygon
        Longitude, latitude, in degrees.

    Returns
    -------
    Rings

    Examples
    --------
    >>> rings_of(shapely.polygons([[(105.8, 21), (105.9, 21), (105.8, 21.1)]]))
    {'corners': [3], 'steps': [10580000, 2100000, 10000, 0, -10000, 10000], 'stepsPerDegree': 100000}
    """
    rings = shapely.get_rings(shapely.get_parts(polygons))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    closes = np.append(ring[1:] != ring[:-1], True)[: len(ring)]
    corners = np.rint(coordinates[~closes] * STEPS_PER_DEGREE).astype(np.int64)
    return {
        "corners": np.bincount(ring[~closes], minlength=len(rings)).tolist(),
        "steps": np.diff(corners, axis=0, prepend=[[0, 0]]).ravel().tolist(),
        "stepsPerDegree": STEPS_PER_DEGREE,
    }
