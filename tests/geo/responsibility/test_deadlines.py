"""Deadlines: worked out by hand, then held against stepping minute by minute and against pandas' business hours."""

import datetime as dt
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.responsibility.deadlines import CALENDAR, Limits, Urgency, WorkingCalendar, deadlines

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
NIGHT = ((dt.time(0), dt.time(6)), (dt.time(22), dt.time(0)))
EVERY_DAY = tuple(range(7))


def hanoi(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=HANOI)


def utc_array(*moments: dt.datetime) -> np.ndarray:
    return np.array([moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in moments], dtype="datetime64[us]")


# Received, intake due (8 working hours later), urgent handling due (4 more). 5 January 2026 is a Monday.
BY_HAND = {
    "a whole day: 8 hours end with the day, not with the next morning; 4 more are the next morning": (
        "2026-01-05T08:00", "2026-01-05T17:00", "2026-01-06T12:00"),
    "inside the morning: 1:30 before lunch + 4 after = 5:30; 2:30 remain on Tuesday; then 1:30 + 2:30 after lunch": (
        "2026-01-05T10:30", "2026-01-06T10:30", "2026-01-06T15:30"),
    "at lunch nothing passes: 4 hours from 13:00, 4 on Wednesday morning; then Wednesday's afternoon": (
        "2026-01-06T12:30", "2026-01-07T12:00", "2026-01-07T17:00"),
    "the end of a day is the beginning of the next": (
        "2026-01-06T17:00", "2026-01-07T17:00", "2026-01-08T12:00"),
    "Friday 16:00: one hour today, 7 on Monday (4 to 12:00, 3 from 13:00); then 16-17 and 08-11 on Tuesday": (
        "2026-01-09T16:00", "2026-01-12T16:00", "2026-01-13T11:00"),
    "Saturday is Monday 08:00": (
        "2026-01-10T10:00", "2026-01-12T17:00", "2026-01-13T12:00"),
    "Sunday, a minute before midnight, the same": (
        "2026-01-11T23:59", "2026-01-12T17:00", "2026-01-13T12:00"),
    "midnight belongs to the day that begins": (
        "2026-01-08T00:00", "2026-01-08T17:00", "2026-01-09T12:00"),
    "month end on a Friday: an hour in January, 7 on Monday 2 February": (
        "2026-01-30T16:00", "2026-02-02T16:00", "2026-02-03T11:00"),
    "year end: Wednesday 31 December 2025, 2 hours; 1 January off; Friday 2 January 6 hours; 2 there and 2 on Monday": (
        "2025-12-31T15:00", "2026-01-02T15:00", "2026-01-05T10:00"),
    "leap day: Thursday 29 February 2024 15:00, 2 hours; 6 on Friday 1 March; 2 there and 2 on Monday 4": (
        "2024-02-29T15:00", "2024-03-01T15:00", "2024-03-04T10:00"),
    "Tết 2026: lunar new year is Tuesday 17 February, off from Saturday 14 to Sunday 22, as was announced. "
    "Friday 13 gives 2 hours, Monday 23 the other 6; then 2 there and 2 on Tuesday": (
        "2026-02-13T15:00", "2026-02-23T15:00", "2026-02-24T10:00"),
    "in the middle of Tết 2026: Monday 23 is the first working day": (
        "2026-02-17T09:00", "2026-02-23T17:00", "2026-02-24T12:00"),
    "Tết 2025: first day Wednesday 29 January, off from Monday 27 to Friday 31, so over the month end": (
        "2025-01-24T17:00", "2025-02-03T17:00", "2025-02-04T12:00"),
    "Hùng Kings 2025, 10th of the third lunar month: Monday 7 April. Friday 4 gives 0:30, Tuesday 8 the other 7:30": (
        "2025-04-04T16:30", "2025-04-08T16:30", "2025-04-09T11:30"),
    "Hùng Kings 2026 is Sunday 26 April, so Monday 27 is off in its place": (
        "2026-04-24T16:00", "2026-04-28T16:00", "2026-04-29T11:00"),
    "a swap: Friday 2 May 2025 off between holidays, after Wednesday 30 April and Thursday 1 May: back on Monday 5": (
        "2025-04-29T16:00", "2025-05-05T16:00", "2025-05-06T11:00"),
    "its other half: Saturday 26 April 2025 is worked; from Friday 16:00 to Saturday 16:00, then Monday 28": (
        "2025-04-25T16:00", "2025-04-26T16:00", "2025-04-28T11:00"),
    "National Day 2025: Monday 1 and Tuesday 2 September": (
        "2025-08-29T16:00", "2025-09-03T16:00", "2025-09-04T11:00"),
}  # fmt: skip


