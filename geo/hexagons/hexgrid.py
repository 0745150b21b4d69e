"""The grid of a city: every H3 cell that touches it, with its share inside, its area and its neighbours.

A cell without a report is a cell, too: statistics that leave it out see hot spots everywhere.

How many cells a city "has" depends on what is asked. Of the surveyed wards of Hanoi (3,359.18 km²) 693 cells touch it
at resolution 7, 4,460 at 8 and 29,976 at 9; the centres of 601, 4,168 and 29,163 lie inside. The 594, 4,161 and 29,143
that are told of Hanoi are neither, but its stated area of 3,359.84 km² divided by the mean area of a cell. The sum of
the shares is such a quotient for the area as it is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pyarrow as pa
import shapely
from h3ronpy import grid_disk
from h3ronpy.vector import ContainmentMode, wkb_to_cells
from numpy.typing import ArrayLike, NDArray

from geo.columns import Columns, Floats, Integers
from geo.errors import InputError
from geo.hexagons.cells import cell_areas_m2, cell_polygons, cells_of, parents
from geo.hexagons.search import resolution_of
from geo.location.ellipsoid import areas_m2
from geo.statistics.weights import Weights

COARSEST, FINEST = 5, 10
"""Resolutions of grids: a cell of 5 is a quarter of a city, one of 10 a block of houses."""

_METRES_PER_DEGREE = 111_412.0  # the longest degree of latitude: what is shorter than it is shorter everywhere
_PIECE = 3
"""The city is cut to the surroundings of parents so many resolutions coarser."""
_MARGIN = 1e-6  # degrees
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class HexGrid(Columns):
    """The cells of a city at one resolution; immutable. Make one with `HexGrid.of`.

    Parameters
    ----------
    cell : ndarray of int64, shape (n,)
        Ascending.
    inside : ndarray of float64, shape (n,)
        Share of the cell's area that lies in the city: above 0 to 1, 0 for a cell that only touches it or was added by
        `with_cells`.
    area_m2 : ndarray of float64, shape (n,)
        Of the whole cell, on the ellipsoid. `geo.hexagons.cells.cell_areas_m2`, on H3's sphere, is 0.27 % larger at
        Hanoi.
    population : ndarray of float64, shape (n,)
        Residents, as the operator gave them; NaN where they are not known.
    """

    cell: Integers
    inside: Floats
    area_m2: Floats
    population: Floats

    @classmethod
    def of(cls, polygons: Sequence[Any] | NDArray[np.object_], resolution: int) -> Self:
        """Find every cell that touches a city.

        Parameters
        ----------
        polygons : sequence of shapely Polygon or MultiPolygon
            The city or its units (`Locator.polygons`): longitude, latitude, WGS 84, valid. They may touch and overlap.
        resolution : int
            5 to 10.

        Raises
        ------
        InputError
            There is no polygon or no such resolution.

        Examples
        --------
        >>> grid = HexGrid.of([shapely.box(105.8, 21.0, 105.9, 21.1)], 8)
        >>> len(grid), round(float(grid.inside_m2.sum() / 1e6), 2)
        (173, 115.08)
        """
        if not COARSEST <= resolution <= FINEST:
            raise InputError(f"a grid has a resolution of {COARSEST} to {FINEST}, not {resolution}", "resolution")
        city = _joined(polygons)
        if city.is_empty:
            raise InputError("a grid needs at least one polygon", "polygons")
        near = _near_outline(city, resolution)
        share = _shares(city, near, resolution)
        within = np.setdiff1d(_centred(city, resolution), near)
        cell = np.concatenate([within, near[share >= 0]])
        inside = np.concatenate([np.ones(len(within)), share[share >= 0]])
        order = np.argsort(cell)
        cell = cell[order]
        return cls(cell, inside[order], areas_m2(cell_polygons(cell)), np.full(len(cell), np.nan))

    @classmethod
    def some(cls, polygons: Sequence[Any] | NDArray[np.object_], cells: ArrayLike) -> Self:
        """Give some cells of a city, of any resolution from 5 on, instead of all.

        Parameters
        ----------
        polygons : sequence of shapely Polygon or MultiPolygon
            As `of` takes them.
        cells : array_like of int, shape (n,)
            At least one, all of one resolution.

        Examples
        --------
        >>> city = [shapely.box(105.8, 21.0, 105.9, 21.1)]
        >>> every = HexGrid.of(city, 8)
        >>> bool((HexGrid.some(city, every.cell[:9]).inside == every.inside[:9]).all())
        True
        """
        cell = np.unique(np.asarray(cells, np.int64))
        city = _joined(polygons)
        inside = np.maximum(_shares(city, cell, resolution_of(int(cell[0]))), 0)
        return cls(cell, inside, areas_m2(cell_polygons(cell)), np.full(len(cell), np.nan))

    @property
    def inside_m2(self) -> Floats:
        """Area of each cell that lies in the city: the exposure of a density."""
        return self.inside * self.area_m2

    @cached_property
    def neighbours(self) -> Weights:
        """Each cell with the up to six around it; other neighbourhoods by `Weights.rings`."""
        return Weights.rings(self.cell)

    def find(self, cells: ArrayLike) -> Integers:
        """Give the place of each cell in the grid; -1 for one that is not in it."""
        wanted = np.asarray(cells, np.int64)
        place = np.minimum(np.searchsorted(self.cell, wanted), len(self) - 1)
        return np.where(self.cell[place] == wanted, place, -1)

    def with_cells(self, cells: ArrayLike) -> Self:
        """Add the cells that are not in the grid, with nothing of them inside.

        A report up to 50 m outside the city belongs to its nearest unit, and the parent of a stored cell need not hold
        the report's point. So a report's cell may lie outside the grid: it is added, no report is lost or moved, and
        totals agree. A density leaves such a cell out, as it has no area in the city.
        """
        new = np.setdiff1d(np.asarray(cells, np.int64), self.cell)
        if not len(new):
            return self
        cell = np.concatenate([self.cell, new])
        order = np.argsort(cell)
        unknown = np.full(len(new), np.nan)
        return type(self)(
            cell[order],
            np.concatenate([self.inside, np.zeros(len(new))])[order],
            np.concatenate([self.area_m2, areas_m2(cell_polygons(new))])[order],
            np.concatenate([self.population, unknown])[order],
        )

    def counts(self, cells: ArrayLike, counts: ArrayLike) -> Integers:
        """Lay counts on the grid: 0 where there are none.

        Parameters
        ----------
        cells, counts : array_like of int, shape (m,)
            Every cell must be in the grid, see `with_cells`.

        Returns
        -------
        ndarray of int64, shape (n,)
        """
        place = self.find(cells)
        if (place < 0).any():
            raise InputError(f"{(place < 0).sum()} cells are not in the grid: add them by with_cells", "cells")
        return np.bincount(place, np.asarray(counts), len(self)).astype(np.int64)

    def with_population(self, cells: ArrayLike, residents: ArrayLike) -> Self:
        """Give the cells their residents.

        Parameters
        ----------
        cells : array_like of int, shape (m,)
            No cell twice; of the grid's resolution or finer, each of which counts for its parent.
        residents : array_like of float, shape (m,)
            0 or more. A cell of the grid that none of these lies in stays unknown: nothing is guessed.

        Raises
        ------
        InputError
            A cell is given twice, is too coarse or not in the city; a number is missing or negative.
        """
        given, people = np.asarray(cells, np.int64), np.asarray(residents, np.float64)
        if given.shape != people.shape or given.ndim != 1:
            raise InputError("each cell needs one number of residents", "population")
        if not (np.isfinite(people) & (people >= 0)).all():
            raise InputError("residents must be numbers of 0 or more", "population")
        if len(np.unique(given)) != len(given):
            raise InputError("a cell is given twice", "cell")
        place = self.find(parents(given, self.resolution))
        if (place < 0).any():
            outside = f"cell {given[place < 0][0]:x} is not in the city (and {(place < 0).sum() - 1} more)"
            raise InputError(f"{outside}: give the cells of this city only", "cell")
        total = np.bincount(place, people, len(self))
        known = np.bincount(place, minlength=len(self)) > 0
        return type(self)(self.cell, self.inside, self.area_m2, np.where(known, total, np.nan))

    @property
    def resolution(self) -> int:
        """The H3 resolution of the cells."""
        return resolution_of(int(self.cell[0]))


def _joined(polygons: Sequence[Any] | NDArray[np.object_]) -> shapely.Geometry:
    """Join polygons: those that fit edge to edge, as nearly all units of a city do, without a search for crossings."""
    shapes = np.asarray(polygons, dtype=object)
    fit = shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    return shapely.union_all([shapely.coverage_union_all(shapes[fit]), *shapes[~fit]])


def _centred(city: shapely.Geometry, resolution: int) -> Integers:
    """Find the cells whose centre lies in the city."""
    wkb = pa.array([shapely.to_wkb(city)], pa.binary())
    cells = wkb_to_cells(wkb, resolution, containment_mode=ContainmentMode.ContainsCentroid, flatten=True)
    return np.unique(pa.array(cells).to_numpy().view(np.int64))


def _near_outline(city: shapely.Geometry, resolution: int) -> Integers:
    """Find all cells that the outline passes, and some beside it.

    The outline is sampled at a quarter of a cell's width: a cell that it passes between two samples shares a corner or
    an edge with the cell of one of them.
    """
    west, south, east, north = city.bounds
    middle = cell_areas_m2(cells_of([(west + east) / 2], [(south + north) / 2], resolution))[0]
    step = np.sqrt(middle / _METRES_PER_DEGREE**2) / 4
    lon, lat = shapely.get_coordinates(shapely.segmentize(shapely.boundary(city), step)).T
    passed = np.unique(cells_of(lon, lat, resolution))
    disks = pa.array(grid_disk(passed.view(np.uint64), 1, flatten=True))
    return np.unique(disks.to_numpy().view(np.int64))


def _shares(city: shapely.Geometry, cells: Integers, resolution: int) -> Floats:
    """Give the share of each cell that is in the city; -1 for a cell that does not even touch it."""
    shapes = cell_polygons(cells)
    pieces, number = _pieces(city, shapes, parents(cells, resolution - _PIECE))
    around = pieces[number]
    share = np.where(shapely.contains_properly(around, shapes), 1.0, -1.0)
    crossed = np.flatnonzero((share < 0) & shapely.intersects(around, shapes))
    parts = areas_m2(shapely.intersection(around[crossed], shapes[crossed])) / areas_m2(shapes[crossed])
    share[crossed] = np.where(parts > _WHOLE, 1.0, parts)
    return share


def _pieces(
    city: shapely.Geometry, shapes: NDArray[np.object_], groups: Integers
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Cut the city to the surroundings of each group of cells, as to cut all of it for every cell takes seconds."""
    distinct, number = np.unique(groups, return_inverse=True)
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(len(distinct)))
    west, south, east, north = shapely.bounds(shapes)[order].T
    lower = [np.minimum.reduceat(edge, starts) for edge in (west, south)]
    upper = [np.maximum.reduceat(edge, starts) for edge in (east, north)]
    # A little wider, so that no edge of a box lies on an edge of a cell.
    boxes = shapely.box(*(edge - _MARGIN for edge in lower), *(edge + _MARGIN for edge in upper))
    pieces: NDArray[np.object_] = shapely.intersection(city, boxes)
    shapely.prepare(pieces)
    return pieces, number
