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

from geo.cells import parents
from geo.columns import Columns, Integers, Truths
from geo.cube_axes import CUBE_RESOLUTION, Axes, Facts, Numbering
from geo.cube_month import Month, Rows, net
from geo.errors import InputError

COARSEST = 5
FOLD_AT = 1 << 16
"""So many changes are kept beside the months; searching them takes less than a millisecond."""

_UNIX_EPOCH = dt.date(1970, 1, 1)
_HALF_A_MONTH = 15


@dataclass(frozen=True)
class Counts(Columns):
    """How many reports, or people, each cell had.

    Parameters
    ----------
    cell, count : ndarray of int64, shape (n,)
        Cells with at least one report, in ascending order.
    synthetic : ndarray of int64, shape (n,)
        How many of the reports are demo data.
    """

    cell: Integers
    count: Integers
    synthetic: Integers

    @property
    def n(self) -> int:
        """All reports counted."""
        return int(self.count.sum())


@dataclass(frozen=True)
class Query:
    """What is to be counted.

    Parameters
    ----------
    first, last : date
        Local dates, both included.
    resolution : int
        Of the cells, 5 to 9.
    categories, statuses : tuple of str, optional
        All if not given. The status is that of now.
    unit_id : int, optional
        Only reports whose point this unit holds, by its database id.
    generation_id : int, optional
        Of the boundaries by which the unit is meant; the newest that have it if not given.
    duplicates : bool
        Whether reports that were merged into others are counted, too.

    Raises
    ------
    InputError
        A resolution that the cube has not, or a window that ends before it begins.
    """

    first: dt.date
    last: dt.date
    resolution: int = CUBE_RESOLUTION
    categories: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    unit_id: int | None = None
    generation_id: int | None = None
    duplicates: bool = True

    def __post_init__(self) -> None:
        """Check what has no other check."""
        if not COARSEST <= self.resolution <= CUBE_RESOLUTION:
            raise InputError(
                f"the cube has the resolutions {COARSEST} to {CUBE_RESOLUTION}, not {self.resolution}", "resolution"
            )
        if self.last < self.first:
            raise InputError(f"the window ends on {self.last}, before it begins on {self.first}", "to")


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
    _months: tuple[Month, ...] = ()
    _before: tuple[NDArray[np.int32], ...] = ()
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
        month = month_of(self._pending.day)
        present = [each.number for each in self._months]
        numbers = range(min([*present[:1], int(month.min())]), max([*present[-1:], int(month.max())]) + 1)
        known = {each.number: each for each in self._months}
        months, left = [], []
        for number in numbers:
            changed = self._pending.take(month == number)
            one = known.get(number) or Month.empty(number)
            if len(changed):
                one, rest = one.with_rows(changed, len(self._series.codes))
                left.append(rest)
            months.append(one)
        return replace(self, _months=tuple(months), _before=self._tables(months), _pending=Rows.joined(left))

    def _tables(self, months: list[Month]) -> tuple[NDArray[np.int32], ...]:
        """Sum up what is before each month; what is before the first that changed stays."""
        same = 0
        while same < min(len(months), len(self._months)) and months[same] is self._months[same]:
            same += 1
        shape = len(self._series.codes), len(self._places.codes)
        tables = list(self._before[: same + 1]) or [np.zeros(shape, np.int32)]
        for month in months[len(tables) - 1 :]:
            table = month.totals(shape)
            earlier = tables[-1]
            table[: earlier.shape[0], : earlier.shape[1]] += earlier
            tables.append(table)
        return tuple(tables)

    @property
    def n(self) -> int:
        """All reports."""
        return (int(self._before[-1].sum()) if self._before else 0) + int(self._pending.weight.sum())

    @property
    def nbytes(self) -> int:
        """Bytes of the rows and of the tables before each month."""
        return sum(month.nbytes for month in self._months) + sum(table.nbytes for table in self._before)

    @cached_property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """Local dates of the first and the last report; None if there is none."""
        occupied = [days for month in self._months if (days := month.occupied) is not None]
        found = [day for pair in (*occupied[:1], *occupied[-1:]) for day in pair]
        changed = net(self._pending).day
        if len(changed):
            found += [int(changed.min()), int(changed.max())]
        return (_date(min(found)), _date(max(found))) if found else None

    def counts(self, query: Query) -> Counts:
        """Count reports by cell.

        Examples
        --------
        >>> from geo.cells import cells_of
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
        edges = _number(query.first), _number(query.last) + 1
        held = self._in_unit(query)
        real, synthetic = (self._between(chosen[which], *edges) * held for which in (~made, made))
        cells, of_place = self._cells(query.resolution)
        count, made_up = (
            np.bincount(of_place, by_place, len(cells)).astype(np.int64) for by_place in (real + synthetic, synthetic)
        )
        there = count != 0
        return Counts(cells[there], count[there], made_up[there])

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
            np.bincount(of_place, self._between(chosen, _number(begin), _number(end)) * held, len(cells))
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
        first, end = _number(query.first), _number(query.last) + 1
        total = np.zeros(end - first, np.int64)
        for month in self._months:
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
        chosen = self._chosen(query)
        first, last = _number(query.first), _number(query.last)
        wanted = np.isin(self._pending.series, chosen) & (self._pending.day >= first) & (self._pending.day <= last)
        parts = [month.rows(chosen, first, last + 1) for month in self._months]
        rows = Rows.joined([*parts, self._pending.take(wanted)])
        cells, of_place = self._cells(query.resolution)
        known = (rows.reporter > 0) & self._in_unit(query)[rows.place]
        pair = of_place[rows.place[known]] << 32 | rows.reporter[known].astype(np.int64)
        pairs, number = np.unique(pair, return_inverse=True)
        there = np.bincount(number, rows.weight[known], len(pairs)) > 0
        count = np.bincount(pairs[there] >> 32, minlength=len(cells))
        held = count > 0
        return Counts(cells[held], count[held], np.zeros(int(held.sum()), np.int64))

    def facts(self) -> Facts:
        """Give all facts back, in one order for one content."""
        parts = [self._decoded(Rows.none()), *(facts for _, facts in self.monthly())]
        return Facts.joined(parts)

    def monthly(self) -> Iterator[tuple[int, Facts]]:
        """Give all facts back by month, since January 1970, in one order for one content."""
        changed = month_of(self._pending.day)
        known = {month.number: month for month in self._months}
        for number in sorted({*known, *changed.tolist()}):
            rows = [known[number].all_rows()] if number in known else []
            yield number, self._decoded(Rows.joined([*rows, self._pending.take(changed == number)]))

    def _decoded(self, rows: Rows) -> Facts:
        rows = net(rows)
        series, place = self._series.codes[rows.series], self._places.codes[rows.place]
        made = Facts(rows.day, series, place, rows.reporter, rows.weight)
        return made.take(np.lexsort((made.reporter, made.place, made.series, made.day)))

    def _chosen(self, query: Query) -> Integers:
        wanted = self.axes.chosen(self._series.codes, query.categories, query.statuses, query.duplicates)
        return np.flatnonzero(wanted)

    def _cells(self, resolution: int) -> tuple[Integers, Integers]:
        return _cells_of_places(self.axes, self._places, resolution)

    def _in_unit(self, query: Query) -> Truths:
        """Tell which places are in the unit that is asked for."""
        if query.unit_id is None:
            return np.ones(len(self._places.codes), dtype=bool)
        layer, number = self.axes.unit_number(query.unit_id, query.generation_id)
        held: Truths = self.axes.units_of(self._places.codes, layer) == number
        return held

    def _held(self, query: Query, cells: Integers | None) -> Truths | None:
        """Tell which places are in the unit and the cells that are asked for; None for all."""
        if query.unit_id is None and cells is None:
            return None
        held = self._in_unit(query)
        if cells is None:
            return held
        known, of_place = self._cells(query.resolution)
        within: Truths = held & np.isin(known, cells)[of_place]
        return within

    def _between(self, series: Integers, begin: int, end: int) -> NDArray[np.int32]:
        """Count reports by place, of the days from begin until before end."""
        total = np.zeros(len(self._places.codes), np.int32)
        if len(series):
            self._add_until(total, series, end, 1)
            self._add_until(total, series, begin, -1)
        pending = self._pending
        if len(pending):
            wanted = np.isin(pending.series, series) & (pending.day >= begin) & (pending.day < end)
            np.add.at(total, pending.place[wanted], pending.weight[wanted].astype(np.int32))
        return total

    def _add_until(self, total: NDArray[np.int32], series: Integers, day: int, sign: int) -> None:
        """Add the counts of all days before one: of the nearer table, and of the rows between."""
        if not self._months:
            return
        number = int(month_of(np.array([day]))[0]) - self._months[0].number
        if not 0 <= number < len(self._months):
            _add_table(total, self._before[0 if number < 0 else -1], series, sign)
            return
        month = self._months[number]
        later = day - month.first > _HALF_A_MONTH
        _add_table(total, self._before[number + later], series, sign)
        edges = (day, month.end) if later else (month.first, day)
        rows = month.count(series, *edges)
        total[: len(rows)] += (-sign if later else sign) * rows.astype(np.int32)


def month_of(day: Integers) -> Integers:
    """Give each day, since 1970-01-01, its month, since January 1970.

    Examples
    --------
    >>> month_of(np.array([0, 30, 31])).tolist()
    [0, 0, 1]
    """
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


@lru_cache(maxsize=16)
def _cells_of_places(axes: Axes, places: Numbering, resolution: int) -> tuple[Integers, Integers]:
    """Give the cells of all places, ascending, and the position among them of each place's cell."""
    cells, of_place = np.unique(parents(axes.cells_of(places.codes), resolution), return_inverse=True)
    return cells, of_place


def _add_table(total: NDArray[np.int32], table: NDArray[np.int32], series: Integers, sign: int) -> None:
    """Add some rows of a table, one after another: together they would not stay in the processor's cache."""
    add = np.add if sign > 0 else np.subtract
    part = total[: table.shape[1]]
    for number in series[series < len(table)].tolist():
        add(part, table[number], out=part)


def _number(day: dt.date) -> int:
    return (day - _UNIX_EPOCH).days


def _date(day: int) -> dt.date:
    return _UNIX_EPOCH + dt.timedelta(days=day)
