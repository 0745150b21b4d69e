"""The borders of units, for distances in metres and for what lies within a radius."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from threading import Thread
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from geo.location import mercator
from geo.location.edges import Edges, Floats, Ints, Polygons
from geo.location.near_edges import NearEdges

_WGS84 = Geod(ellps="WGS84")

_LONGEST_EDGE = 0.01
"""Degrees. A straight edge in degrees is a curve in Mercator's plane; cut this short, the two differ by a centimetre at
most at 21 degrees of latitude."""

_LINE_EDGES = 8
_NODE_CAPACITY = 4
"""Edges in a line of the tree, and lines in a node of it: measured, see docs/locator.md."""

_FAR = 1_000.0
"""In the plane. To look no further than so far takes longer than to look for the nearest wherever it is: measured."""

_LINES_FOUND, _LINES_AT_ONCE = 1 << 22, 1 << 15
"""Pairs of a point and a line within its distance that are found together, and that are taken apart together: the first
take 16 bytes each, the second some 2,000 with all that is computed from their edges."""

_ONE_BY_ONE = 10_000
"""So many points one by one, and a table of a second's work is made for those to come: a router's, not a planner's."""

_AS_NEAR = 1e-6
"""Metres. Borders that lie on one another, but are cut at different vertices, differ in distance by what is rounded."""


