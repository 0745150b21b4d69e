"""Working time: how much of it lies between two moments, and when some amount of it has passed.

A moment is working time when the clock on the wall shows working hours of a working day. The calendar becomes, once, a
table of spans of real time in UTC with a running total; after that each question is a binary search, for one moment or
for millions, and the changes of summer time are in the table already.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
import numpy as np
from holidays.registry import EntityLoader
from numpy.typing import NDArray

from geo.errors import InputError
from geo.local_time import local_days, to_utc

MOMENT = "datetime64[us]"
DURATION = "timedelta64[us]"

Moments = NDArray[np.datetime64]
Durations = NDArray[np.timedelta64]
Hours = tuple[dt.time, dt.time]

OFFICE_HOURS: tuple[Hours, ...] = ((dt.time(8), dt.time(12)), (dt.time(13), dt.time(17)))
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
YEARS = (1901, 2100)  # kept even when there are no holidays to know, so that every calendar has an end
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TICK = dt.timedelta(microseconds=1)
LONGEST = dt.timedelta(days=366 * 300)  # more than any calendar has; what is cut to it is refused all the same


@dataclass(frozen=True)
class Spans:
    """Working time as disjoint spans of UTC in order; all arrays are int64 microseconds since 1970.

    ``before`` is the working time before a span begins, ``after`` that before it ends.
    """

    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]

    @classmethod
    def between(cls, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> "Spans":
        """Spans from their two ends."""
        lengths = ends - starts
        after = np.cumsum(lengths)
        return cls(starts, lengths, after - lengths, after)

    def worked(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Working time that has passed at each moment since the first span began."""
        span = np.maximum(np.searchsorted(self.starts, moments, side="right") - 1, 0)
        since: NDArray[np.int64] = np.maximum(moments - self.starts[span], 0)
        return self.before[span] + np.minimum(since, self.lengths[span])

    def earliest(self, worked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Earliest moment at which that much working time has passed; the inverse of `worked`."""
        span = np.searchsorted(self.after, worked, side="left")
        return self.starts[span] + (worked - self.before[span])

    def add_one(self, moment: int, duration: int) -> int | None:
        """Give the earliest moment at which ``duration`` has passed since one moment; None if there is no such end.

        What `worked` and `earliest` give together, without the cost of arrays.
        """
        starts, lengths, before, after = self._views
        span = max(bisect_right(starts, moment) - 1, 0)
        wanted = before[span] + min(max(moment - starts[span], 0), lengths[span]) + duration
        if wanted > after[-1]:
            return None
        span = bisect_left(after, wanted)
        return max(starts[span] + wanted - before[span], moment)

    def __reduce__(self) -> tuple[type["Spans"], tuple[NDArray[np.int64], ...]]:
        """Pickle the arrays; the views of them are made anew."""
        return Spans, (self.starts, self.lengths, self.before, self.after)

    @cached_property
    def _views(self) -> tuple[memoryview, ...]:
        """The arrays as Python reads single numbers fastest."""
        return tuple(values.data for values in (self.starts, self.lengths, self.before, self.after))


@dataclass(frozen=True)
class WorkingCalendar:
    """When the offices of a territory work; the default is Hanoi's.

    Parameters
    ----------
    time_zone : str
        IANA name; hours and days are those of the local clock.
    weekdays : tuple of int
        Days of the week on which people work, Monday is 0.
    hours : tuple of (time, time)
        Hours of each working day, begin included, end not, in order and without overlap; an end of 00:00 means midnight
        at the end of the day. Work across midnight is two intervals.
    holidays : str or None
        ISO 3166 code of the country whose public holidays are off, from the library `holidays`. Its compensation days
        are off and its make-up days are worked. None: no holidays.
    days_off, make_up_days : set of date
        Local dates that are off or worked whatever weekday or library say: a swap that the government announced after
        the library was made, a day of mourning.

    Raises
    ------
    InputError
        A zone or country that nobody knows, hours out of order, a date that is both off and worked; and by the methods:
        a datetime without a time zone, or a moment outside the years for which holidays are known.

    Notes
    -----
    Working time is real time that passes in working hours, so a span in which clocks change is an hour longer or
    shorter than its wall-clock times say. An end that the clocks show twice means the first time; one that they skip
    means the moment of the jump.

    The years are those that the library knows (Vietnam, whose Tết follows the moon: 1901 to 2100). A question about any
    other year is refused: a year without its holidays would give a wrong deadline without a word. Swaps of future years
    are decided year by year and known to nobody before.

    Examples
    --------
    >>> hanoi = WorkingCalendar()
    >>> friday = dt.datetime(2026, 1, 9, 16, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    >>> hanoi.add_working_time(friday, dt.timedelta(hours=1)).isoformat()
    '2026-01-12T08:30:00+07:00'
    >>> received = np.array(["2026-01-09T09:30", "2026-01-10T03:00"], dtype="datetime64[us]")
    >>> hanoi.working_time_between(received, np.datetime64("2026-01-12T02:00")) / np.timedelta64(1, "h")
    array([1.5, 1. ])
    """

    time_zone: str = "Asia/Ho_Chi_Minh"
    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    hours: tuple[Hours, ...] = OFFICE_HOURS
    holidays: str | None = "VN"
    days_off: Set[dt.date] = frozenset()
    make_up_days: Set[dt.date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what can't be a calendar, before anybody computes a deadline with it."""
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InputError(f"unknown time zone {self.time_zone!r}: give an IANA name", "time_zone") from error
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise InputError(f"weekdays {self.weekdays} must be one or more of 0 (Monday) to 6 (Sunday)", "weekdays")
        _check_hours(self.hours)
        if self.holidays is not None and self.holidays not in EntityLoader.get_country_codes():
            raise InputError(f"holidays of {self.holidays!r} are not known: give an ISO 3166 code or None", "holidays")
        if both := set(self.days_off) & set(self.make_up_days):
            raise InputError(f"{min(both)} is both a day off and a make-up day: choose one", "days_off")

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year about which the calendar may be asked."""
        if self.holidays is None:
            return YEARS
        known = holidays.country_holidays(self.holidays)
        return max(known.start_year, YEARS[0]), min(known.end_year, YEARS[1])

    @overload
    def local_date(self, moment: dt.datetime) -> dt.date: ...
    @overload
    def local_date(self, moment: Moments) -> Moments: ...

    def local_date(self, moment: Any) -> Any:
        """Date of an aware datetime, or dates (datetime64[D]) of moments in UTC, in the calendar's zone."""
        if isinstance(moment, dt.datetime) and moment.utcoffset() is not None:
            return moment.astimezone(self.zone).date()
        moments = _utc(moment, "moment")
        return local_days(moments, self.time_zone)

    @overload
    def add_working_time(self, start: dt.datetime, duration: dt.timedelta) -> dt.datetime: ...
    @overload
    def add_working_time(self, start: Moments, duration: dt.timedelta | np.timedelta64 | Durations) -> Moments: ...

    def add_working_time(self, start: Any, duration: Any) -> Any:
        """Give the earliest moment at which ``duration`` of working time has passed since ``start``.

        Parameters
        ----------
        start : datetime or array of datetime64
            An aware datetime, or moments in UTC; NaT stays NaT.
        duration : timedelta or array of timedelta64
            Not negative; an array is broadcast against ``start``. Nothing to add gives ``start`` back, in working time
            or not.

        Returns
        -------
        datetime or array of datetime64[us]
            In the calendar's zone, or in UTC, as ``start`` was given.
        """
        if isinstance(start, dt.datetime) and (found := self._add_to_one(start, duration)) is not None:
            return found
        moments, durations = np.broadcast_arrays(self._moments(start, "start"), _durations(duration))
        missing = np.isnat(moments) | np.isnat(durations)
        asked = np.where(missing, 0, durations.astype(np.int64))
        wanted = self._worked(moments) + asked
        if np.any(wanted > self._spans.after[-1]):
            raise InputError(f"the end lies after {self.years[1]}, the last year {self._scope}", "duration")
        found = np.maximum(self._spans.earliest(wanted).astype(MOMENT), moments)
        return self._as_given(start, np.where(missing, np.datetime64("NaT", "us"), found))

    @overload
    def working_time_between(self, begin: dt.datetime, end: dt.datetime) -> dt.timedelta: ...
    @overload
    def working_time_between(self, begin: Moments, end: Moments | np.datetime64) -> Durations: ...

    def working_time_between(self, begin: Any, end: Any) -> Any:
        """Working time from ``begin`` to ``end``, negative when ``end`` is the earlier one.

        Parameters
        ----------
        begin, end : datetime or array of datetime64
            Aware datetimes, or moments in UTC (broadcast); NaT gives NaT.

        Returns
        -------
        timedelta or array of timedelta64[us]
        """
        first, last = np.broadcast_arrays(self._moments(begin, "begin"), self._moments(end, "end"))
        missing = np.isnat(first) | np.isnat(last)
        passed = (self._worked(last) - self._worked(first)).astype(DURATION)
        passed = np.where(missing, np.timedelta64("NaT", "us"), passed)
        return passed.item() if isinstance(begin, dt.datetime) else passed

    def _add_to_one(self, start: dt.datetime, duration: object) -> dt.datetime | None:
        """Add to one moment; None for what is to be refused, in the words that arrays are refused with."""
        if start.utcoffset() is None or not isinstance(duration, dt.timedelta):
            return None
        first, last = self._ends
        if not (first <= start < last and dt.timedelta(0) <= duration <= LONGEST):
            return None
        due = self._spans.add_one((start - _EPOCH) // _TICK, duration // _TICK)
        return None if due is None else (_EPOCH + due * _TICK).astimezone(self.zone)

    @cached_property
    def _ends(self) -> tuple[dt.datetime, dt.datetime]:
        first, last = (moment.replace(tzinfo=dt.UTC) for moment in self._range.tolist())
        return first, last

    @property
    def _scope(self) -> str:
        return "of every calendar" if self.holidays is None else f"whose holidays are known for {self.holidays}"

    @cached_property
    def _spans(self) -> Spans:
        first, last = self.years
        days = np.arange(f"{first}-01-01", f"{last + 1}-01-01", dtype="datetime64[D]")
        offsets = np.array([[_since_midnight(begin), _since_midnight(end) or 24 * 60] for begin, end in self.hours])
        wall = days[self._worked_days(days)][:, None, None] + offsets.astype("timedelta64[m]")
        starts, ends = self._to_utc(wall.reshape(-1, 2)).astype(np.int64).T
        return Spans.between(starts, ends)

    @cached_property
    def _range(self) -> Moments:
        first, last = self.years
        return self._to_utc(np.array([f"{first}-01-01", f"{last + 1}-01-01"], dtype=MOMENT))

    def _worked_days(self, days: Moments) -> NDArray[np.bool_]:
        off, worked = self._from_library()
        monday_is_0 = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        ordinary = np.isin(monday_is_0, self.weekdays) & ~np.isin(days, _dates(off)) | np.isin(days, _dates(worked))
        return ordinary & ~np.isin(days, _dates(self.days_off)) | np.isin(days, _dates(self.make_up_days))

    def _from_library(self) -> tuple[Set[dt.date], Set[dt.date]]:
        if self.holidays is None:
            return frozenset(), frozenset()
        first, last = self.years
        known = holidays.country_holidays(self.holidays, years=range(first, last + 1))
        return known.keys(), known.weekend_workdays

    def _to_utc(self, wall: Moments) -> Moments:
        return to_utc(wall, self.time_zone)

    def _moments(self, given: Any, field: str) -> Moments:
        moments = _utc(given, field)
        first, last = self._range
        outside = (moments < first) | (moments >= last)
        if np.any(outside):
            years = "{} to {}".format(*self.years)
            moment = moments[outside].min()
            raise InputError(f"{field} {moment}Z is outside {years}, the years {self._scope}", field)
        return moments

    def _worked(self, moments: Moments) -> NDArray[np.int64]:
        known = np.where(np.isnat(moments), self._range[0], moments)
        return self._spans.worked(known.astype(np.int64))

    def _as_given(self, given: Any, found: Moments) -> Any:
        if isinstance(given, dt.datetime):
            return found.astype(dt.datetime).item().replace(tzinfo=dt.UTC).astimezone(self.zone)
        return found


def _check_hours(hours: tuple[Hours, ...]) -> None:
    ends = [(_since_midnight(begin), _since_midnight(end) or 24 * 60) for begin, end in hours]
    flat = [minute for span in ends for minute in span]
    if not ends or flat != sorted(flat) or any(begin == end for begin, end in ends):
        shown = ", ".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in hours) or "none"
        raise InputError(f"working hours ({shown}) must be intervals in order, without overlap", "hours")
    if any(time.second or time.microsecond or time.tzinfo for span in hours for time in span):
        raise InputError("working hours are whole minutes of the local clock, without a time zone", "hours")


def _since_midnight(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _dates(days: Set[dt.date]) -> NDArray[np.datetime64]:
    return np.array(sorted(days), dtype="datetime64[D]")


def _utc(given: Any, field: str) -> Moments:
    if isinstance(given, dt.datetime):
        if given.utcoffset() is None:
            raise InputError(f"{field} {given.isoformat()} has no time zone: add an offset such as +07:00", field)
        given = given.astimezone(dt.UTC).replace(tzinfo=None)
    moments = np.asarray(given)
    if isinstance(given, dt.datetime) or moments.dtype.kind == "M":
        return moments.astype(MOMENT)
    raise InputError(f"{field} must be an aware datetime or an array of datetime64 in UTC, not {moments.dtype}", field)


def _durations(given: Any) -> Durations:
    if isinstance(given, dt.timedelta):  # in Python it may be longer than 64 bits of microseconds
        given = np.timedelta64(max(min(given, LONGEST), -LONGEST), "us")
    durations = np.asarray(given)
    if durations.dtype.kind != "m":
        raise InputError(f"duration must be a timedelta or an array of timedelta64, not {durations.dtype}", "duration")
    if np.any(durations < np.timedelta64(0, "us")):
        raise InputError("duration is negative: working time is only added", "duration")
    return np.asarray(np.minimum(durations.astype(DURATION), np.timedelta64(LONGEST)))
