"""What everybody may see of the counts: groups of reports by at least five people, fixed before anybody asks.

The reports of one month and one category are divided into groups by ward and cell (`geo.privacy.groups`); made-up ones
by themselves, as it is told how many they are. A report of an unknown person is counted, but adds no person.

The guarantee: **every public answer is a sum of whole groups of one table; each group has reports of at least k people,
and no report is in two groups; so whatever is added or taken away among answers, no count of fewer than k people comes
out.** There is nothing to gain from windows that differ by a day, from resolutions, sets of categories, totals or wards
beside cells, as none of them has a table of its own: the figures of wards (`geo.wards.ranking.Period.public`) count the
rows by the same groups.

A window is widened to whole months, of which the current one is not published before it is over. To let the public ask
for any days would need groups of days, and then all that differ by a day are small; noise or rounding instead shows by
many questions where a count steps up. The status is not published, as it changes, and a change is one report.

Its limits: it is told that a cell that is not shown had fewer than k people that month; a report that comes in for a
month that is over changes the table, as new boundaries of wards do, and who kept the old one can compare; k - 1 people
who know of their own reports can tell the one of the k-th; a person with several accounts is several people.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from geo.columns import Columns, Integers, Truths
from geo.counting.axes import Axes, Facts, positions
from geo.counting.cube import Cube, Query
from geo.counting.query import day_number, month_of
from geo.errors import InputError
from geo.hexagons.cells import parents
from geo.privacy.groups import ANYWHERE, CITY, grouped
from geo.privacy.people import LEAST_PEOPLE

__all__ = ["CITY", "LEAST_PEOPLE", "PublicCounts", "Published", "publish"]


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
    unplaced : int
        Reports that are told of no cell. Beside them, those of a month and category in which fewer than k people
        reported in the whole city are missing.
    """

    cell: Integers
    count: Integers
    synthetic: Integers
    people: Integers
    first: dt.date
    last: dt.date
    unplaced: int

    @property
    def n(self) -> int:
        """All reports told, those of no cell, too."""
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
        shown = np.where(finer, parents(np.where(finer, cell, ANYWHERE), query.resolution), cell)
        cells, number = np.unique(shown, return_inverse=True)
        count, synthetic = (
            np.bincount(number, values[placed], len(cells)).astype(np.int64) for values in (self.count, self.synthetic)
        )
        people = np.zeros(len(cells), np.int64)
        np.maximum.at(people, number, self.people[placed])
        first, last = _first_day(begin), _first_day(end) - dt.timedelta(days=1)
        unplaced = int(self.count[wanted & (self.cell == CITY)].sum())
        return PublicCounts(cells, count, synthetic, people, first, last, unplaced)

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
        Local; its month is not over and not published. The wards are those that are in force on it.
    least_people : int, optional
        k.
    """
    current = int(month_of(np.array([day_number(today)]))[0])
    # One month after another: ten million reports at once would take half a gigabyte.
    tables = {
        number: _month(cube.axes, today, number, facts, least_people)
        for number, facts in cube.monthly()
        if number < current
    }
    month, category, cell, count, synthetic, people = np.concatenate([np.empty((0, 6), np.int64), *tables.values()]).T
    months = next(iter(tables), current), current
    return Published(month, category, cell, count, synthetic, people, cube.axes.categories, months)


def _resolution(cells: Integers) -> Integers:
    return cells >> 52 & 0b1111


def _month(axes: Axes, today: dt.date, month: int, facts: Facts, least_people: int) -> Integers:
    """Divide the reports of a month: a row for each group, as `Published` has its columns."""
    facts = facts.take(facts.weight > 0)
    category, synthetic = axes.category_of(facts.series), axes.synthetic(facts.series)
    places, place = np.unique(facts.place, return_inverse=True)
    ward, cell = _wards(axes, today, places)[place], axes.cells_of(places)[place]
    kind = 2 * (category + 1) + synthetic
    groups = grouped(kind, ward, cell, facts.reporter, least_people)
    told = groups.in_city
    of, n = groups.of[told], len(groups.cell)
    count = np.bincount(of, facts.weight[told], n).astype(np.int64)
    kinds = np.zeros(n, np.int64)
    kinds[of] = kind[told]
    made_up = count * (kinds % 2)
    return np.column_stack([np.full(n, month), kinds // 2 - 1, groups.cell, count, made_up, groups.people])


def _wards(axes: Axes, today: dt.date, places: Integers) -> Integers:
    """Give the database id of the ward of each place, by the boundaries in force on a day; 0 for none."""
    for number, layer in enumerate(axes.layers):
        if layer.generation.holds(today):
            return layer.unit_ids[axes.units_of(places, number)]
    return np.zeros(len(places), np.int64)


def _first_day(month: int) -> dt.date:
    day: dt.date = np.datetime64(month, "M").astype("datetime64[D]").astype(dt.date)
    return day
