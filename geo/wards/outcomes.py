"""What became of reports, as ward figures count it: times in working hours, each row in its ward's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geo.columns import Columns, Floats, Integers, Moments, Truths
from geo.responsibility.working_time import WorkingCalendar
from geo.wards.cases import Cases

_HOUR = np.timedelta64(1, "h")


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
class Outcomes(Columns):
    """What became of reports: a row for each.

    Parameters
    ----------
    ward : ndarray of int16, shape (n,)
        Place of its ward among those that are compared; -1 for a report that is in none of them.
    merged : ndarray of bool
        Whether it went into another report about the same.
    answered, on_time : ndarray of bool
        Whether it was resolved or rejected; and not later than due.
    waits : ndarray of bool
        Whether it is neither answered nor closed.
    due_at : ndarray of datetime64[us]
        UTC.
    reopened : ndarray of bool
        Whether a citizen reopened it, once or more.
    intake_hours, answer_hours : ndarray of float64
        Working hours from receipt to intake, and to the answer; NaN for what has not happened.
    evidence, satisfied : ndarray of int8
        1 for yes, 0 for no, -1 for not told.
    """

    ward: NDArray[np.int16]
    merged: Truths
    answered: Truths
    on_time: Truths
    waits: Truths
    due_at: Moments
    reopened: Truths
    intake_hours: Floats
    answer_hours: Floats
    evidence: NDArray[np.int8]
    satisfied: NDArray[np.int8]

    @classmethod
    def of(cls, cases: Cases, unit_ids: Sequence[int], calendar: WorkingCalendar, **more: NDArray[Any]) -> Self:
        """Find what became of reports.

        Parameters
        ----------
        cases : Cases
        unit_ids : sequence of int
            Database ids of the wards that are compared, ascending.
        calendar : WorkingCalendar
            In whose hours the times are.
        **more : ndarray
            Columns that a class of more columns has.
        """
        answered = ~np.isnat(cases.answered_at)
        return cls(
            ward=_places(cases.unit_id, np.array(unit_ids, np.int64)),
            merged=cases.merged,
            answered=answered,
            on_time=answered & (cases.answered_at <= cases.due_at),
            waits=~answered & np.isnat(cases.closed_at),
            due_at=cases.due_at,
            reopened=cases.reopened > 0,
            intake_hours=calendar.working_time_between(cases.received_at, cases.intake_at) / _HOUR,
            answer_hours=calendar.working_time_between(cases.received_at, cases.answered_at) / _HOUR,
            evidence=cases.evidence.astype(np.int8),
            satisfied=cases.satisfied.astype(np.int8),
            **more,
        )

    @classmethod
    def none(cls) -> "Outcomes":
        """Give no rows."""
        kinds = ("i2", "?", "?", "?", "?", "M8[us]", "?", "f8", "f8", "i1", "i1")
        return Outcomes(*(np.empty(0, kind) for kind in kinds))

    @property
    def measurable(self) -> Measured:
        """Which reports have each outcome."""
        return Measured(~np.isnan(self.intake_hours), self.answered, self.evidence >= 0, self.satisfied >= 0)


def _places(unit_id: Integers, unit_ids: Integers) -> NDArray[np.int16]:
    place = np.searchsorted(unit_ids, unit_id)
    known = unit_ids[np.minimum(place, len(unit_ids) - 1)] == unit_id
    return np.where(known, place, -1).astype(np.int16)
