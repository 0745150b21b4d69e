"""Wards beside each other: rows of figures with those of the period before, the city's, and the median ward's."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.columns import Integers, Truths
from geo.errors import InputError
from geo.privacy.groups import ANYWHERE, grouped
from geo.responsibility.working_time import WorkingCalendar
from geo.units.territory import Territory, Unit
from geo.wards.cases import Cases
from geo.wards.figures import NAMES, Figures, city_figures, median_figures, ward_figures
from geo.wards.outcomes import Measured, Outcomes

_DECIMALS = 4
_DAY = dt.timedelta(days=1)
Words = dict[str, Any]


def public_period(territory: Territory, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date]:
    """Give the days for which the public may ask: whole months that are over; the last one if none are given.

    Shorter periods could be subtracted from each other until only one person's report is left.

    Examples
    --------
    >>> from geo.units.territory import HANOI
    >>> [str(day) for day in public_period(HANOI, dt.date(2026, 1, 1), dt.date(2026, 2, 28))]
    ['2026-01-01', '2026-02-28']
    """
    this_month = territory.today().replace(day=1)
    last = last or this_month - _DAY
    first = first or last.replace(day=1)
    for field, given, day in (("from", first, first), ("to", last, last + _DAY)):
        if day.day != 1 or day > this_month:
            raise InputError(f"{field} {given}: the public may ask for whole months that are over", field)
    if first > last:
        raise InputError(f"from {first} is later than to {last}: exchange them", "from")
    return first, last


def period_before(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Give the period just before: as many months before whole months, else as many days.

    Examples
    --------
    >>> [str(day) for day in period_before(dt.date(2026, 1, 1), dt.date(2026, 2, 28))]
    ['2025-11-01', '2025-12-31']
    >>> [str(day) for day in period_before(dt.date(2026, 1, 5), dt.date(2026, 1, 11))]
    ['2025-12-29', '2026-01-04']
    """
    until = last + _DAY
    if first.day != 1 or until.day != 1:
        return first - (until - first), first - _DAY
    months = 12 * (until.year - first.year) + until.month - first.month
    year, month = divmod(12 * first.year + first.month - 1 - months, 12)
    return dt.date(year, month + 1, 1), first - _DAY


@dataclass(frozen=True)
class Period:
    """The figures of one period: a row for each ward, and one for the city."""

    wards: Figures
    city: Figures

    @classmethod
    def exact(cls, outcomes: Outcomes, wards: int, now: np.datetime64) -> "Period":
        """Count every report."""
        measured = outcomes.measurable
        return cls(ward_figures(outcomes, measured, wards, now), city_figures(outcomes, measured, now))

    @classmethod
    def public(cls, cases: Cases, unit_ids: Sequence[int], calendar: WorkingCalendar, now: np.datetime64) -> "Period":
        """Count what the public may see (:mod:`geo.privacy.groups`); medians and shares, of enough people's outcomes.

        The wards of the cases must be those that hold their points, as cells are told by points.
        """
        groups = grouped(cases.kind, cases.unit_id, cases.cell, cases.reporter)
        in_ward, in_city = groups.in_ward, groups.in_city
        outcomes = Outcomes.of(cases, unit_ids, calendar)
        of_ward, of_city = _of_enough_people(cases, outcomes.measurable, np.where(in_ward, cases.unit_id, 0))
        return cls(
            ward_figures(outcomes.take(in_ward), of_ward.take(in_ward), len(unit_ids), now),
            city_figures(outcomes.take(in_city), of_city.take(in_city), now),
        )


