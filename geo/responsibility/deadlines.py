"""Deadlines: by when a report must be taken in and by when it must be handled.

Hanoi's Decision 1207/QĐ-UBND of 28 February 2025 gives 8 working hours for intake, verification included, and 4 working
hours from intake for what is urgent. The limits for complex and normal reports are assumed; an operator can set all.
"""

import datetime as dt
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, overload

from geo.errors import InputError
from geo.responsibility.working_time import Durations, Moments, WorkingCalendar

__all__ = ["CALENDAR", "LIMITS", "WORKING_DAY", "Limits", "Urgency", "WorkingCalendar", "deadlines"]

WORKING_DAY = dt.timedelta(hours=8)
"""Eight working hours, wherever they begin: five working days from Tuesday 10:00 end on the next Tuesday at 10:00."""


class Urgency(StrEnum):
    """How urgent a report is, in the words of Decision 1207: khẩn, phức tạp, bình thường."""

    URGENT = "urgent"
    COMPLEX = "complex"
    NORMAL = "normal"


@dataclass(frozen=True)
class Limits:
    """How much working time there is for intake, and then for handling by urgency.

    Parameters
    ----------
    intake, urgent : timedelta
        Working time; the defaults of 8 and 4 hours are those of Decision 1207.
    complex, normal : timedelta
        Working time; the defaults of 15 and 5 working days are assumed.
    """

    intake: dt.timedelta = dt.timedelta(hours=8)
    urgent: dt.timedelta = dt.timedelta(hours=4)
    complex: dt.timedelta = 15 * WORKING_DAY
    normal: dt.timedelta = 5 * WORKING_DAY

    def __post_init__(self) -> None:
        """Refuse a limit that leaves no time."""
        for field in fields(self):
            if getattr(self, field.name) <= dt.timedelta(0):
                raise InputError(f"the limit {field.name} must be more than nothing", field.name)

    def handling(self, urgency: Urgency) -> dt.timedelta:
        """Working time from intake until a report of this urgency must be handled."""
        return {Urgency.URGENT: self.urgent, Urgency.COMPLEX: self.complex, Urgency.NORMAL: self.normal}[urgency]


CALENDAR = WorkingCalendar()
LIMITS = Limits()


@overload
def deadlines(
    received_at: dt.datetime,
    urgency: Urgency | dt.timedelta,
    calendar: WorkingCalendar = CALENDAR,
    limits: Limits = LIMITS,
) -> tuple[dt.datetime, dt.datetime]: ...
@overload
def deadlines(
    received_at: Moments,
    urgency: Urgency | dt.timedelta | Durations,
    calendar: WorkingCalendar = CALENDAR,
    limits: Limits = LIMITS,
) -> tuple[Moments, Moments]: ...


def deadlines(
    received_at: Any, urgency: Any, calendar: WorkingCalendar = CALENDAR, limits: Limits = LIMITS
) -> tuple[Any, Any]:
    """Give the moments by which reports must be taken in and handled.

    Handling is counted from the last moment for intake, so both deadlines are fixed when the report arrives: an early
    intake gives the rest of its time to handling, a late one takes it away.

    Parameters
    ----------
    received_at : datetime or array of datetime64
        An aware datetime, or moments in UTC.
    urgency : Urgency, timedelta or array of timedelta64
        How urgent the report is, or the working time for handling itself where a rule sets its own.
    calendar : WorkingCalendar
    limits : Limits

    Returns
    -------
    intake_due, due : datetime or array of datetime64[us]
        In the calendar's zone, or in UTC, as ``received_at`` was given. A deadline that is the end of a working day is
        that day's end, not the next day's beginning.

    Raises
    ------
    InputError
        As `WorkingCalendar.add_working_time` does.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> received = dt.datetime(2026, 1, 9, 15, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Friday
    >>> for due in deadlines(received, Urgency.URGENT):
    ...     print(due)
    2026-01-12 15:00:00+07:00
    2026-01-13 10:00:00+07:00
    """
    handling = limits.handling(urgency) if isinstance(urgency, Urgency) else urgency
    intake_due = calendar.add_working_time(received_at, limits.intake)
    return intake_due, calendar.add_working_time(intake_due, handling)
