"""The rows of one local month in the cube."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.columns import Columns, Integers, Truths

_DAYS = 31


@dataclass(frozen=True, eq=False)
class Rows(Columns):
    """Facts by the cube's own numbers of series and places."""

    day: Integers
    series: Integers
    place: Integers
    reporter: NDArray[np.uint32]
    weight: Integers

    @classmethod
    def none(cls) -> "Rows":
        """Give no rows."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty, np.empty(0, np.uint32), empty)


def net(rows: Rows) -> Rows:
    """Add up the rows that differ in weight alone, and leave out what comes to nothing; by series, day and place."""
    if not len(rows):
        return rows
    rows = rows.take(np.lexsort((rows.reporter, rows.place, rows.day, rows.series)))
    keys = (rows.series, rows.day, rows.place, rows.reporter)
    new = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    starts = np.flatnonzero(np.concatenate([[True], new]))
    weight = np.add.reduceat(rows.weight, starts)
    kept = weight != 0
    rows = rows.take(starts[kept])
    return Rows(rows.day, rows.series, rows.place, rows.reporter, weight[kept])


@dataclass(frozen=True, eq=False)
class Month:
    """Reports of one month, sorted by series, day, place and reporter; immutable.

    Parameters
    ----------
    number : int
        Months since January 1970.
    starts : ndarray of int32, shape (series * 31 + 1,)
        Where the rows of a series and a day begin.
    place : ndarray of int32, shape (n,)
    reporter : ndarray of uint32, shape (n,)
    """

    number: int
    starts: NDArray[np.int32]
    place: NDArray[np.int32]
    reporter: NDArray[np.uint32]

    @classmethod
    def empty(cls, number: int) -> "Month":
        """Give a month without reports."""
        return cls(number, np.zeros(1, np.int32), np.empty(0, np.int32), np.empty(0, np.uint32))

    @cached_property
    def first(self) -> int:
        """The month's first day, since 1970-01-01."""
        return int(np.datetime64(self.number, "M").astype("datetime64[D]").astype(np.int64))

    @cached_property
    def end(self) -> int:
        """The next month's first day."""
        return int(np.datetime64(self.number + 1, "M").astype("datetime64[D]").astype(np.int64))

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.starts.nbytes + self.place.nbytes + self.reporter.nbytes

    @property
    def occupied(self) -> tuple[int, int] | None:
        """The first and the last day with a report."""
        days = np.diff(self.starts).reshape(-1, _DAYS).sum(axis=0).nonzero()[0]
        return (self.first + int(days[0]), self.first + int(days[-1])) if len(days) else None

    def with_rows(self, rows: Rows, series: int) -> tuple["Month", Rows]:
        """Add rows; give, too, the takings away of what is not there (yet)."""
        together = net(Rows.joined([self.all_rows(), rows]))
        there = together.take(together.weight > 0)
        slot = np.repeat(there.series * _DAYS + there.day - self.first, there.weight)
        starts = np.searchsorted(slot, np.arange(series * _DAYS + 1)).astype(np.int32)
        place = np.repeat(there.place, there.weight).astype(np.int32)
        month = Month(self.number, starts, place, np.repeat(there.reporter, there.weight))
        return month, together.take(together.weight < 0)

    def totals(self, shape: tuple[int, int]) -> NDArray[np.int32]:
        """Count the month by series and place."""
        series = np.repeat(self._slots // _DAYS, np.diff(self.starts))
        counted = np.bincount(series * shape[1] + self.place, minlength=shape[0] * shape[1])
        return counted.reshape(shape).astype(np.int32)

    def count(self, series: Integers, begin: int, end: int) -> Integers:
        """Count by place the rows of some series, of the days from begin until before end."""
        parts = [self.place[rows] for rows in self._slices(series, begin, end)]
        return np.bincount(np.concatenate(parts)) if parts else np.zeros(0, np.int64)

    def daily(self, series: Integers, held: Truths | None) -> Integers:
        """Count by day, 31 of them, the rows of some series, in all places or in those that are held."""
        known = series[series * _DAYS < len(self.starts) - 1]
        starts: NDArray[np.int32 | np.int64] = self.starts
        if held is not None:
            starts = np.searchsorted(np.flatnonzero(held.take(self.place)), starts)
        days: Integers = np.diff(starts).reshape(-1, _DAYS)[known].sum(axis=0, dtype=np.int64)
        return days

    def rows(self, series: Integers, begin: int, end: int) -> Rows:
        """Give the rows of some series, of the days from begin until before end; the day is the month's first."""
        slices = self._slices(series, max(begin, self.first), min(end, self.end)) if begin < self.end else []
        return Rows.joined([Rows.none(), *(self._taken(rows) for rows in slices)])

    def all_rows(self) -> Rows:
        """Give every row."""
        slot = np.repeat(self._slots, np.diff(self.starts))
        return Rows(
            self.first + slot % _DAYS, slot // _DAYS, self.place.astype(np.int64), self.reporter,
            np.ones(len(slot), np.int64),
        )  # fmt: skip

    @property
    def _slots(self) -> Integers:
        return np.arange(len(self.starts) - 1)

    def _slices(self, series: Integers, begin: int, end: int) -> list[slice]:
        if end <= begin:
            return []
        known = series[series * _DAYS < len(self.starts) - 1]
        starts = self.starts[known * _DAYS + begin - self.first].tolist()
        ends = self.starts[known * _DAYS + end - self.first].tolist()
        return [slice(a, b) for a, b in zip(starts, ends, strict=True) if b > a]

    def _taken(self, rows: slice) -> Rows:
        n = rows.stop - rows.start
        zeros = np.zeros(n, np.int64)
        return Rows(zeros, zeros, self.place[rows].astype(np.int64), self.reporter[rows], np.ones(n, np.int64))