@pytest.mark.parametrize(("received", "intake_due", "due"), BY_HAND.values(), ids=BY_HAND.keys())
def test_deadlines_are_those_worked_out_by_hand(received: str, intake_due: str, due: str) -> None:
    assert deadlines(hanoi(received), Urgency.URGENT) == (hanoi(intake_due), hanoi(due))


def test_many_at_once_are_the_same_as_one_at_a_time() -> None:
    received, intake_due, due = (utc_array(*map(hanoi, column)) for column in zip(*BY_HAND.values(), strict=True))
    many = deadlines(received, Urgency.URGENT)
    np.testing.assert_array_equal(many, (intake_due, due))


def test_five_and_fifteen_working_days_are_counted_from_intake() -> None:
    # Intake is due on Monday 9 February 2026, 17:00. Five days of 8 hours: 10, 11, 12, 13 February, then Tết until the
    # 20th, so the fifth is Monday the 23rd. Fifteen: ten more, 24-27 February, 2-6 and 9 March.
    received = hanoi("2026-02-09T08:00")
    assert deadlines(received, Urgency.NORMAL)[1] == hanoi("2026-02-23T17:00")
    assert deadlines(received, Urgency.COMPLEX)[1] == hanoi("2026-03-09T17:00")


def test_a_rule_or_an_operator_sets_other_limits() -> None:
    received = hanoi("2026-01-05T08:00")
    assert deadlines(received, 2 * HOUR)[1] == hanoi("2026-01-06T10:00")
    assert deadlines(received, Urgency.URGENT, limits=Limits(intake=HOUR, urgent=HOUR)) == (
        hanoi("2026-01-05T09:00"),
        hanoi("2026-01-05T10:00"),
    )
    own_time_each = np.array([1, 4], dtype="timedelta64[h]")
    due = deadlines(utc_array(received, received), own_time_each)[1]
    np.testing.assert_array_equal(due, utc_array(hanoi("2026-01-06T09:00"), hanoi("2026-01-06T12:00")))


def test_days_off_and_make_up_days_of_the_operator_win() -> None:
    # Friday 2 January 2026 off, Saturday 10 January worked: from Wednesday 31 December 16:00 to Monday 5 January 16:00;
    # from Friday 9 January 16:00 to Saturday 16:00.
    swapped = WorkingCalendar(days_off={dt.date(2026, 1, 2)}, make_up_days={dt.date(2026, 1, 10)})
    assert swapped.add_working_time(hanoi("2025-12-31T16:00"), 8 * HOUR) == hanoi("2026-01-05T16:00")
    assert swapped.add_working_time(hanoi("2026-01-09T16:00"), 8 * HOUR) == hanoi("2026-01-10T16:00")
    tet_is_worked = WorkingCalendar(make_up_days={dt.date(2026, 2, 17)})
    assert tet_is_worked.add_working_time(hanoi("2026-02-13T16:00"), 8 * HOUR) == hanoi("2026-02-17T16:00")


def test_nothing_added_leaves_the_moment_alone() -> None:
    for moment in ("2026-01-05T09:00", "2026-01-05T12:30", "2026-01-10T10:00"):
        assert CALENDAR.add_working_time(hanoi(moment), dt.timedelta(0)) == hanoi(moment)


def test_overdue_time_is_signed_and_unanswered_stays_unknown() -> None:
    # Due on Friday 9 January 2026 16:00, answered on Monday 09:30: one hour of Friday, 1:30 of Monday.
    due, answered = hanoi("2026-01-09T16:00"), hanoi("2026-01-12T09:30")
    assert CALENDAR.working_time_between(due, answered) == 2.5 * HOUR
    assert CALENDAR.working_time_between(answered, due) == -2.5 * HOUR
    late = CALENDAR.working_time_between(utc_array(due, due), np.append(utc_array(answered), np.datetime64("NaT")))
    np.testing.assert_array_equal(late, np.array([150, "NaT"], dtype="timedelta64[m]"))


