"""Ward figures: how many reports each ward got, and how they were dealt with.

A report counts in the period in which it was reported; what became of it is told as of now. Every figure is made from
columns at once, for all wards, and for the city as if it were one ward.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from geo.columns import Columns, Floats, Integers, Moments, Truths
from geo.responsibility.working_time import WorkingCalendar

_HOUR = np.timedelta64(1, "h")
MOMENTS = ("received_at", "due_at", "intake_at", "answered_at", "closed_at")
OUTCOMES = ("evidence", "satisfied")
"""Columns of `Cases`, named as those of reports."""


class Measured(NamedTuple):
    """Which reports the medians and shares are made of, by the outcome that they tell of.

    Parameters
    ----------
    intake : ndarray of bool, shape (n,)
        For `intake_hours`.
    answer : ndarray of bool
        For `on_time_share` and `answer_hours`.
    evidence : ndarray of bool
        For `evidence_share`.
    rating : ndarray of bool
        For `satisfied_share`.
    """

    intake: Truths
    answer: Truths
    evidence: Truths
    rating: Truths

    def take(self, rows: Truths) -> "Measured":
        """Pick rows by a mask."""
        return Measured(*(column[rows] for column in self))


@dataclass(frozen=True)
class Cases(Columns):
    """What ward figures are made from: a row for each report.

    Parameters
    ----------
    unit_id : ndarray of int64, shape (n,)
        Database ids of wards; 0 for a report that is in none.
    cell : ndarray of int64
        Of resolution 9 or finer.
    category : ndarray of int64
        Place of the category among all, from 0 on; -1 for one that is there no more.
    month : ndarray of datetime64[M]
        Local month of the report.
    reporter : ndarray of int64
        The same number, below 2**32, for the same person; 0 for all reports that name none.
        Cell, category, month and reporter matter to the public's figures alone, and are 0 where they were not read.
    received_at, due_at, intake_at, answered_at, closed_at : ndarray of datetime64
        UTC; NaT for what has not happened.
    evidence, satisfied : ndarray of int64
        1 for yes, 0 for no, -1 for not told.
    reopened : ndarray of int64
        How often.
    merged, synthetic : ndarray of bool
        Whether it went into another report about the same; whether the demo made it.
    """

    unit_id: Integers
    cell: Integers
    category: Integers
    month: Moments
    reporter: Integers
    received_at: Moments
    due_at: Moments
    intake_at: Moments
    answered_at: Moments
    closed_at: Moments
    evidence: Integers
    satisfied: Integers
    reopened: Integers
    merged: Truths
    synthetic: Truths

    @property
    def kind(self) -> Integers:
        """A number for month, category and synthetic of each row: what totals can be asked by."""
        width = 2 + self.category.max(initial=0)
        numbers: Integers = 2 * (self.month.astype(np.int64) * width + self.category) + self.synthetic
        return numbers

    @property
    def measurable(self) -> Measured:
        """Which reports have each outcome."""
        return Measured(
            ~np.isnat(self.intake_at),
            ~np.isnat(self.answered_at),
            self.evidence >= 0,
            self.satisfied >= 0,
        )


@dataclass(frozen=True)
class Figures(Columns):
    """Figures of wards, a row for each: counts, and shares and medians with NaN where there is nothing to measure.

    Parameters
    ----------
    received : ndarray of int64, shape (wards,)
        All reports of the period.
    merged : ndarray of int64
        Of these, those that went into another report about the same; they are answered there.
    answered, on_time : ndarray of int64
        Resolved or rejected; of these, not later than due.
    overdue : ndarray of int64
        Neither answered nor closed, and due before now.
    reopened : ndarray of int64
        Reports that a citizen reopened, once or more.
    on_time_share : ndarray of float64
        On time, of the answered.
    intake_hours, answer_hours : ndarray of float64
        Median of the working hours from receipt to intake, and from receipt to the answer.
    evidence_share : ndarray of float64
        With text and picture, of the resolved.
    satisfied_share : ndarray of float64
        Of those who rated the answer.
    """

    received: Integers
    merged: Integers
    answered: Integers
    on_time: Integers
    overdue: Integers
    reopened: Integers
    on_time_share: Floats
    intake_hours: Floats
    answer_hours: Floats
    evidence_share: Floats
    satisfied_share: Floats


NAMES = tuple(field.name for field in fields(Figures))


def ward_figures(
    cases: Cases, measured: Measured, unit_ids: Integers, calendar: WorkingCalendar, now: np.datetime64
) -> Figures:
    """Make the figures of wards.

    Parameters
    ----------
    cases : Cases, n rows
        Those of other units are left out.
    measured : Measured
        Of these rows, those that medians and shares are made of.
    unit_ids : ndarray of int64, shape (wards,)
        Database ids, ascending.
    calendar : WorkingCalendar
        In whose hours the medians are.
    now : datetime64
        UTC.

    Returns
    -------
    Figures, a row for each ward
    """
    ward = np.searchsorted(unit_ids, cases.unit_id)
    known = unit_ids[np.minimum(ward, len(unit_ids) - 1)] == cases.unit_id
    return _figures(cases.take(known), measured.take(known), ward[known], len(unit_ids), calendar, now)


def city_figures(cases: Cases, measured: Measured, calendar: WorkingCalendar, now: np.datetime64) -> Figures:
    """Make the figures of all reports together, those that are in no ward included: one row."""
    return _figures(cases, measured, np.zeros(len(cases), dtype=np.int64), 1, calendar, now)


def median_figures(figures: Figures) -> dict[str, float | None]:
    """Give the median ward's value of each figure; None where no ward has one.

    Parameters
    ----------
    figures : Figures
        Of the wards that are to be compared.
    """
    columns = {name: np.asarray(getattr(figures, name), dtype=np.float64) for name in NAMES}
    told = {name: values[~np.isnan(values)] for name, values in columns.items()}
    return {name: float(np.median(values)) if len(values) else None for name, values in told.items()}


def _figures(
    cases: Cases, measured: Measured, ward: Integers, wards: int, calendar: WorkingCalendar, now: np.datetime64
) -> Figures:
    def count(rows: Truths) -> Integers:
        return np.bincount(ward[rows], minlength=wards)

    def share(part: Truths, whole: Truths) -> Floats:
        return _share(count(part & whole), count(whole))

    def hours(until: Moments, rows: Truths) -> Floats:
        worked = calendar.working_time_between(cases.received_at[rows], until[rows])
        return group_medians(worked / _HOUR, ward[rows], wards)

    answered = ~np.isnat(cases.answered_at)
    on_time = answered & (cases.answered_at <= cases.due_at)
    open_still = ~answered & np.isnat(cases.closed_at)
    return Figures(
        received=np.bincount(ward, minlength=wards),
        merged=count(cases.merged),
        answered=count(answered),
        on_time=count(on_time),
        overdue=count(open_still & (cases.due_at < now)),
        reopened=count(cases.reopened > 0),
        on_time_share=share(on_time, measured.answer),
        intake_hours=hours(cases.intake_at, measured.intake),
        answer_hours=hours(cases.answered_at, measured.answer),
        evidence_share=share(cases.evidence == 1, measured.evidence),
        satisfied_share=share(cases.satisfied == 1, measured.rating),
    )


def _share(part: Integers, whole: Integers) -> Floats:
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def group_medians(values: Floats, group: Integers, groups: int) -> Floats:
    """Find the median of each group's values, all at once; NaN counts as nothing, and is the median of none.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    group : ndarray of int64, shape (n,)
        From 0 on.
    groups : int

    Returns
    -------
    ndarray of float64, shape (groups,)

    Examples
    --------
    >>> group_medians(np.array([3.0, 1.0, np.nan, 2.0, 8.0]), np.array([0, 0, 1, 0, 2]), 4)
    array([ 2., nan,  8., nan])
    """
    known = ~np.isnan(values)
    values, group = values[known], group[known]
    ordered = values[np.lexsort((values, group))]
    size = np.bincount(group, minlength=groups)
    begin = np.cumsum(size) - size
    medians = np.full(groups, np.nan)
    some = size > 0
    low, high = (begin + (size - 1) // 2)[some], (begin + size // 2)[some]
    medians[some] = (ordered[low] + ordered[high]) / 2
    return medians
