"""The nearest of many edges to each of many points in a plane, by a table of which edges it can be.

A tree is searched anew for each point. Here the plane is cut into squares once, and each square keeps every edge that
is the nearest one for some place in it, so that a point is measured to a dozen edges, thousands of points in one step.

Notes
-----
Let a and b be the places of two edges that are nearest to the centre c of a square. For a place p in the square, b's
edge is no further than |p - b|. The square of the distance to a's edge is convex, so it lies above its tangent at c.
Together: b's edge is nearer to p than a's unless

    |c - a|^2 - |c - b|^2 <= 2 (a - b) . (p - c) + |p - c|^2

An edge for which this holds nowhere in a square is not the nearest one anywhere in it. With b the nearest place of all,
it is asked for each quarter of each square, from one square around all edges down.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.location.edges import Floats, Ints, ranges

_SQUARES_PER_EDGE = 4
_PAIRS_AT_ONCE = 1 << 16
_POINTS_AT_ONCE = 1 << 11
"""Squares for an edge are a choice between time and memory: measured, see docs/locator.md."""

_MARGIN = 1e-6
"""How much larger, as a share of itself, a square is taken than it is: far more than the rounding of coordinates."""


@dataclass(frozen=True, slots=True)
class NearEdges:
    """Squares of a plane, each with the edges that can be the nearest to a place in it.

    Parameters
    ----------
    west, south : float
        Corner of the squares.
    side : float
        Of a square.
    count : int
        Squares in a row, and rows.
    edges : (5, n) ndarray of float64
        Start x and y, the way to the end in x and y, and -1 / length**2.
    first : (count * count + 1,) ndarray of int32
        Where the edges of each square start in `near`, row after row. `near` would have 8 GB before that is too small.
    near : ndarray of int32
        Positions in `edges`.
    """

    west: float
    south: float
    side: float
    count: int
    edges: Floats
    first: NDArray[np.int32]
    near: NDArray[np.int32]

    @classmethod
    def of(cls, start: Floats, end: Floats) -> "NearEdges":
        """Lay the squares over edges, each of which may come twice, once in each direction.

        Parameters
        ----------
        start, end : (n, 2) ndarray of float64
            No edge is without length.
        """
        start, end = _each_once(start, end)
        west, south = np.minimum(start, end).min(axis=0).tolist()
        size = float((np.maximum(start, end).max(axis=0) - (west, south)).max()) * (1 + _MARGIN)
        way = end - start
        edges = np.vstack([start.T, way.T, -1 / (way**2).sum(axis=1)])
        halvings = round(np.log2(_SQUARES_PER_EDGE * len(start)) / 2)
        count = 1 << halvings
        parts = list(_quartered(edges, west, south, size, halvings))
        squares = _Squares(*(np.concatenate(values) for values in zip(*parts, strict=True)))
        order = np.argsort(squares.row * count + squares.column)
        first = np.cumsum(squares.edges) - squares.edges
        _, turn = ranges(first[order], (first + squares.edges - 1)[order])
        ends = np.concatenate([[0], np.cumsum(squares.edges[order])])
        return cls(west, south, size / count, count, edges, ends.astype(np.int32), squares.edge[turn].astype(np.int32))

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Measure from points to the nearest edge; NaN for a point in no square."""
        distance = np.full(len(x), np.nan)
        column, row = (x - self.west) / self.side, (y - self.south) / self.side
        inside = np.flatnonzero((column >= 0) & (column < self.count) & (row >= 0) & (row < self.count))
        square = row[inside].astype(np.int64) * self.count + column[inside].astype(np.int64)
        for turn in range(0, len(inside), _POINTS_AT_ONCE):
            part = slice(turn, turn + _POINTS_AT_ONCE)
            distance[inside[part]] = self._distance(square[part], x[inside[part]], y[inside[part]])
        return distance

    def one_by_one(self) -> Callable[[float, float], float]:
        """Write the steps of `distance` for one point over plain numbers: numpy's calls would take longer."""
        west, south, side, count = self.west, self.south, self.side, self.count
        first, near, edges = self.first.data, self.near.data, self.edges.T.ravel().data

        def distance_one(x: float, y: float) -> float:
            column, row = (x - west) / side, (y - south) / side
            if not (0 <= column < count and 0 <= row < count):
                return math.nan
            square, least = int(row) * count + int(column), math.inf
            for edge in near[first[square] : first[square + 1]]:
                at = 5 * edge
                to_x, to_y, way_x, way_y = edges[at] - x, edges[at + 1] - y, edges[at + 2], edges[at + 3]
                part = (to_x * way_x + to_y * way_y) * edges[at + 4]
                if part > 0:
                    if part > 1:
                        part = 1
                    to_x += part * way_x
                    to_y += part * way_y
                squared = to_x * to_x + to_y * to_y
                if squared < least:
                    least = squared
            return math.sqrt(least)

        return distance_one

    def _distance(self, square: Ints, x: Floats, y: Floats) -> Floats:
        first, end = (self.first[place].astype(np.int64) for place in (square, square + 1))
        point, turn = ranges(first, end - 1)
        to_x, to_y = _nearest_places(self.edges, self.near[turn], x[point], y[point])
        squared = to_x * to_x + to_y * to_y
        edges = end - first
        nearest: Floats = np.sqrt(np.minimum.reduceat(squared, np.cumsum(edges) - edges))
        return nearest

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.edges.nbytes + self.first.nbytes + self.near.nbytes


