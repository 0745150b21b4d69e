"""The cube: how many reports, in any window of days, by cell; immutable, in memory, the same from every source.

Reports lie sorted by local month, series (category, status, duplicate, synthetic), day and place, eight bytes each: the
place and a code of the reporter. A place is a cell of resolution 9 together with the unit of each boundaries that hold
the point, so that counts by unit are exact where a border cuts a cell. Before each month stand the counts of all months
before it, by series and place. So any window is the difference of two such tables, and of at most half a month of rows
at either end, whatever its length.

What changes is a list of facts of weight 1 and -1, which add up in any order; it is searched as it is until it is long
enough to be laid among the rows of its months. Every change makes a new cube that shares what did not change: who reads
one sees all of a change or nothing of it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers, Truths
from geo.counting.axes import Axes, Facts, Numbering
from geo.counting.month import Month, Rows, net
from geo.counting.months import Months
from geo.counting.query import COARSEST, Counts, Query, date_of, day_number, month_of
from geo.hexagons.cells import parents

__all__ = ["COARSEST", "Counts", "Cube", "Query", "month_of"]

FOLD_AT = 1 << 16
"""So many changes are kept beside the months; searching them takes less than a millisecond."""


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts of reports; make one with `Cube(axes)` and `extend`.

    Parameters
    ----------
    axes : Axes
    """

    axes: Axes
    _series: Numbering = field(default_factory=Numbering)
    _places: Numbering = field(default_factory=Numbering)
    _months: Months = field(default_factory=Months)
    _pending: Rows = field(default_factory=Rows.none)

    def extend(self, facts: Facts) -> "Cube":
        """Give the cube with more facts in it.

        The order in which facts come, and in what portions, makes no difference to any answer.
        """
        series, places = self._series.extended(facts.series), self._places.extended(facts.place)
        rows = Rows(facts.day, series.find(facts.series), places.find(facts.place), facts.reporter, facts.weight)
        pending = Rows.joined([self._pending, rows])
        cube = replace(self, _series=series, _places=places, _pending=pending)
        return cube.folded() if len(pending) > FOLD_AT else cube

    def folded(self) -> "Cube":
        """Lay the changes among the rows of their months; every answer stays as it was."""
        if not len(self._pending):
            return self
        shape = len(self._series.codes), len(self._places.codes)
        months, left = self._months.with_rows(self._pending, shape)
        return replace(self, _months=months, _pending=left)

    @property
    def n(self) -> int:
        """All reports."""
        return self._months.n + int(self._pending.weight.sum())

    @property
    def nbytes(self) -> int:
        """Bytes of the rows and of the tables before each month."""
        return self._months.nbytes

    @cached_property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """Local dates of the first and the last report; None if there is none."""
        found = [*self._months.occupied, *net(self._pending).day.tolist()]
        return (date_of(min(found)), date_of(max(found))) if found else None

    def counts(self, query: Query) -> Counts:
        """Count reports by cell.

        Examples
        --------
        >>> from geo.hexagons.cells import cells_of
        >>> axes = Axes(("waste",))
        >>> lon, lat = np.array([105.85, 105.851, 105.9]), np.array([21.0, 21.0, 21.0])
        >>> one = np.ones(3, np.int64)
        >>> place = axes.places(cells_of(lon, lat), lon, lat)
        >>> facts = Facts(19_000 * one, axes.series(one, 0 * one, 0 * one, 0 * one), place, one.astype("u4"), one)
        >>> day = dt.date(2022, 1, 8)
        >>> Cube(axes).extend(facts).counts(Query(day, day, 6)).count.tolist()
        [1, 2]
        """
        chosen = self._chosen(query)
        made = self.axes.synthetic(self._series.codes[chosen])
        edges = day_number(query.first), day_number(query.last) + 1
        held = self._in_unit(query)
        cells, of_place = self._cells(query.resolution)

        def by_cell(series: Integers) -> Integers:
            if not len(series):
                return np.zeros(len(cells), np.int64)
            return np.bincount(of_place, self._between(series, *edges, held), len(cells)).astype(np.int64)

        synthetic = by_cell(chosen[made])
        count = by_cell(chosen[~made]) + synthetic
        there = count != 0
        return Counts(cells[there], count[there], synthetic[there])

    def steps(self, query: Query, edges: list[dt.date]) -> tuple[Integers, Integers]:
        """Count reports by cell and step of time.

        Parameters
        ----------
        query : Query
            Its window is not used.
        edges : list of date, k + 1
            Step i has the days from ``edges[i]`` until before ``edges[i + 1]``; ascending.

        Returns
        -------
        cell : ndarray of int64, shape (n,)
            Ascending: cells with a report at any time.
        count : ndarray of int64, shape (n, k)
        """
        chosen, held = self._chosen(query), self._in_unit(query)
        cells, of_place = self._cells(query.resolution)
        counts = [
            np.bincount(of_place, self._between(chosen, day_number(begin), day_number(end), held), len(cells))
            for begin, end in pairwise(edges)
        ]
        return cells, np.array(counts, np.int64).reshape(len(edges) - 1, len(cells)).T

    def daily(self, query: Query, cells: Integers | None = None) -> Integers:
        """Count reports by day.

        Parameters
        ----------
        query : Query
        cells : ndarray of int64, optional
            Cells of the query's resolution: only reports in these.

        Returns
        -------
        ndarray of int64
            One count a day of the window. All days of 10 million reports take a millisecond, those of some cells or of
            a unit fifty.
        """
        chosen, held = self._chosen(query), self._held(query, cells)
        first, end = day_number(query.first), day_number(query.last) + 1
        total = np.zeros(end - first, np.int64)
        for month in self._months.months:
            begin, until = max(first, month.first), min(end, month.end)
            if begin < until:
                days = month.daily(chosen, held)
                total[begin - first : until - first] += days[begin - month.first : until - month.first]
        pending = self._pending
        wanted = np.isin(pending.series, chosen) & (pending.day >= first) & (pending.day < end)
        if held is not None:
            wanted &= held[pending.place]
        np.add.at(total, pending.day[wanted] - first, pending.weight[wanted])
        return total

    def reporters(self, query: Query) -> Counts:
        """Count the people who reported, each once a cell; those who are not known are not counted.

        People don't add up over days, so all reports of the window are looked through: 10 million take two seconds.
        """
        chosen, held = self._chosen(query), self._in_unit(query)
        first, end = day_number(query.first), day_number(query.last) + 1
        cells, of_place = self._cells(query.resolution)

        def people(rows: Rows) -> tuple[Integers, Integers]:
            """Give cell and person of each row as one number, and the row's weight."""
            known = rows.reporter > 0
            if held is not None:
                known &= held[rows.place]
            return of_place[rows.place[known]] << 32 | rows.reporter[known].astype(np.int64), rows.weight[known]

        # A number a row and no more: ten million rows as they are would take half a gigabyte.
        pairs = np.concatenate(
            [cells[:0], *(people(month.rows(chosen, first, end))[0] for month in self._months.months)]
        )
        pairs.sort()
        pending = self._pending
        wanted = np.isin(pending.series, chosen) & (pending.day >= first) & (pending.day < end)
        changed, weight = people(pending.take(wanted))
        moved, number = np.unique(changed, return_inverse=True)
        before = np.searchsorted(pairs, moved, "right") - np.searchsorted(pairs, moved)
        after = before + np.bincount(number, weight, len(moved)).astype(np.int64)
        first_of_pair = np.concatenate([[True], pairs[1:] != pairs[:-1]]) if len(pairs) else np.zeros(0, bool)
        count = np.bincount(pairs[first_of_pair] >> 32, minlength=len(cells))
        np.add.at(count, moved >> 32, (after > 0).astype(np.int64) - (before > 0))
        there = count > 0
        return Counts(cells[there], count[there], np.zeros(int(there.sum()), np.int64))

    def facts(self) -> Facts:
        """Give all facts back, in one order for one content."""
        every = Rows.joined([*(month.all_rows() for month in self._months.months), self._pending])
        made = self._decoded(net(every))
        return made.take(np.lexsort((made.reporter, made.place, made.series, made.day)))

    def monthly(self) -> Iterator[tuple[int, Facts]]:
        """Give what is there by month, since January 1970, in no certain order within it."""
        changed = month_of(self._pending.day)
        known = {month.number: month for month in self._months.months}
        for number in sorted({*known, *changed.tolist()}):
            rows, more = known.get(number, Month.empty(number)).all_rows(), self._pending.take(changed == number)
            yield number, self._decoded(net(Rows.joined([rows, more])) if len(more) else rows)

    def _decoded(self, rows: Rows) -> Facts:
        series, place = self._series.codes[rows.series], self._places.codes[rows.place]
        return Facts(rows.day, series, place, rows.reporter, rows.weight)

    def _chosen(self, query: Query) -> Integers:
        wanted = self.axes.chosen(self._series.codes, query.categories, query.statuses, query.duplicates)
        return np.flatnonzero(wanted)

    def _cells(self, resolution: int) -> tuple[Integers, Integers]:
        return _cells_of_places(self.axes, self._places, resolution)

    def _in_unit(self, query: Query) -> Truths | None:
        """Tell which places are in the unit that is asked for; None for all."""
        if query.unit_id is None:
            return None
        layer, number = self.axes.unit_number(query.unit_id, query.generation_id)
        held: Truths = self.axes.units_of(self._places.codes, layer) == number
        return held

    def _held(self, query: Query, cells: Integers | None) -> Truths | None:
        """Tell which places are in the unit and the cells that are asked for; None for all."""
        held = self._in_unit(query)
        if cells is None:
            return held
        known, of_place = self._cells(query.resolution)
        within: Truths = np.isin(known, cells)[of_place]
        return within if held is None else held & within

    def _between(self, series: Integers, begin: int, end: int, held: Truths | None) -> NDArray[np.int32]:
        """Count reports by place, of the days from begin until before end, in all places or in those that are held."""
        total = self._months.count(series, begin, end, len(self._places.codes))
        pending = self._pending
        if len(pending):
            wanted = np.isin(pending.series, series) & (pending.day >= begin) & (pending.day < end)
            np.add.at(total, pending.place[wanted], pending.weight[wanted].astype(np.int32))
        return total if held is None else total * held


@lru_cache(maxsize=16)
def _cells_of_places(axes: Axes, places: Numbering, resolution: int) -> tuple[Integers, Integers]:
    """Give the cells of all places, ascending, and the position among them of each place's cell."""
    cells, of_place = np.unique(parents(axes.cells_of(places.codes), resolution), return_inverse=True)
    return cells, of_place
