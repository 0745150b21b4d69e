"""What became of the newest reports, held in memory by local day and kept up with what changes; immutable."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers
from geo.counting.query import day_number
from geo.lookup.dispatch import Dispatch
from geo.responsibility.working_time import WorkingCalendar
from geo.units.jurisdiction import Layer
from geo.wards.outcomes import Outcomes

DAYS = 62
"""So many are held, up to the newest report: a month, and the one before."""

MOST = 1_000_000
"""So many reports are held at most, of 42 bytes each; of a city that gets more, fewer days."""


@dataclass(frozen=True)
class Known(Outcomes):
    """What became of reports, and what they are found by.

    Parameters
    ----------
    report : ndarray of int64, shape (n,)
        The last eight bytes of the report's id, which are random: within a day they tell reports apart.
    category : ndarray of int16
        Place of the category among all, from 0 on; -1 for one that is there no more.
    """

    report: Integers
    category: NDArray[np.int16]


@dataclass(frozen=True)
class Basis:
    """What outcomes were told by. By anything else they are others, and must be read anew.

    Parameters
    ----------
    generation_id : int
        The wards.
    categories : tuple of str
    calendar : WorkingCalendar
    """

    generation_id: int
    categories: tuple[str, ...]
    calendar: WorkingCalendar

    @classmethod
    def of(cls, dispatch: Dispatch, layer: Layer) -> Self:
        """Give what holds now, for the wards of some boundaries."""
        return cls(layer.generation.id, tuple(category.code for category in dispatch.categories), dispatch.calendar)


@dataclass(frozen=True, eq=False)
class Recent:
    """What became of all reports since a day.

    Parameters
    ----------
    basis : Basis
    first : int
        All reports of this day and of all that follow are held; days since 1970-01-01.
    """

    basis: Basis
    first: int = 0
    _days: Mapping[int, Known] = field(default_factory=dict)

    def with_changed(self, day: Integers, rows: Known) -> "Recent":
        """Put reports in the place of what was known of them, or among those of their day; the oldest days may go.

        Parameters
        ----------
        day : ndarray of int64, shape (n,)
            Of each report, days since 1970-01-01; what is older than all that is held is left out.
        rows : Known, n rows
            No report twice.
        """
        days, order = dict(self._days), np.argsort(day, kind="stable")
        numbers, begins = np.unique(day[order], return_index=True)
        for number, of_day in zip(numbers.tolist(), np.split(order, begins[1:]), strict=True):
            if number >= self.first:
                days[number] = _replaced(days.get(number), rows.take(of_day))
        return replace(self, _days=days)._shortened()

    def _shortened(self) -> "Recent":
        """Leave out the oldest days that are too many, or have too many reports with those that follow."""
        first, n = max(self.first, max(self._days, default=0) - DAYS + 1), 0
        for number in sorted(self._days, reverse=True):
            n += len(self._days[number])
            if n > MOST:
                first = max(first, number + 1)
        return replace(self, first=first, _days={day: rows for day, rows in self._days.items() if day >= first})

    def outcomes(self, first: dt.date, last: dt.date, category: str | None) -> Outcomes | None:
        """Give what became of the reports of some days.

        Parameters
        ----------
        first, last : date
            Local days, both included.
        category : str, optional
            All if not given.

        Returns
        -------
        Outcomes, or None
            None if older days are asked for than are held.
        """
        begin, end = day_number(first), day_number(last)
        if begin < self.first:
            return None
        parts = [rows for day, rows in self._days.items() if begin <= day <= end]
        if category is not None:
            place = self.basis.categories.index(category)
            parts = [rows.take(rows.category == place) for rows in parts]
        return Outcomes.joined([Outcomes.none(), *parts])


def _replaced(old: Known | None, new: Known) -> Known:
    return new if old is None else Known.joined([old.take(~np.isin(old.report, new.report)), new])
