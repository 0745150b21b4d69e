"""Ward figures: how many reports each ward got, and how they were dealt with.

A report counts in the period in which it was reported; what became of it is told as of now. Every figure is made from
columns at once, for all wards, and for the city as if it were one ward.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.columns import Columns, Floats, Integers, Truths
from geo.wards.outcomes import Measured, Outcomes


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


def ward_figures(outcomes: Outcomes, measured: Measured, wards: int, now: np.datetime64) -> Figures:
    """Make the figures of wards.

    Parameters
    ----------
    outcomes : Outcomes, n rows
    measured : Measured
        Of these rows, those that medians and shares are made of.
    wards : int
        How many are compared.
    now : datetime64
        UTC.

    Returns
    -------
    Figures, a row for each ward
    """
    figures = _figures(outcomes, measured, outcomes.ward + np.int16(1), wards + 1, now)
    return figures.take(np.arange(1, wards + 1))


def city_figures(outcomes: Outcomes, measured: Measured, now: np.datetime64) -> Figures:
    """Make the figures of all reports together, those that are in no ward included: one row."""
    return _figures(outcomes, measured, np.zeros(len(outcomes), np.int16), 1, now)


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
    outcomes: Outcomes, measured: Measured, group: NDArray[np.int16], groups: int, now: np.datetime64
) -> Figures:
    place = group.astype(np.intp)

    def count(rows: Truths) -> Integers:
        return np.bincount(place, rows, groups).astype(np.int64)

    def share(part: Truths, whole: Truths) -> Floats:
        return _share(count(part & whole), count(whole))

    def median(values: Floats, rows: Truths) -> Floats:
        return group_medians(values[rows], group[rows], groups)

    return Figures(
        received=np.bincount(place, minlength=groups),
        merged=count(outcomes.merged),
        answered=count(outcomes.answered),
        on_time=count(outcomes.on_time),
        overdue=count(outcomes.waits & (outcomes.due_at < now)),
        reopened=count(outcomes.reopened),
        on_time_share=share(outcomes.on_time, measured.answer),
        intake_hours=median(outcomes.intake_hours, measured.intake),
        answer_hours=median(outcomes.answer_hours, measured.answer),
        evidence_share=share(outcomes.evidence == 1, measured.evidence),
        satisfied_share=share(outcomes.satisfied == 1, measured.rating),
    )


def _share(part: Integers, whole: Integers) -> Floats:
    share = np.full(len(whole), np.nan)
    np.divide(part, whole, out=share, where=whole > 0)
    return share


def group_medians(values: Floats, group: NDArray[np.integer[Any]], groups: int) -> Floats:
    """Find the median of each group's values; NaN for a group without any.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        No NaN.
    group : ndarray of int, shape (n,)
        From 0 on. Of 16 bits it is sorted in a tenth of the time.
    groups : int

    Returns
    -------
    ndarray of float64, shape (groups,)

    Examples
    --------
    >>> group_medians(np.array([3.0, 1.0, 2.0, 8.0]), np.array([0, 0, 0, 2]), 3)
    array([ 2., nan,  8.])
    """
    ordered = values[np.argsort(group, kind="stable")]
    ends = np.cumsum(np.bincount(group, minlength=groups))[:-1]
    return np.array([_median(each) if len(each) else np.nan for each in np.split(ordered, ends)])


def _median(values: Floats) -> float:
    """Find the median as numpy does, without what it does for axes and NaN: it takes three times as long."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    found = np.partition(values, (low, high))
    return float((found[low] + found[high]) / 2)