def is_worked(moment: dt.datetime, calendar: WorkingCalendar, known: holidays.HolidayBase) -> bool:
    """Look at the clock on the wall, and at the library for this day alone."""
    local = moment.astimezone(calendar.zone)
    day = local.date()
    if not any(begin <= local.time() and (local.time() < end or end == dt.time(0)) for begin, end in calendar.hours):
        return False
    return day in known.weekend_workdays or (day.weekday() in calendar.weekdays and day not in known)


def step(moment: dt.datetime, duration: dt.timedelta, calendar: WorkingCalendar) -> dt.datetime:
    known = holidays.country_holidays(str(calendar.holidays), years=range(moment.year, moment.year + 2))
    while duration > dt.timedelta(0):
        duration -= MINUTE * is_worked(moment, calendar, known)
        moment += MINUTE
    return moment


vietnam = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 1), timezones=st.just(dt.UTC))
clock_changes = st.sampled_from([dt.datetime(2025, 3, 27), dt.datetime(2025, 10, 23)]).flatmap(
    lambda day: st.datetimes(day, day + dt.timedelta(days=5), timezones=st.just(dt.UTC))
)
minutes = st.integers(1, 12 * 60).map(lambda count: count * MINUTE)


@given(moment=vietnam, duration=minutes)
@settings(max_examples=60, deadline=None)
def test_adding_is_stepping_minute_by_minute(moment: dt.datetime, duration: dt.timedelta) -> None:
    moment = moment.replace(second=0, microsecond=0)
    found = CALENDAR.add_working_time(moment, duration)
    assert found == step(moment, duration, CALENDAR)
    assert CALENDAR.working_time_between(moment, found) == duration


@given(moment=clock_changes, duration=minutes, night=st.booleans())
@settings(max_examples=60, deadline=None)
def test_stepping_agrees_when_the_clocks_change(moment: dt.datetime, duration: dt.timedelta, night: bool) -> None:
    berlin = NIGHTS_IN_BERLIN if night else DAYS_IN_BERLIN
    moment = moment.replace(second=0, microsecond=0)
    # Python never calls a time that the clocks show twice equal to one of another zone, so compare in UTC.
    assert berlin.add_working_time(moment, duration).astimezone(dt.UTC) == step(moment, duration, berlin)


NIGHTS_IN_BERLIN = WorkingCalendar("Europe/Berlin", EVERY_DAY, NIGHT, holidays="DE")
DAYS_IN_BERLIN = WorkingCalendar("Europe/Berlin", holidays="DE")


@pytest.mark.parametrize(
    ("day", "until", "hours"),
    [
        ((2025, 10, 25), dt.time(6), 6.0),  # an ordinary Saturday
        ((2025, 10, 26), dt.time(6), 7.0),  # 02:00-03:00 comes twice
        ((2025, 3, 30), dt.time(6), 5.0),  # 02:00-03:00 never comes
        ((2025, 10, 26), dt.time(2, 30), 2.5),  # ends when the clocks first show 02:30
        ((2025, 3, 30), dt.time(2, 30), 2.0),  # ends when the clocks jump from 02:00 to 03:00
    ],
)
def test_a_night_has_the_hours_that_pass(day: tuple[int, int, int], until: dt.time, hours: float) -> None:
    nights = WorkingCalendar("Europe/Berlin", EVERY_DAY, ((dt.time(0), until),), holidays=None)
    begin = dt.datetime(*day, tzinfo=BERLIN)
    assert nights.working_time_between(begin, begin.replace(hour=12)) == hours * HOUR


def test_office_hours_follow_the_clock_on_the_wall_over_a_change() -> None:
    # Friday 28 March 2025 16:30 is UTC+1, Monday 31 March 08:30 is UTC+2.
    due = DAYS_IN_BERLIN.add_working_time(dt.datetime(2025, 3, 28, 16, 30, tzinfo=BERLIN), HOUR)
    assert due.isoformat() == "2025-03-31T08:30:00+02:00"