class _Squares(NamedTuple):
    """Some squares of one size, and one after the other the edges of each."""

    row: Ints
    column: Ints
    edges: Ints
    """How many each has: one or more."""
    edge: Ints

    def halves(self) -> "tuple[_Squares, _Squares]":
        """Split them into two lots."""
        half = len(self.row) // 2
        cut = int(self.edges[:half].sum())
        return (
            _Squares(self.row[:half], self.column[:half], self.edges[:half], self.edge[:cut]),
            _Squares(self.row[half:], self.column[half:], self.edges[half:], self.edge[cut:]),
        )


def _each_once(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Leave out edges that come again, in the same direction or the other, as borders of two units do."""
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort(ends.T)
    differs = (np.diff(ends[order], axis=0, prepend=np.nan) != 0).any(axis=1)
    kept = np.sort(order[differs])  # edges that lie together stay together
    return ends[kept, :2], ends[kept, 2:]


def _nearest_places(edges: Floats, edge: Ints | NDArray[np.int32], x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Find the place of an edge that is nearest to each point, as the way to it from the point."""
    start_x, start_y, way_x, way_y, scale = edges
    to_x, to_y, along_x, along_y = start_x[edge] - x, start_y[edge] - y, way_x[edge], way_y[edge]
    part = np.clip((to_x * along_x + to_y * along_y) * scale[edge], 0, 1)
    return to_x + part * along_x, to_y + part * along_y


def _quartered(edges: Floats, west: float, south: float, size: float, halvings: int) -> Iterator[_Squares]:
    """Cut one square with all edges into quarters so many times, and give the last ones lot by lot."""
    nothing = np.zeros(1, np.int64)
    lots = [(0, _Squares(nothing, nothing, nothing + edges.shape[1], np.arange(edges.shape[1])))]
    while lots:
        depth, squares = lots.pop()
        if depth == halvings:
            yield squares
        elif len(squares.edge) > _PAIRS_AT_ONCE and len(squares.row) > 1:
            lots += [(depth, half) for half in squares.halves()]
        else:
            lots.append((depth + 1, _quarters(edges, squares, west, south, size / (1 << depth))))


def _quarters(edges: Floats, squares: _Squares, west: float, south: float, side: float) -> _Squares:
    """Cut squares into quarters, each with those of their edges that can be the nearest in it."""
    square = np.repeat(np.arange(len(squares.row)), squares.edges)
    row, column = (number[square].astype(np.float64) for number in (squares.row, squares.column))
    x, y = _nearest_places(edges, squares.edge, west + (column + 0.5) * side, south + (row + 0.5) * side)
    squared = x * x + y * y
    least = np.minimum.reduceat(squared, np.cumsum(squares.edges) - squares.edges)
    further = squared - least[square]
    nearest = np.empty(len(squares.row), np.int64)
    nearest[square[further == 0]] = np.flatnonzero(further == 0)

    half = side / 2 * (1 + _MARGIN)
    x, y = 2 * half * (x - x[nearest][square]), 2 * half * (y - y[nearest][square])
    west_gain, east_gain = np.maximum(-x, _MARGIN * x), np.maximum(x, -_MARGIN * x)
    south_gain, north_gain = np.maximum(-y, _MARGIN * y), np.maximum(y, -_MARGIN * y)
    needed = further - 2 * half * half
    quarters = []
    for up, gain_y in enumerate((south_gain, north_gain)):
        for right, gain_x in enumerate((west_gain, east_gain)):
            kept = np.flatnonzero(needed <= gain_x + gain_y)
            count = np.bincount(square[kept], minlength=len(squares.row))
            quarters.append((2 * squares.row + up, 2 * squares.column + right, count, squares.edge[kept]))
    return _Squares(*(np.concatenate(values) for values in zip(*quarters, strict=True)))
