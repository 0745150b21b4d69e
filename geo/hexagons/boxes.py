"""Which cells meet a box."""

import numpy as np
import shapely

from geo.columns import Integers, Truths
from geo.counting.query import COARSEST
from geo.hexagons.cells import cell_polygons
from geo.hexagons.families import cell_bounds, maybe_in

Box = tuple[float, float, float, float]
_CELL_DEGREES = 0.4
"""More than two widths of a cell of resolution 5; each finer one is narrower by the root of seven."""


def cells_in(cells: Integers, box: Box) -> Truths:
    """Tell which cells of one resolution meet a box.

    Parameters
    ----------
    cells : ndarray of int64, shape (n,)
    box : (west, south, east, north)
        Degrees.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    found = maybe_in(cells, box)
    near = np.flatnonzero(found)
    west, south, east, north = cell_bounds(cells[near]).T
    meet: Truths = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    whole = (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])
    unsure = np.flatnonzero(meet & ~whole)
    meet[unsure] = shapely.intersects(cell_polygons(cells[near[unsure]]), shapely.box(*box))
    found[near] = meet
    return found


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
