"""Which unit is a point in: exact on every border, explained, and fast. No database.

The truth is GEOS: a unit holds a point if its polygon covers it, borders included, and of several units the lowest code
wins. docs/locator.md tells how it is fast.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from geo.location.borders import Borders
from geo.location.discs import DiscShares, disc_shares
from geo.location.edges import Edges, Floats, Ints, Polygons
from geo.location.grid import MIXED, OUTSIDE, Grid
from geo.location.grid_build import build_grid
from geo.location.polygons import check_units

MAX_ACCURACY_M = 100_000.0
"""The largest radius of an accuracy disc, in metres."""


class How(IntEnum):
    """How a point's unit was found."""

    INSIDE = 0
    EDGE = 1
    NEAREST = 2
    OUTSIDE = 3

    @property
    def word(self) -> str:
        """The name as answers spell it ("inside")."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Located:
    """The units of points.

    Parameters
    ----------
    unit : (n,) ndarray of int32
        Position in `Locator.codes`, -1 for none.
    how : (n,) ndarray of uint8
        A `How` for each point.
    """

    unit: NDArray[np.int32]
    how: NDArray[np.uint8]


@dataclass(frozen=True, eq=False, repr=False)
class Locator:
    """The units of one generation of boundaries, ready to be asked where points are.

    Immutable; many threads may use one locator. It pickles as its codes and polygons, and is built anew where it is
    read. Make one with `Locator.build`.

    Attributes
    ----------
    codes : tuple of str
        Ascending; a unit is known by its position here.
    polygons : ndarray of Polygon or MultiPolygon
        In the order of the codes.
    extent : (west, south, east, north)
        Degrees.

    Examples
    --------
    >>> locator = Locator.build(["west", "east"], [shapely.box(105, 20, 106, 21), shapely.box(106, 20, 107, 21)])
    >>> locator.codes
    ('east', 'west')
    >>> located = locator.locate([105.5, 106.0, 108.0], [20.5, 20.5, 20.5])
    >>> located.unit.tolist(), [How(how).word for how in located.how]
    ([1, 0, -1], ['inside', 'edge', 'outside'])
    """

    codes: tuple[str, ...]
    polygons: Polygons
    extent: tuple[float, float, float, float]

    @classmethod
    def build(
        cls, codes: Sequence[str], polygons: Sequence[Any] | NDArray[np.object_], *, at_once: bool = True
    ) -> "Locator":
        """Build a locator.

        Parameters
        ----------
        codes : sequence of str
            One for each polygon, no two alike.
        polygons : sequence of shapely Polygon or MultiPolygon
            Longitude and latitude, WGS 84. Units may have holes and several parts, and may overlap.
        at_once : bool, optional
            False leaves what takes longest, half a second for a city, to `prepare` or to the first question.

        Returns
        -------
        Locator

        Raises
        ------
        InputError
            There are no units, two have the same code, a polygon is missing, empty, invalid or out of range, or one or
            all together cross the antimeridian.
        """
        names, shapes = check_units(codes, polygons)
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        locator = cls(names, shapes, (west, south, east, north))
        if at_once:
            locator.prepare()
        return locator

    def prepare(self) -> None:
        """Build what answers, unless it is there."""
        _ = self._locate_one, self._borders

    @cached_property
    def _grid(self) -> Grid:
        return build_grid(Edges.of(self.polygons), len(self.codes))

    @cached_property
    def _borders(self) -> Borders:
        return Borders.of(self.polygons)

    @cached_property
    def _locate_one(self) -> Callable[[float, float], tuple[int, How]]:
        return _one_point_locator(self._grid, self.polygons)

    def __reduce__(self) -> tuple[Callable[..., "Locator"], tuple[tuple[str, ...], Polygons]]:
        """Pickle what the locator is built from."""
        return Locator.build, (self.codes, self.polygons)

    @property
    def nbytes(self) -> int:
        """Bytes of the grid, the borders and the polygons' vertices, without GEOS's own indexes."""
        return self._grid.nbytes + self._borders.nbytes + 16 * int(shapely.get_num_coordinates(self.polygons).sum())

    def locate(self, lon: ArrayLike, lat: ArrayLike, nearest_within_m: float = 0.0) -> Located:
        """Find the unit of each point.

        Parameters
        ----------
        lon, lat : (n,) array_like of float
            Degrees, WGS 84. NaN and infinite values are outside;
            `geo.location.coordinates.check_coordinates` refuses them.
        nearest_within_m : float, optional
            A point in no unit is given to the nearest one within so many metres.

        Returns
        -------
        Located
            `INSIDE`: in the interior of one unit and in no other. `EDGE`: on the border of the unit, or covered by
            several, of which the lowest code is given. `NEAREST`: in no unit, but near this one. `OUTSIDE`: else.

        Raises
        ------
        InputError
            The arrays are not one-dimensional and of one length.

        See Also
        --------
        covering : all units of a point on an edge.
        """
        x, y = _points(lon, lat)
        unit, mixed, block = self._grid.lookup(x, y)
        how = (unit == OUTSIDE) * np.uint8(How.OUTSIDE)
        if len(mixed):
            unit[mixed], how[mixed] = self._locate_exactly(x[mixed], y[mixed], block)
        if nearest_within_m > 0 and len(outside := np.flatnonzero(unit == OUTSIDE)):
            nearest, _ = self._borders.nearest(x[outside], y[outside], nearest_within_m)
            unit[outside] = nearest
            how[outside[nearest != OUTSIDE]] = How.NEAREST
        return Located(unit, how)

    def locate_one(self, lon: float, lat: float) -> tuple[int, How]:
        """Find the unit of one point, as `locate` does, in about a microsecond.

        Examples
        --------
        >>> locator = Locator.build(["a"], [shapely.box(105, 20, 106, 21)])
        >>> locator.locate_one(105.5, 20.5)
        (0, <How.INSIDE: 0>)
        """
        return self._locate_one(lon, lat)

    def covering(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Ints, Ints]:
        """Find all units that cover each point.

        Returns
        -------
        point, unit : (m,) ndarray of int64
            Pairs, ascending. A point in no unit has none.
        """
        x, y = _points(lon, lat)
        found, mixed, block = self._grid.lookup(x, y)
        pure = np.flatnonzero(found >= 0)
        position, unit = self._covering_exactly(x[mixed], y[mixed], block)
        point, unit = np.concatenate([pure, mixed[position]]), np.concatenate([found[pure], unit])
        order = np.argsort(point, kind="stable")
        return point[order], unit[order]

    def nearest(self, lon: ArrayLike, lat: ArrayLike, within_m: float = np.inf) -> tuple[NDArray[np.int32], Floats]:
        """Find the unit nearest to each point, and how far it is.

        Parameters
        ----------
        lon, lat : (n,) array_like of float
        within_m : float, optional
            How far to look, in metres.

        Returns
        -------
        unit : (n,) ndarray of int32
            -1 for none within reach. Of several as near the lowest code.
        metres : (n,) ndarray of float64
            0 for a point in a unit, NaN for none within reach. Else the length of a geodesic to the border; which place
            on the border is the nearest is decided in a conformal plane, which is right to 0.1 % within 50 km.
        """
        x, y = _points(lon, lat)
        unit = self.locate(x, y).unit
        metres = np.zeros(len(x))
        outside = np.flatnonzero(unit == OUTSIDE)
        unit[outside], metres[outside] = self._borders.nearest(x[outside], y[outside], within_m)
        return unit, metres

    def border_distance(self, lon: ArrayLike, lat: ArrayLike, within_m: float = np.inf) -> Floats:
        """Measure from each point to the nearest border of any unit.

        Parameters
        ----------
        lon, lat : (n,) array_like of float
        within_m : float, optional
            How far it matters: a border that is further away may be told as infinitely far, in less time.

        Returns
        -------
        (n,) ndarray of float64
            Metres, 0 for a point on a border, NaN for one that is no place on earth. At 21 degrees of latitude errors
            stay below a centimetre and 0.005 % for each kilometre of the distance.
        """
        x, y = _points(lon, lat)
        metres = self._borders.distance(x, y, within_m)
        edge = np.flatnonzero(self.locate(x, y).how == How.EDGE)
        metres[edge[self._on_border(x[edge], y[edge])]] = 0
        return metres

    def measure_one(self, lon: float, lat: float) -> tuple[int, How, float, float]:
        """Find the unit of one point, or else the nearest, with the distances to it and to any border, in one search.

        Returns
        -------
        unit : int
            Position in `codes`; of the nearest unit if `how` is `OUTSIDE`.
        how : How
            As `locate_one` tells it.
        unit_m : float
            Metres to the unit as `nearest` gives them: 0 for a point in it.
        border_m : float
            As `border_distance` gives it.

        Examples
        --------
        >>> locator = Locator.build(["a"], [shapely.box(105, 20, 106, 21)])
        >>> locator.measure_one(105.5, 20.5)[:3]
        (0, <How.INSIDE: 0>, 0.0)
        >>> unit, how, unit_m, border_m = locator.measure_one(105.5, 21.01)
        >>> unit, how.word, round(unit_m), round(border_m)
        (0, 'outside', 1107, 1107)
        """
        unit, how = self._locate_one(lon, lat)
        if how is How.INSIDE:
            return unit, how, 0.0, self._borders.distance_one(lon, lat)
        if how is How.EDGE:
            # Nearly always it is this unit's own border, which one question tells.
            inside = shapely.contains_xy(self.polygons[unit], lon, lat)
            on_border = not inside or self._on_border(np.array([lon]), np.array([lat]))[0]
            return unit, how, 0.0, 0.0 if on_border else self._borders.distance_one(lon, lat)
        unit, unit_m, border_m = self._borders.nearest_one(lon, lat)
        return unit, how, unit_m, border_m

    def disc_shares(self, lon: ArrayLike, lat: ArrayLike, accuracy_m: ArrayLike) -> DiscShares:
        """Share the disc of accuracy around each point between the units that it touches.

        Parameters
        ----------
        lon, lat : (n,) array_like of float
            A point without coordinates (NaN) has no shares.
        accuracy_m : float or (n,) array_like of float
            Radius in metres.

        Returns
        -------
        DiscShares

        Raises
        ------
        InputError
            A radius is not above 0 or is above `MAX_ACCURACY_M`.

        Examples
        --------
        >>> locator = Locator.build(["a", "b"], [shapely.box(105, 20, 106, 21), shapely.box(106, 20, 107, 21)])
        >>> shares = locator.disc_shares([106.0, 105.5], [20.5, 20.5], 30.0)
        >>> shares.point.tolist(), shares.unit.tolist(), shares.share.round(3).tolist()
        ([0, 0, 1], [0, 1, 0], [0.5, 0.5, 1.0])
        """
        x, y = _points(lon, lat)
        radius = np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), x.shape)
        if not ((radius > 0) & (radius <= MAX_ACCURACY_M)).all():
            raise InputError(f"accuracy must be above 0 and at most {MAX_ACCURACY_M:.0f} metres", "accuracy")
        return disc_shares(self._borders, len(self.codes), self.covering(x, y), x, y, radius)

    def _on_border(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Tell which points lie on a border, not inside each of several units that overlap."""
        point, unit = self.covering(x, y)
        within = shapely.contains_xy(self.polygons[unit], x[point], y[point])
        return np.bincount(point[~within], minlength=len(x)) > 0

    def _covering_exactly(self, x: Floats, y: Floats, block: Ints) -> tuple[Ints, Ints]:
        """Ask GEOS which candidates of its block cover each point: ascending pairs (point, unit)."""
        point, unit = self._grid.candidate_pairs(block)
        covers = shapely.intersects_xy(self.polygons[unit], x[point], y[point])
        return point[covers], unit[covers]

    def _locate_exactly(self, x: Floats, y: Floats, block: Ints) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Find the unit of points in mixed cells."""
        unit, how = np.full(len(x), OUTSIDE, dtype=np.int32), np.full(len(x), How.OUTSIDE, dtype=np.uint8)
        pair_point, pair_unit = self._covering_exactly(x, y, block)
        point, first, count = np.unique(pair_point, return_index=True, return_counts=True)
        unit[point] = pair_unit[first]
        inside = (count == 1) & shapely.contains_xy(self.polygons[unit[point]], x[point], y[point])
        how[point] = np.where(inside, How.INSIDE, How.EDGE)
        return unit, how


def _points(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise InputError(f"lon and lat must be arrays of one length, not of the shapes {x.shape} and {y.shape}")
    return x, y


def _one_point_locator(grid: Grid, polygons: Polygons) -> Callable[[float, float], tuple[int, How]]:
    """Write the steps of `Locator.locate` for one point, over plain numbers: numpy's calls would take far longer."""
    west, south, per_degree, columns, shift = grid.west, grid.south, grid.per_degree, grid.columns, grid.shift
    width, height, inner = float(columns << shift), float(grid.rows << shift), (1 << shift) - 1
    cells, blocks = grid.cells.data, grid.blocks.data
    outside = (OUTSIDE, How.OUTSIDE)
    inside: list[tuple[int, How]] = [(unit, How.INSIDE) for unit in range(len(polygons))]

    def locate_exactly(lon: float, lat: float, block: int) -> tuple[int, How]:
        candidates: list[int] = grid.candidates[grid.first_candidate[block] : grid.first_candidate[block + 1]].tolist()
        units = [unit for unit in candidates if shapely.intersects_xy(polygons[unit], lon, lat)]
        if not units:
            return outside
        if len(units) == 1 and shapely.contains_xy(polygons[units[0]], lon, lat):
            return inside[units[0]]
        return units[0], How.EDGE

    def locate_one(lon: float, lat: float) -> tuple[int, How]:
        u, v = (lon - west) * per_degree, (lat - south) * per_degree
        if not (0 <= u < width and 0 <= v < height):  # NaN compares false
            return outside
        i, j = int(u), int(v)
        unit = cells[(j >> shift) * columns + (i >> shift)]
        if unit > MIXED:
            return inside[unit] if unit >= 0 else outside
        block = MIXED - unit
        unit = blocks[(((block << shift) + (j & inner)) << shift) + (i & inner)]
        if unit == MIXED:
            return locate_exactly(lon, lat, block)
        return inside[unit] if unit >= 0 else outside

    return locate_one
