"""Shapes of cells, drawn once: a map of a whole city would spend most of its time on drawing the same cells again.

Cells are kept by families: all that lie in one cell four resolutions coarser, 2,401 of them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from h3ronpy import change_resolution
from numpy.typing import NDArray

from geo.columns import Floats, Integers, Words
from geo.hexagons.cells import cell_polygons, parents

DECIMALS: Final = 6  # 0.1 m
_STEPS = 4
_KEPT = 64
"""So many families stay in memory, with their texts 40 MB at most: a city at two resolutions."""


def cell_geojson(cells: Integers) -> Words:
    """Write the shape of each cell as a GeoJSON geometry.

    Parameters
    ----------
    cells : ndarray of int64, shape (n,)
        Of one resolution.

    Examples
    --------
    >>> cell_geojson(np.array([0x89415CB419BFFFF]))[0][:31]
    '{"type":"Polygon","coordinates"'
    """
    return _of_families(cells, _geojson)


def cell_bounds(cells: Integers) -> Floats:
    """Give west, south, east and north of each cell.

    Parameters
    ----------
    cells : ndarray of int64, shape (n,)
        Of one resolution.

    Returns
    -------
    ndarray of float64, shape (n, 4)

    Examples
    --------
    >>> cell_bounds(np.array([0x89415CB419BFFFF])).round(2).tolist()
    [[105.87, 21.0, 105.87, 21.0]]
    """
    return _of_families(cells, _bounds)


def _of_families(cells: Integers, kept: Callable[[int, int], NDArray[Any]]) -> NDArray[Any]:
    if not len(cells):
        return kept(_ANY, 0)[:0]
    resolution = int(cells[0]) >> 52 & 0b1111
    over, family = np.unique(parents(cells, max(resolution - _STEPS, 0)), return_inverse=True)
    found = [_family(parent, resolution) for parent in over.tolist()]
    starts = np.cumsum([0, *(len(each) for each in found)])
    place = np.empty(len(cells), np.int64)
    for number, each in enumerate(found):
        ours = family == number
        place[ours] = starts[number] + np.searchsorted(each, cells[ours])
    return np.concatenate([kept(parent, resolution) for parent in over.tolist()])[place]


_ANY: Final = 0x8041FFFFFFFFFFF
"""A cell of resolution 0: from its family an answer of no cells takes its shape."""


@lru_cache(maxsize=_KEPT)
def _family(parent: int, resolution: int) -> Integers:
    children = pa.array(change_resolution(np.array([parent], np.uint64), resolution))
    cells: Integers = np.sort(children.to_numpy().view(np.int64))
    return cells


@lru_cache(maxsize=_KEPT)
def _bounds(parent: int, resolution: int) -> Floats:
    bounds: Floats = shapely.bounds(cell_polygons(_family(parent, resolution)))
    return bounds


@lru_cache(maxsize=_KEPT)
def _geojson(parent: int, resolution: int) -> Words:
    polygons = cell_polygons(_family(parent, resolution))
    texts: Words = shapely.to_geojson(shapely.transform(polygons, lambda corners: corners.round(DECIMALS)))
    return texts
