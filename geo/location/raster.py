"""Edges on a raster: which cells they may pass, and which unit lies to the left of a cell's centre.

Coordinates here are in cells: the cell in column c and row r holds the points with c <= u < c + 1 and r <= v < r + 1.
"""

import numpy as np

from geo.location.edges import Edges, Floats, Ints, ranges

MARGIN = 1e-6
"""How far, in cells, an edge marks beyond itself.

A coordinate in cells is one subtraction and one product of float64: wrong by less than 1e-9 cells on any raster of less
than 2**20 columns. The margin is a thousand times that, and costs nothing.
"""

_COVER = np.int64(1) << 32


def cells_passed(edges: Edges) -> tuple[Ints, Ints, Ints]:
    """Find every cell that an edge passes or comes within `MARGIN` of.

    Returns
    -------
    edge, row, column : (m,) ndarray of int64
        In the order of the edges. A cell may come more than once.
    """
    low, high = np.minimum(edges.y1, edges.y2), np.maximum(edges.y1, edges.y2)
    edge, row = ranges(_floor(low - MARGIN), _floor(high + MARGIN))
    start, run, rise = edges.x1[edge], (edges.x2 - edges.x1)[edge], (edges.y2 - edges.y1)[edge]
    level = np.abs(rise) < MARGIN
    below = (row - MARGIN - edges.y1[edge]) / np.where(level, 1, rise)
    across = (1 + 2 * MARGIN) / np.where(level, 1, rise)
    enter = np.where(level, start, start + np.clip(below, 0, 1) * run)
    leave = np.where(level, start + run, start + np.clip(below + across, 0, 1) * run)
    first, last = np.minimum(enter, leave) - MARGIN, np.maximum(enter, leave) + MARGIN
    span, column = ranges(_floor(first), _floor(last))
    return edge[span], row[span], column


class Cover:
    """How many units cover the centre of a cell, and which one if it is one.

    A walk along a row of centres enters a unit at each edge that runs down and leaves it at each edge that runs up. The
    walk is kept as one sorted list of crossings with running totals. It is right for each centre that no edge passes
    within rounding, so for all cells that `cells_passed` does not name.

    Parameters
    ----------
    edges : Edges
        In cells.
    columns : int
        Of the raster; a cell's number is row * columns + column.
    """

    def __init__(self, edges: Edges, columns: int) -> None:
        low, high = np.minimum(edges.y1, edges.y2), np.maximum(edges.y1, edges.y2)
        edge, row = ranges(_ceil(low - 0.5), _ceil(high - 0.5) - 1)
        rise = (edges.y2 - edges.y1)[edge]
        u = edges.x1[edge] + (row + 0.5 - edges.y1[edge]) / rise * (edges.x2 - edges.x1)[edge]
        cell = row * columns + _ceil(u - 0.5)
        order = np.argsort(cell)
        self.cell: Ints = cell[order]
        self.step: Ints = (np.where(rise < 0, 1, -1) * (_COVER + edges.unit[edge]))[order]
        self._total = np.concatenate([[0], np.cumsum(self.step)])

    def before(self, cell: Ints) -> Ints:
        """Sum the steps in the walk up to the cell before each of these."""
        return self._total[np.searchsorted(self.cell, cell)]

    def everywhere(self, cells: int) -> Ints:
        """Sum the steps up to and with each cell of the raster."""
        return np.repeat(self._total, np.diff(self.cell, prepend=0, append=cells))

    @staticmethod
    def unit(total: Ints, several: int) -> Ints:
        """Turn sums of steps into the one unit that covers, -1 for none, or `several`."""
        covers = total >> 32
        return np.where(covers == 1, total & (_COVER - 1), np.where(covers == 0, -1, several))


def _floor(values: Floats) -> Ints:
    return np.floor(values).astype(np.int64)


def _ceil(values: Floats) -> Ints:
    return np.ceil(values).astype(np.int64)