def test_moments_in_working_hours_agree_with_pandas_business_hours() -> None:
    # January to June 2026 has no make-up day, which pandas does not know. Moments outside working hours are left out:
    # from there pandas gives the next opening where the time is over at a closing.
    rng = np.random.default_rng(4)
    days_off = list(holidays.country_holidays("VN", years=2026))
    business = {
        n: pd.offsets.CustomBusinessHour(n, start=["08:00", "13:00"], end=["12:00", "17:00"], holidays=days_off)
        for n in range(1, 20)
    }
    drawn = np.datetime64("2026-01-02", "us") + rng.integers(1, 170 * 86_400, 2_000).astype("timedelta64[s]")
    local = np.array([moment for moment in drawn if business[1].is_on_offset(pd.Timestamp(moment))])
    hours = rng.integers(1, 20, local.size)
    assert local.size > 300
    expected = np.array([pd.Timestamp(m) + business[n] for m, n in zip(local, hours, strict=True)], "datetime64[us]")
    seven_hours = np.timedelta64(7, "h")
    found = CALENDAR.add_working_time(local - seven_hours, hours.astype("timedelta64[h]")) + seven_hours
    np.testing.assert_array_equal(found, expected)


@given(moment=vietnam, first=minutes, second=minutes)
def test_time_added_in_two_parts_is_time_added_at_once(
    moment: dt.datetime, first: dt.timedelta, second: dt.timedelta
) -> None:
    in_parts = CALENDAR.add_working_time(CALENDAR.add_working_time(moment, first), second)
    assert in_parts == CALENDAR.add_working_time(moment, first + second)


def test_the_calendar_ends_where_the_library_ends() -> None:
    library = type(holidays.country_holidays("VN"))
    assert CALENDAR.years == (library.start_year, library.end_year)
    with pytest.raises(InputError, match="outside 1901 to 2100, the years whose holidays are known for VN"):
        CALENDAR.add_working_time(hanoi("2101-01-03T08:00"), HOUR)
    with pytest.raises(InputError, match="the end lies after 2100"):
        CALENDAR.add_working_time(hanoi("2100-12-31T16:00"), 8 * HOUR)
    with pytest.raises(InputError, match="the end lies after 2100"):
        CALENDAR.add_working_time(hanoi("2026-01-05T08:00"), dt.timedelta.max)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: CALENDAR.add_working_time(dt.datetime(2026, 1, 5), HOUR), "start .* has no time zone"),
        (
            lambda: CALENDAR.working_time_between(hanoi("2026-01-05"), dt.datetime(2026, 1, 5)),
            "end .* has no time zone",
        ),
        (lambda: CALENDAR.add_working_time(hanoi("2026-01-05"), -HOUR), "negative"),
        (lambda: CALENDAR.add_working_time(np.array([1.5]), HOUR), "datetime64 in UTC, not float64"),
        (lambda: CALENDAR.add_working_time(utc_array(hanoi("2026-01-05")), np.array([8])), "timedelta64, not int64"),
        (lambda: WorkingCalendar("Asia/Hanoi"), "unknown time zone 'Asia/Hanoi'"),
        (lambda: WorkingCalendar(holidays="ZZ"), "holidays of 'ZZ' are not known"),
        (lambda: WorkingCalendar(weekdays=(7,)), "0 \\(Monday\\) to 6 \\(Sunday\\)"),
        (lambda: WorkingCalendar(hours=()), "\\(none\\) must be intervals"),
        (lambda: WorkingCalendar(hours=((dt.time(8), dt.time(12)), (dt.time(11), dt.time(17)))), "without overlap"),
        (lambda: WorkingCalendar(hours=((dt.time(8), dt.time(8)),)), "must be intervals"),
        (lambda: WorkingCalendar(hours=((dt.time(8, 0, 30), dt.time(9)),)), "whole minutes"),
        (
            lambda: WorkingCalendar(days_off={dt.date(2026, 1, 2)}, make_up_days={dt.date(2026, 1, 2)}),
            "2026-01-02 is both",
        ),
        (lambda: Limits(normal=dt.timedelta(0)), "limit normal must be more than nothing"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(ask, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        ask()
