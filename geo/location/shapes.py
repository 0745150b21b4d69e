"""Arrays of shapes taken apart and put together."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[Any]


def segments(lines: Shapes) -> tuple[Shapes, npt.NDArray[np.intp]]:
    """Cut lines into their segments; return these and the position of the line that each comes from."""
    parts, line = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    ends = np.stack([points[:-1], points[1:]], axis=1)[joined]
    return shapely.linestrings(ends), line[part[:-1][joined]]


def polygonal(shapes: Iterable[Any]) -> Shapes:
    """Return shapes as multipolygons, without the points and lines that an operation may have left in them."""
    shapes = np.asarray(shapes, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    out = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts[areal], indices=owner[inner][areal], out=out)
    return out
