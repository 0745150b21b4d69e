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

from geo.columns import Floats, Integers, Truths, Words
from geo.hexagons.cells import cell_polygons, parents
from geo.hexagons.search import resolution_of

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


def maybe_in(cells: Integers, box: tuple[float, float, float, float]) -> Truths:
    """Tell quickly which cells may meet a box (west, south, east, north): those of the families that do.

    Examples
    --------
    >>> cells = np.array([0x89415CB419BFFFF, 0x8965B566D13FFFF])
    >>> maybe_in(cells, (105.8, 20.9, 105.9, 21.1)).tolist()
    [True, False]
    """
    over, resolution = _over(cells)
    distinct = _distinct(over)
    extents = np.array([_extent(parent, resolution) for parent in distinct]).reshape(-1, 4)
    near = (extents[:, :2] <= box[2:]).all(axis=1) & (extents[:, 2:] >= box[:2]).all(axis=1)
    return np.isin(over, np.array(distinct, np.int64)[near])


def _over(cells: Integers) -> tuple[Integers, int]:
    """Give the cell that each one's family lies in, and the resolution of all of them."""
    resolution = resolution_of(int(cells[0])) if len(cells) else _STEPS
    return parents(cells, max(resolution - _STEPS, 0)), resolution


def _distinct(over: Integers) -> list[int]:
    once: list[int] = np.unique(over[np.diff(over, prepend=0) != 0]).tolist()  # of cells in order, few are left to sort
    return once


def _of_families(cells: Integers, kept: Callable[[int, int], NDArray[Any]]) -> NDArray[Any]:
    if not len(cells):
        return kept(_ANY, 0)[:0]
    every, resolution = _over(cells)
    over = _distinct(every)
    # In the order of their numbers all cells of a family stand before all of the next one.
    place = np.searchsorted(np.concatenate([_family(parent, resolution) for parent in over]), cells)
    return np.concatenate([kept(parent, resolution) for parent in over]).take(place, axis=0)


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
def _extent(parent: int, resolution: int) -> tuple[float, float, float, float]:
    west, south, east, north = _bounds(parent, resolution).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


@lru_cache(maxsize=_KEPT)
def _geojson(parent: int, resolution: int) -> Words:
    polygons = cell_polygons(_family(parent, resolution))
    texts: Words = shapely.to_geojson(shapely.transform(polygons, lambda corners: corners.round(DECIMALS)))
    return texts