@dataclass(frozen=True, slots=True)
class Borders:
    """Every unit's rings in Mercator's plane, cut into short lines that are kept in a tree.

    Parameters
    ----------
    lines : (n,) ndarray of LineString
        The unit's interior is on the left.
    unit : (n,) ndarray of int64
        Whose border a line is.
    tree : shapely.STRtree
        Of the lines.
    table : NearestByTable
        For many points.
    """

    lines: Polygons
    unit: Ints
    tree: shapely.STRtree
    table: "NearestByTable"

    @classmethod
    def of(cls, polygons: Polygons) -> "Borders":
        """Take the borders of polygons in degrees."""
        edges = Edges.of(shapely.segmentize(polygons, _LONGEST_EDGE)).mapped(mercator.forward)
        start, first_edge = np.column_stack([edges.x1, edges.y1]), _line_starts(edges.ring)
        last_edge = first_edge[1:] - 1
        last_vertex = np.column_stack([edges.x2, edges.y2])[last_edge]
        line = np.repeat(np.arange(len(last_edge)), np.diff(first_edge))
        lines = shapely.linestrings(
            np.insert(start, first_edge[1:], last_vertex, axis=0),
            indices=np.insert(line, first_edge[1:], np.arange(len(last_edge))),
        )
        tree = shapely.STRtree(lines, node_capacity=_NODE_CAPACITY)
        return cls(lines, edges.unit[last_edge], tree, NearestByTable(lines))

    def distance(self, lon: Floats, lat: Floats, within_m: float = np.inf) -> Floats:
        """Measure from points to the nearest border of any unit.

        Parameters
        ----------
        lon, lat : (n,) ndarray of float64
        within_m : float, optional
            How far it matters: a border that is further away may be told as infinitely far.

        Returns
        -------
        (n,) ndarray of float64
            Metres; NaN for a point that has no place in the plane. The error grows with the distance: 0.005 % for each
            kilometre at 21 degrees of latitude.
        """
        x, y = mercator.forward(lon, lat)
        distance = self.table.distance(x, y)
        left = np.flatnonzero(np.isnan(distance) & np.isfinite(x) & np.isfinite(y))
        reach = _reach(within_m, lat[left])
        (position, _), found = self.tree.query_nearest(
            shapely.points(x[left], y[left]),
            max_distance=reach if reach < _FAR else None,
            return_distance=True,
            all_matches=False,
        )
        distance[left] = np.inf
        distance[left[position]] = found
        metres: Floats = distance / mercator.scale(lat)
        return metres

    def distance_one(self, lon: float, lat: float) -> float:
        """Measure from one point as `distance` does, in a tenth of the time; NaN for one that has no place."""
        x, y = mercator.forward_one(lon, lat)
        if math.isnan(x):
            return math.nan
        return self._distance_one(x, y) / mercator.scale_one(lat)

    def _distance_one(self, x: float, y: float) -> float:
        """Measure from a place in the plane to the nearest edge, there."""
        distance = self.table.distance_one(x, y)
        if math.isnan(distance):
            _, found = self.tree.query_nearest(_place(x, y), return_distance=True, all_matches=False)
            distance = found.item()
        return distance

    def nearest_one(self, lon: float, lat: float) -> tuple[int, float, float]:
        """Find the unit of the nearest border as `nearest` does without a limit, and measure both ways in one search.

        Returns
        -------
        unit : int
            -1 for a point that has no place in the plane.
        metres : float
            As `nearest` gives it.
        border_m : float
            As `distance` gives it.
        """
        x, y = mercator.forward_one(lon, lat)
        if math.isnan(x):
            return -1, math.nan, math.nan
        place = _place(x, y)
        distance = self._distance_one(x, y)
        lines = self.tree.query(place[0], predicate="dwithin", distance=distance + _AS_NEAR)
        line = lines[self.unit[lines].argmin()]
        foot = shapely.get_coordinates(shapely.shortest_line(self.lines[line], place))[0].tolist()
        _, _, geodesic = _WGS84.inv(lon, lat, *mercator.inverse_one(*foot))
        return int(self.unit[line]), geodesic, distance / mercator.scale_one(lat)

    def nearest(self, lon: Floats, lat: Floats, within_m: float) -> tuple[NDArray[np.int32], Floats]:
        """Find the unit whose border is nearest, the lowest if several are, and how far it is.

        Returns
        -------
        unit : (n,) ndarray of int32
            -1 for none within reach, and for a point that has no place in the plane.
        metres : (n,) ndarray of float64
            Along the ellipsoid (a geodesic) to the nearest place on the border; NaN without a unit.
        """
        unit, metres = np.full(len(lon), -1, dtype=np.int32), np.full(len(lon), np.nan)
        point, places = _in_plane(lon, lat)
        position, line, _ = self._nearest_lines(places, _reach(within_m, lat[point]))
        point, places = point[position], places[position]
        foot = shapely.get_coordinates(shapely.shortest_line(self.lines[line], places))[::2]
        _, _, geodesic = _WGS84.inv(lon[point], lat[point], *mercator.inverse(*foot.T))
        near = geodesic <= within_m
        unit[point[near]], metres[point[near]] = self.unit[line[near]], geodesic[near]
        return unit, metres

    def _nearest_lines(self, places: Polygons, reach: float) -> tuple[Ints, Ints, Floats]:
        """Find for places in the plane the nearest line, of the lowest unit if several are as near, and its distance.

        Returns
        -------
        position, line : (m,) ndarray of int64
            Places that have a line within reach, and the line.
        distance : (m,) ndarray of float64
            In the plane.
        """
        (position, _), distance = self.tree.query_nearest(
            places, max_distance=reach if np.isfinite(reach) else None, return_distance=True, all_matches=False
        )
        place, line = self.tree.query(places[position], predicate="dwithin", distance=distance + _AS_NEAR)
        order = np.lexsort([self.unit[line], place])
        lowest = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
        return position, line[lowest], distance

    def edges_within(self, lon: Floats, lat: Floats, metres: Floats) -> "Iterator[EdgesWithin]":
        """Find for points, lot by lot, all edges within a distance, and some that are further; without points one lot.

        However far is asked, what is held at a time is bounded.
        """
        few = max(1, _LINES_FOUND // len(self.lines))
        for first in range(0, max(len(lon), 1), few):
            some = slice(first, first + few)
            point, places = _in_plane(lon[some], lat[some])
            reach = (metres[some] * mercator.scale(lat[some]))[point]
            position, line = self.tree.query(places, predicate="dwithin", distance=reach)
            position = point[position]
            before = np.searchsorted(position, np.arange(len(lon[some]) + 1))
            lots = np.flatnonzero(np.diff(before[:-1] // _LINES_AT_ONCE, prepend=-1, append=-1))
            for begin, stop in pairwise(lots.tolist() or [0, 0]):
                pairs = slice(before[begin], before[stop])
                start, end, pair = _edges(self.lines[line[pairs]])
                owner, unit = position[pairs][pair] + first, self.unit[line[pairs][pair]]
                yield EdgesWithin(slice(first + begin, first + stop), owner, unit, start, end)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays and of the vertices of the lines, without GEOS's objects and tree."""
        vertices = 16 * int(shapely.get_num_coordinates(self.lines).sum())
        return self.unit.nbytes + self.lines.nbytes + vertices + self.table.nbytes


class EdgesWithin(NamedTuple):
    """The edges that are near to a lot of points: those of each point, in pairs with it.

    Parameters
    ----------
    points : slice
        The lot, of all points that were asked for.
    point, unit : (m,) ndarray of int64
        For which point an edge is, and of which unit.
    start, end : (m, 2) ndarray of float64
        In the plane, the unit's interior on the left.
    """

    points: slice
    point: Ints
    unit: Ints
    start: Floats
    end: Floats


class NearestByTable:
    """A table of the nearest edges, which is made once more points were asked for than there are edges.

    Until then a search of the tree for each point costs less than the table. Where points come one by one, somebody
    waits for each: then it is made sooner, and aside.
    """

    def __init__(self, lines: Polygons) -> None:
        self._lines = lines
        self._edges = int((shapely.get_num_coordinates(lines) - 1).sum())
        self._asked = self._asked_one_by_one = 0
        self._making = False
        self._table: NearEdges | None = None
        self._distance_one: Callable[[float, float], float] | None = None

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Measure from points in the plane to the nearest edge; NaN where that is left to the tree."""
        self._asked += len(x)
        if self._table is None and self._asked > self._edges:
            self._make()
        return np.full(len(x), np.nan) if self._table is None else self._table.distance(x, y)

    def distance_one(self, x: float, y: float) -> float:
        """Measure from one point as `distance` does."""
        if self._distance_one is not None:
            return self._distance_one(x, y)
        self._asked_one_by_one += 1
        if self._asked_one_by_one > _ONE_BY_ONE and not self._making:
            self._making = True
            Thread(target=self._make, daemon=True).start()
        return math.nan

    def _make(self) -> None:
        start, end, _ = _edges(self._lines)
        self._table = table = NearEdges.of(start, end)
        self._distance_one = table.one_by_one()

    @property
    def nbytes(self) -> int:
        """Bytes of the table, if it is made."""
        return 0 if self._table is None else self._table.nbytes


def _edges(lines: Polygons) -> tuple[Floats, Floats, Ints]:
    """Take lines apart: the start and the end of each edge, and which line it is of."""
    vertices, line = shapely.get_coordinates(lines, return_index=True)
    edge = np.flatnonzero(line[1:] == line[:-1])
    return vertices[edge], vertices[edge + 1], line[edge]


def _line_starts(ring: Ints) -> Ints:
    """Cut rings (given as the ring of each edge) into lines: the first edge of each line, and the end."""
    ring_start = np.flatnonzero(np.diff(ring, prepend=-1))
    in_ring = np.arange(len(ring)) - np.repeat(ring_start, np.diff(ring_start, append=len(ring)))
    return np.append(np.flatnonzero(in_ring % _LINE_EDGES == 0), len(ring))


def _reach(within_m: float, lat: Floats) -> float:
    """Say how far to look in the plane: somewhat further than asked, as the scale changes along the way."""
    return 1.01 * within_m * float(mercator.scale(lat).max(initial=1))


def _in_plane(lon: Floats, lat: Floats) -> tuple[Ints, Polygons]:
    """Put points into the plane, those that have a place there: their positions and the places."""
    x, y = mercator.forward(lon, lat)
    point = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    return point, shapely.points(x[point], y[point])


def _place(x: float, y: float) -> Polygons:
    """Make an array of one place in the plane, which the tree takes in less time than a point."""
    place: Polygons = shapely.points([(x, y)])
    return place
