"""What everybody may see of the counts: groups of reports by at least five people, fixed before anybody asks.

Reports of one month, one category and one cell of resolution 9 are a group if at least k different people made them.
What is no group goes together with its neighbours' rest into the parent cell, up to resolution 5, then into the whole
city; what is still no group is left out. A report of an unknown person is counted, but adds no person.

The guarantee: **every public answer is a sum of whole groups of one table; each group has reports of at least k people,
and no report is in two groups; so whatever is added or taken away among answers, no count of fewer than k people comes
out.** There is nothing to gain from windows that differ by a day, from resolutions, sets of categories or totals, as
none of them has a table of its own.

A window is widened to whole months, of which the current one is not published before it is over. To let the public ask
for any days would need groups of days, and then all that differ by a day are small; noise or rounding instead shows by
many questions where a count steps up. The status is not published, as it changes, and a change is one report.

Its limits: it is told that a cell that is not shown had fewer than k people that month; a report that comes in for a
month that is over changes the table, and who kept the old one can compare; k - 1 people who know of their own reports
can tell the one of the k-th; a person with several accounts is several people.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.columns import Columns, Integers, Truths
from geo.counting.axes import CUBE_RESOLUTION, Axes, Facts, positions
from geo.counting.cube import COARSEST, Cube, Query
from geo.counting.query import day_number, month_of
from geo.errors import InputError
from geo.hexagons.cells import parents

LEAST_PEOPLE = 5
CITY = 0
"""Stands for a cell where reports are told of the whole city alone."""


@dataclass(frozen=True)
class PublicCounts(Columns):
    """What everybody may see of a window.

    Parameters
    ----------
    cell : ndarray of int64, shape (n,)
        Ascending. Of the resolution asked for; or of a coarser one, then counting only what lies in no other cell here.
    count, synthetic : ndarray of int64
        Reports, and how many of them are demo data.
    people : ndarray of int64
        At least so many people made them: the most of any month, as people don't add up over months.
    first, last : date
        The whole months that were counted; ``last`` is before ``first`` if none of them is over.
    rolled_up : int
        Reports that are told of a coarser cell than asked for.
    unplaced : int
        Reports that are told of the city alone. Beside them, up to k - 1 people's reports of each month and category
        may be missing.
    """

    cell: Integers
    count: Integers
    synthetic: Integers
    people: Integers
    first: dt.date
    last: dt.date
    rolled_up: int
    unplaced: int

    @property
    def n(self) -> int:
        """All reports told, those of the city alone, too."""
        return int(self.count.sum()) + self.unplaced


@dataclass(frozen=True, eq=False)
class Published:
    """The table of groups: all that public answers are made of. Make one with `publish`.

    Parameters
    ----------
    month : ndarray of int64, shape (n,)
        Since January 1970.
    category : ndarray of int64
        Position among the cube's categories, -1 for another one.
    cell : ndarray of int64
        Of resolution 9 to 5, or `CITY`.
    count, synthetic, people : ndarray of int64
        Reports, those of demo data, and the different people who made them: at least k.
    categories : tuple of str
    months : tuple of int
        The first month published, and the first after them.
    """

    month: Integers
    category: Integers
    cell: Integers
    count: Integers
    synthetic: Integers
    people: Integers
    categories: tuple[str, ...]
    months: tuple[int, int]

    def counts(self, query: Query) -> PublicCounts:
        """Answer a question of the public.

        Raises
        ------
        InputError
            It asks for a status, a unit or without duplicates, which is not published, or for an unknown category.
        """
        wanted, begin, end = self._wanted(query)
        placed = wanted & (self.cell != CITY)
        cell = self.cell[placed]
        finer = _resolution(cell) > query.resolution
        shown = np.where(finer, parents(np.where(finer, cell, _FINE), query.resolution), cell)
        cells, number = np.unique(shown, return_inverse=True)
        count, synthetic = (
            np.bincount(number, values[placed], len(cells)).astype(np.int64) for values in (self.count, self.synthetic)
        )
        people = np.zeros(len(cells), np.int64)
        np.maximum.at(people, number, self.people[placed])
        coarser = _resolution(cells) < query.resolution
        first, last = _first_day(begin), _first_day(end) - dt.timedelta(days=1)
        unplaced = int(self.count[wanted & (self.cell == CITY)].sum())
        return PublicCounts(cells, count, synthetic, people, first, last, int(count[coarser].sum()), unplaced)

    def monthly(self, query: Query, cells: Integers | None = None) -> tuple[list[dt.date], Integers]:
        """Count by month.

        Parameters
        ----------
        query : Query
        cells : ndarray of int64, optional
            Of the query's resolution: only what is told of these cells; else all that is told of the city.

        Returns
        -------
        months : list of date
            First days of the months of the window that are published, in order.
        count : ndarray of int64
        """
        wanted, begin, end = self._wanted(query)
        if cells is not None:
            wanted &= _resolution(self.cell) >= query.resolution
            wanted[wanted] = np.isin(parents(self.cell[wanted], query.resolution), cells)
        counts = np.bincount(self.month[wanted] - begin, self.count[wanted], max(end - begin, 0)).astype(np.int64)
        return [_first_day(month) for month in range(begin, end)], counts

    def _wanted(self, query: Query) -> tuple[Truths, int, int]:
        """Find the groups of a question, and the first month published of its window and the first after them."""
        if query.statuses is not None or query.unit_id is not None or not query.duplicates:
            raise InputError("counts by status or unit, or without duplicates, take a key of an official", "status")
        begin, end = month_of(np.array([day_number(query.first), day_number(query.last)])).tolist()
        begin, end = max(begin, self.months[0]), min(end + 1, self.months[1])
        wanted = (self.month >= begin) & (self.month < end)
        if query.categories is not None:
            wanted &= np.isin(self.category, positions(self.categories, query.categories, "category"))
        return wanted, begin, end


def publish(cube: Cube, today: dt.date, least_people: int = LEAST_PEOPLE) -> Published:
    """Make the table of all that the public may see.

    Parameters
    ----------
    cube : Cube
    today : date
        Local; its month is not over and not published.
    least_people : int, optional
        k.
    """
    current = int(month_of(np.array([day_number(today)]))[0])
    # One month after another: ten million reports at once would take half a gigabyte.
    tables = {
        number: _groups(cube.axes, number, facts, least_people) for number, facts in cube.monthly() if number < current
    }
    month, category, cell, count, synthetic, people = np.concatenate([np.empty((0, 6), np.int64), *tables.values()]).T
    months = next(iter(tables), current), current
    return Published(month, category, cell, count, synthetic, people, cube.axes.categories, months)


# Any cell of the cube's resolution: the parent of nothing that is used.
_FINE = (CUBE_RESOLUTION << 52) | (1 << 59)


def _resolution(cells: Integers) -> Integers:
    return cells >> 52 & 0b1111


def _groups(axes: Axes, month: int, facts: Facts, least_people: int) -> Integers:
    """Group the reports of a month: a row for each group, as `Published` has its columns."""
    facts = facts.take(facts.weight > 0)
    places, place = np.unique(facts.place, return_inverse=True)
    category, synthetic = axes.category_of(facts.series), facts.weight * axes.synthetic(facts.series)
    left, found = np.arange(len(facts)), []
    for resolution in (*range(CUBE_RESOLUTION, COARSEST - 1, -1), None):
        cell_of_place = np.full(len(places), CITY) if resolution is None else parents(axes.cells_of(places), resolution)
        cells, number = np.unique(cell_of_place, return_inverse=True)
        group = (category[left] + 1) * len(cells) + number[place[left]]
        groups = (len(axes.categories) + 1) * len(cells)
        people = _people(facts.reporter[left], group, groups)
        count, made = (np.bincount(group, each[left], groups).astype(np.int64) for each in (facts.weight, synthetic))
        told = np.flatnonzero(people >= least_people)
        at = np.divmod(told, max(len(cells), 1))
        months = np.full(len(told), month)
        found.append(np.column_stack([months, at[0] - 1, cells[at[1]], count[told], made[told], people[told]]))
        left = left[(people < least_people)[group]]
    return np.concatenate(found)


def _people(reporter: NDArray[np.uint32], group: Integers, groups: int) -> Integers:
    known = reporter > 0
    pairs = np.unique(group[known] << 32 | reporter[known].astype(np.int64))
    return np.bincount(pairs >> 32, minlength=groups)


def _first_day(month: int) -> dt.date:
    day: dt.date = np.datetime64(month, "M").astype("datetime64[D]").astype(dt.date)
    return day
