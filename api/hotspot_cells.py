"""Which cells meet a box: cells of the city are drawn once a generation, all others when they are asked for."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from geo.cells import cell_polygons
from geo.columns import Floats, Integers, Truths
from geo.cube import COARSEST
from geo.cube_axes import CUBE_RESOLUTION
from geo.grids import Boundaries, boundaries_of, grid_at
from geo.hexgrid import HexGrid
from geo.jurisdiction import Layer

Box = tuple[float, float, float, float]
_CELL_DEGREES = 0.4
"""More than two widths of a cell of resolution 5; each finer one is narrower by the root of seven."""


@dataclass(frozen=True, eq=False)
class _Drawn:
    grid: HexGrid
    bounds: Floats


def cells_in(cells: Integers, box: Box, layer: Layer) -> Truths:
    """Tell which cells of one resolution meet a box.

    Parameters
    ----------
    cells : ndarray of int64, shape (n,)
    box : (west, south, east, north)
        Degrees.
    layer : Layer
        Boundaries on whose grid most of the cells are.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not len(cells):
        return np.zeros(0, bool)
    west, south, east, north = _bounds(cells, layer).T
    meet: Truths = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    whole = (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])
    unsure = np.flatnonzero(meet & ~whole)
    meet[unsure] = shapely.intersects(cell_polygons(cells[unsure]), shapely.box(*box))
    return meet


def around(box: Box, resolution: int) -> Box:
    """Give a box that holds every report whose cell meets a box.

    Examples
    --------
    >>> around((105.8, 21.0, 105.9, 21.1), 9)
    (105.791837, 20.991837, 105.908163, 21.108163)
    """
    margin = _CELL_DEGREES / 7 ** ((resolution - COARSEST) / 2)
    west, south, east, north = box
    return round(west - margin, 6), round(south - margin, 6), round(east + margin, 6), round(north + margin, 6)


def _bounds(cells: Integers, layer: Layer) -> Floats:
    resolution = int(cells[0]) >> 52 & 0b1111
    if resolution > CUBE_RESOLUTION:
        return shapely.bounds(cell_polygons(cells))
    drawn = _drawn(boundaries_of(layer), resolution)
    place = drawn.grid.find(cells)
    bounds = drawn.bounds[place]
    outside = np.flatnonzero(place < 0)
    bounds[outside] = shapely.bounds(cell_polygons(cells[outside]))
    return bounds


@lru_cache(maxsize=16)
def _drawn(boundaries: Boundaries, resolution: int) -> _Drawn:
    grid = grid_at(boundaries, resolution)
    return _Drawn(grid, shapely.bounds(cell_polygons(grid.cell)))
