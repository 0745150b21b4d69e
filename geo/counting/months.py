"""The months of the cube and, before each, the counts of all months before it: any window in about the same time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers
from geo.counting.month import Month, Rows
from geo.counting.query import month_of

_HALF_A_MONTH = 15

Table = NDArray[np.int32]
"""Counts by series and place."""


@dataclass(frozen=True, eq=False)
class Months:
    """Reports by month without gaps; immutable.

    Parameters
    ----------
    months : tuple of Month, length k
        One after another.
    before : tuple of ndarray of int32, shape (series, places), length k + 1
        What is before each month, and before the one after the last. A table has no more series and places than there
        were when it was made: of the others it has none.
    """

    months: tuple[Month, ...] = ()
    before: tuple[Table, ...] = ()

    @property
    def n(self) -> int:
        """All reports."""
        return int(self.before[-1].sum()) if self.before else 0

    @property
    def nbytes(self) -> int:
        """Bytes of the rows and of the tables."""
        return sum(month.nbytes for month in self.months) + sum(table.nbytes for table in self.before)

    @property
    def occupied(self) -> list[int]:
        """The first and the last day with a report; none if there is none."""
        days = [days for month in self.months if (days := month.occupied) is not None]
        return [days[0][0], days[-1][1]] if days else []

    def with_rows(self, rows: Rows, shape: tuple[int, int]) -> tuple["Months", Rows]:
        """Lay rows among their months; give, too, the takings away of what is not there (yet).

        Parameters
        ----------
        rows : Rows
            At least one.
        shape : (int, int)
            How many series and places there are now.
        """
        number = month_of(rows.day)
        known = {month.number: month for month in self.months}
        every = [*known, int(number.min()), int(number.max())]
        months, left = [], []
        for each in range(min(every), max(every) + 1):
            month, changed = known.get(each) or Month.empty(each), rows.take(number == each)
            if len(changed):
                month, rest = month.with_rows(changed, shape[0])
                left.append(rest)
            months.append(month)
        return Months(tuple(months), self._tables(months, shape)), Rows.joined([Rows.none(), *left])

    def _tables(self, months: list[Month], shape: tuple[int, int]) -> tuple[Table, ...]:
        """Sum up what is before each month; what is before the first that changed stays."""
        same = 0
        while same < min(len(months), len(self.months)) and months[same] is self.months[same]:
            same += 1
        tables = list(self.before[: same + 1]) or [np.zeros(shape, np.int32)]
        for month in months[len(tables) - 1 :]:
            table = month.totals(shape)
            earlier = tables[-1]
            table[: earlier.shape[0], : earlier.shape[1]] += earlier
            tables.append(table)
        return tuple(tables)

    def count(self, series: Integers, begin: int, end: int, places: int) -> Table:
        """Count the reports of some series by place, of the days from begin until before end; shape (places,)."""
        total = np.zeros(places, np.int32)
        if len(series) and self.months:
            self._add_until(total, series, end, 1)
            self._add_until(total, series, begin, -1)
        return total

    def _add_until(self, total: Table, series: Integers, day: int, sign: int) -> None:
        """Add the counts of all days before one: of the nearer table, and of the rows between."""
        number = int(month_of(np.array([day]))[0]) - self.months[0].number
        if not 0 <= number < len(self.months):
            _add_table(total, self.before[0 if number < 0 else -1], series, sign)
            return
        month = self.months[number]
        later = day - month.first > _HALF_A_MONTH
        _add_table(total, self.before[number + later], series, sign)
        edges = (day, month.end) if later else (month.first, day)
        rows = month.count(series, *edges)
        total[: len(rows)] += (-sign if later else sign) * rows.astype(np.int32)


def _add_table(total: Table, table: Table, series: Integers, sign: int) -> None:
    """Add some rows of a table, one after another: together they would not stay in the processor's cache."""
    add = np.add if sign > 0 else np.subtract
    part = total[: table.shape[1]]
    for number in series[series < len(table)].tolist():
        add(part, table[number], out=part)
