"""Working time as people write it beside the rules: weekdays, hours, days off, make-up days, and the limits."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, TypeAdapter

from geo.responsibility.deadlines import LIMITS, WORKING_DAY, Limits
from geo.responsibility.rule import Amount, Day, Part
from geo.responsibility.working_time import OFFICE_HOURS, Hours, WorkingCalendar

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_HOUR = dt.timedelta(hours=1)


def _interval(text: str) -> str:
    _hours(text)
    return text


def _hours(text: str) -> Hours:
    begin, _, end = text.partition("-")
    return dt.time.fromisoformat(begin), dt.time.fromisoformat(end)


Interval = Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$"), AfterValidator(_interval)]


def _as_text(hours: tuple[Hours, ...]) -> tuple[str, ...]:
    return tuple(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in hours)


class CalendarTable(Part):
    """The table [calendar]: when the offices of the territory work. Zone and country are the territory's own.

    Parameters
    ----------
    weekdays : tuple of str
        "monday" to "sunday".
    hours : tuple of str
        Intervals of a working day, "08:00-12:00"; an end of 00:00 is midnight.
    days_off, make_up_days : tuple of date
        Days that are off or worked whatever weekday and holidays say.

    Examples
    --------
    >>> table = CalendarTable(hours=("07:30-11:30", "13:00-17:00"), days_off=(dt.date(2027, 1, 4),))
    >>> calendar = table.applied(WorkingCalendar())
    >>> calendar.hours[0]
    (datetime.time(7, 30), datetime.time(11, 30))
    >>> CalendarTable.of(calendar) == table
    True
    """

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = WEEKDAYS[:5]
    hours: Annotated[tuple[Interval, ...], Field(min_length=1)] = _as_text(OFFICE_HOURS)
    days_off: tuple[Day, ...] = ()
    make_up_days: tuple[Day, ...] = ()

    @classmethod
    def of(cls, calendar: WorkingCalendar) -> "CalendarTable":
        """Write a calendar down."""
        return cls(
            weekdays=tuple(WEEKDAYS[day] for day in calendar.weekdays),
            hours=_as_text(calendar.hours),
            days_off=tuple(sorted(calendar.days_off)),
            make_up_days=tuple(sorted(calendar.make_up_days)),
        )

    def applied(self, calendar: WorkingCalendar) -> WorkingCalendar:
        """Give the territory's calendar with these days and hours; InputError says what can't be a calendar."""
        return replace(
            calendar,
            weekdays=tuple(map(WEEKDAYS.index, self.weekdays)),
            hours=tuple(map(_hours, self.hours)),
            days_off=frozenset(self.days_off),
            make_up_days=frozenset(self.make_up_days),
        )


class LimitsTable(Part):
    """The table [limits]: working time for intake, and from then for handling by urgency, in hours or working days.

    Examples
    --------
    >>> LimitsTable(normal_days=3).limits().normal
    datetime.timedelta(days=1)
    """

    intake_hours: Amount = LIMITS.intake / _HOUR
    urgent_hours: Amount = LIMITS.urgent / _HOUR
    complex_days: Amount = LIMITS.complex / WORKING_DAY
    normal_days: Amount = LIMITS.normal / WORKING_DAY

    @classmethod
    def of(cls, limits: Limits) -> "LimitsTable":
        """Write limits down."""
        return cls(
            intake_hours=limits.intake / _HOUR,
            urgent_hours=limits.urgent / _HOUR,
            complex_days=limits.complex / WORKING_DAY,
            normal_days=limits.normal / WORKING_DAY,
        )

    def limits(self) -> Limits:
        """Give the limits as durations."""
        return Limits(
            intake=self.intake_hours * _HOUR,
            urgent=self.urgent_hours * _HOUR,
            complex=self.complex_days * WORKING_DAY,
            normal=self.normal_days * WORKING_DAY,
        )


class WorkingTime(Part):
    """Both tables; what a file leaves out is the default."""

    calendar: CalendarTable = CalendarTable()
    limits: LimitsTable = LimitsTable()


def read_working_time(content: Mapping[str, Any]) -> WorkingTime:
    """Read [calendar] and [limits] of a file; pydantic's ValidationError says what is wrong."""
    return _READER.validate_python({name: content[name] for name in WorkingTime.model_fields if name in content})


_READER = TypeAdapter(WorkingTime)