@dataclass(frozen=True)
class Ranking:
    """Wards in an order, with the figures of a period and of the one before.

    Parameters
    ----------
    units : sequence of Unit
        The wards, ascending by their ids.
    period, before : Period
        With a row for each of them.
    hides : bool
        Whether a ward that has nothing may have something that is hidden.
    """

    units: Sequence[Unit]
    period: Period
    before: Period
    hides: bool

    def order(self, by: str) -> list[int]:
        """Sort the wards by a figure, with a minus in front of it the largest first; without one at the end.

        Raises
        ------
        InputError
            If there is no such figure.
        """
        name = by.removeprefix("-")
        if name not in NAMES:
            raise InputError(f"sort {by!r:.40}: use one of {', '.join(NAMES)}, with a - for the largest first", "sort")
        values = np.asarray(getattr(self.period.wards, name), dtype=np.float64)
        shown = np.where(self._shown(self.period.wards), -values if by != name else values, np.nan)
        rows: list[int] = np.lexsort((np.array([unit.code for unit in self.units]), shown)).tolist()
        return rows

    def wards(self, by: str) -> list[Words]:
        """Give a row for each ward."""
        now, before = (self._rows(period.wards) for period in (self.period, self.before))
        hidden = ~self._shown(self.period.wards)
        return [
            self.units[row].words | {"hidden": bool(hidden[row])} | now[row] | {"previous": before[row]}
            for row in self.order(by)
        ]

    @property
    def city(self) -> Words:
        """Give the figures of all reports together."""
        [now], [before] = _rows(self.period.city), _rows(self.before.city)
        return now | {"previous": before}

    @property
    def median(self) -> Words:
        """Give the median of the wards that are shown."""
        now, before = (
            {name: _round(value) for name, value in median_figures(figures.take(self._shown(figures))).items()}
            for figures in (self.period.wards, self.before.wards)
        )
        return now | {"previous": before}

    def _shown(self, figures: Figures) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return (figures.received > 0) | (not self.hides)

    def _rows(self, figures: Figures) -> list[Words]:
        nothing: Words = dict.fromkeys(NAMES)
        return [row if shown else nothing for row, shown in zip(_rows(figures), self._shown(figures), strict=True)]


def as_csv(ranking: Ranking, by: str) -> bytes:
    """Write the wards in their order, then the city and the median ward, each in a line."""
    nobody = {"code": None, "name": None, "name_en": None, "level": None, "hidden": None}
    lines = [{"row": "ward", **ward} for ward in ranking.wards(by)]
    lines += [{"row": "city", **nobody, **ranking.city}, {"row": "median", **nobody, **ranking.median}]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    names = ["row", *nobody, *NAMES]
    writer.writerow([*names, *(f"previous_{name}" for name in NAMES)])
    writer.writerows([*(line[name] for name in names), *line["previous"].values()] for line in lines)
    return file.getvalue().encode()


def _of_enough_people(cases: Cases, measurable: Measured, ward: Integers) -> tuple[Measured, Measured]:
    """Find the reports that medians and shares of wards, and of the city, may be made of.

    Those that have an outcome are divided by themselves: of the five people of a group, one may have an answer.

    Parameters
    ----------
    cases : Cases, n rows
    measurable : Measured
        Which of them have each outcome.
    ward : ndarray of int64, shape (n,)
        In whose figures each report is; 0 for none.
    """
    kind = cases.kind

    def told(has: Truths) -> tuple[Truths, Truths]:
        anywhere = np.full(np.count_nonzero(has), ANYWHERE)
        groups = grouped(kind[has], ward[has], anywhere, cases.reporter[has])
        of_ward, of_city = has.copy(), has.copy()
        of_ward[has], of_city[has] = groups.in_ward, groups.in_city
        return of_ward, of_city

    of_ward, of_city = zip(*map(told, measurable), strict=True)
    return Measured(*of_ward), Measured(*of_city)


def _rows(figures: Figures) -> list[Words]:
    columns = (getattr(figures, name).tolist() for name in NAMES)
    return [dict(zip(NAMES, map(_round, row), strict=True)) for row in zip(*columns, strict=True)]


def _round(value: float | None) -> float | None:
    if value is None or value != value:
        return None
    return value if isinstance(value, int) else round(value, _DECIMALS)
