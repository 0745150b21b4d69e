"""What the cube counts by: days, series (category, status, duplicate, synthetic) and places (cell and units)."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.columns import Columns, Floats, Integers, Truths
from geo.errors import InputError
from geo.hexagons.cells import parents
from geo.units.jurisdiction import NEAREST_WITHIN_M, Layer
from geo.vocabulary import STATUSES

CUBE_RESOLUTION = 9
"""Resolution of the cube's cells; coarser ones are their parents."""

# An H3 cell of resolution 9 without what all of them share: 7 bits of base cell, 9 digits of 3 bits.
_CELL_SHIFT, _CELL_BITS = 18, 34
_CELL_FRAME = 0x0890000000000000 | (1 << _CELL_SHIFT) - 1
_UNIT_BITS = 63 - _CELL_BITS
_FLAGS = 4  # duplicate or not, synthetic or not


@dataclass(frozen=True, eq=False)
class Facts(Columns):
    """Reports as the cube counts them, or what changes of them.

    Parameters
    ----------
    day : ndarray of int64, shape (n,)
        Local date, in days since 1970-01-01.
    series, place : ndarray of int64
        As `Axes` codes them.
    reporter : ndarray of uint32
        The first four bytes of the pseudonym; 0 if nobody is known. One in four billion pairs of people share a code,
        which counts one person too few and never one too many.
    weight : ndarray of int64
        1 for a report that is there, -1 for one that is no more.
    """

    day: Integers
    series: Integers
    place: Integers
    reporter: NDArray[np.uint32]
    weight: Integers


@dataclass(frozen=True, eq=False)
class Axes:
    """How reports become numbers.

    Parameters
    ----------
    categories : tuple of str
        Codes; a report of another one is counted, too, but found only among all.
    layers : tuple of Layer
        Ward boundaries. A report is in the unit of each that holds its point, so that any unit of any date can be
        asked for and no change of boundaries moves a count.
    """

    categories: tuple[str, ...]
    layers: tuple[Layer, ...] = ()

    def __post_init__(self) -> None:
        """Refuse more boundaries than a place has room for."""
        if self._radices.prod() >= 1 << _UNIT_BITS:
            raise InputError(f"the cube holds at most {1 << _UNIT_BITS:,} combinations of units", "layers")

    @cached_property
    def _radices(self) -> Integers:
        return np.array([len(layer.units) + 1 for layer in self.layers], dtype=np.int64)

    def series(self, category: ArrayLike, status: ArrayLike, duplicate: ArrayLike, synthetic: ArrayLike) -> Integers:
        """Code what a report is.

        Parameters
        ----------
        category : array_like of int, shape (n,)
            1 + position among the categories, 0 for another one.
        status : array_like of int, shape (n,)
            Position in `STATUSES`.
        duplicate, synthetic : array_like of bool, shape (n,)
        """
        flags = 2 * np.asarray(duplicate, np.int64) + np.asarray(synthetic, np.int64)
        coded: Integers = (np.asarray(category, np.int64) * len(STATUSES) + np.asarray(status)) * _FLAGS + flags
        return coded

    def places(self, cell: ArrayLike, lon: Floats, lat: Floats) -> Integers:
        """Code where a report is.

        Parameters
        ----------
        cell : array_like of int64, shape (n,)
            At resolution 9 or finer.
        lon, lat : ndarray of float64, shape (n,)
            The point itself, as no cell decides in which unit it is.
        """
        place = parents(cell, CUBE_RESOLUTION) >> _CELL_SHIFT & (1 << _CELL_BITS) - 1
        units = np.zeros(len(place), np.int64)
        for layer, radix in zip(self.layers, self._radices.tolist(), strict=True):
            units = units * radix + layer.locator.locate(lon, lat, NEAREST_WITHIN_M).unit + 1
        return place << _UNIT_BITS | units

    def cells_of(self, places: Integers) -> Integers:
        """Give the cell of each place, at resolution 9."""
        return places >> _UNIT_BITS << _CELL_SHIFT | _CELL_FRAME

    def units_of(self, places: Integers, layer: int) -> Integers:
        """Give the unit of each place in one of the layers: its position there, -1 for none."""
        units = places & (1 << _UNIT_BITS) - 1
        return units // int(self._radices[layer + 1 :].prod()) % int(self._radices[layer]) - 1

    def unit_number(self, unit_id: int, generation_id: int | None) -> tuple[int, int]:
        """Find the layer of a unit, the newest that has it if none is named, and its position there.

        Raises
        ------
        InputError
            No layer has the unit.
        """
        for number, layer in reversed(list(enumerate(self.layers))):
            found = np.flatnonzero(layer.unit_ids[:-1] == unit_id)
            if len(found) and generation_id in (None, layer.generation.id):
                return number, int(found[0])
        raise InputError(f"unit {unit_id} is in no boundaries of the cube", "unit")

    def chosen(
        self,
        series: Integers,
        categories: tuple[str, ...] | None,
        statuses: tuple[str, ...] | None,
        duplicates: bool,
    ) -> Truths:
        """Tell which series are asked for; None is all."""
        wanted = np.ones(len(series), dtype=bool)
        if categories is not None:
            wanted &= np.isin(
                series // (_FLAGS * len(STATUSES)) - 1, positions(self.categories, categories, "category")
            )
        if statuses is not None:
            wanted &= np.isin(series // _FLAGS % len(STATUSES), positions(STATUSES, statuses, "status"))
        return wanted if duplicates else wanted & (series & 2 == 0)

    @staticmethod
    def synthetic(series: Integers) -> Truths:
        """Tell which series are demo data."""
        return np.asarray(series & 1 == 1)

    def category_of(self, series: Integers) -> Integers:
        """Give the category of each series: its position, -1 for another one."""
        return series // (_FLAGS * len(STATUSES)) - 1


def positions(known: tuple[str, ...], words: tuple[str, ...], field: str) -> list[int]:
    """Find words in a list; InputError names the first that is not there."""
    unknown = [word for word in words if word not in known]
    if unknown:
        raise InputError(f"unknown {field} {unknown[0]!r:.40}: use {', '.join(known)}", field)
    return [known.index(word) for word in words]


@dataclass(frozen=True, eq=False)
class Numbering:
    """Codes numbered in the order in which they came; a number never changes.

    Examples
    --------
    >>> numbering = Numbering().extended(np.array([30, 10])).extended(np.array([10, 20]))
    >>> numbering.codes.tolist(), numbering.find(np.array([20, 30])).tolist()
    ([10, 30, 20], [2, 1])
    """

    codes: Integers = field(default_factory=lambda: np.empty(0, np.int64))

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(self.codes)

    @cached_property
    def _sorted(self) -> Integers:
        return self.codes[self._order]

    def extended(self, codes: Integers) -> Self:
        """Give the numbering with the codes that are new at its end."""
        new = np.setdiff1d(codes, self.codes)
        return type(self)(np.concatenate([self.codes, new])) if len(new) else self

    def find(self, codes: Integers) -> Integers:
        """Give the numbers of codes that are all known."""
        return self._order[np.searchsorted(self._sorted, codes)]
