"""The days that counts are asked for, the same way at all doors."""

import datetime as dt

from geo.errors import InputError
from geo.units.territory import Territory

_USUAL_DAYS = dt.timedelta(days=29)
_MONTH = dt.timedelta(days=31)
_MOST_MONTHS = 120
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)
_NAMES = ("from", "to")


def period_of(
    territory: Territory, first: dt.date | None, last: dt.date | None, names: tuple[str, str] = _NAMES
) -> tuple[dt.date, dt.date]:
    """Fill in the days that were not given: the 30 days until today, or until the last one.

    Parameters
    ----------
    territory : Territory
        Its local date is today.
    first, last : date, optional
        Local dates, both included.
    names : (str, str), optional
        What the caller calls them.

    Raises
    ------
    InputError
        If the first day is later than the last one, or a day is centuries away.

    Examples
    --------
    >>> from geo.units.territory import HANOI
    >>> [str(day) for day in period_of(HANOI, None, dt.date(2026, 1, 30))]
    ['2026-01-01', '2026-01-30']
    """
    check_days(first, last, names)
    last = last or territory.today()
    first = first or last - _USUAL_DAYS
    check_days(first, last, names)
    return first, last


def check_days(first: dt.date | None, last: dt.date | None, names: tuple[str, str] = _NAMES) -> None:
    """Refuse a first day that is later than the last one, and days that are centuries away.

    Examples
    --------
    >>> check_days(dt.date(2026, 1, 2), dt.date(2026, 1, 1), ("since", "until"))
    Traceback (most recent call last):
    geo.errors.InputError: since 2026-01-02 is later than until 2026-01-01: exchange them
    """
    for field, day in zip(names, (first, last), strict=True):
        if day is not None and not _EARLIEST <= day <= _LATEST:
            raise InputError(f"{field} {day}: give a day from {_EARLIEST} to {_LATEST}", field)
    if first is not None and last is not None and first > last:
        raise InputError(f"{names[0]} {first} is later than {names[1]} {last}: exchange them", names[0])


def whole_months(first: dt.date, last: dt.date, today: dt.date) -> tuple[dt.date, dt.date]:
    """Give the whole months of a period that are over; a period of the current month stays as it is.

    Examples
    --------
    >>> [str(day) for day in whole_months(dt.date(2026, 1, 20), dt.date(2026, 3, 5), dt.date(2026, 3, 9))]
    ['2026-01-01', '2026-02-28']
    """
    following = (last.replace(day=1) + _MONTH).replace(day=1)
    begin, end = first.replace(day=1), min(following, today.replace(day=1)) - dt.timedelta(days=1)
    return (begin, end) if begin <= end else (first, last)


def months_of(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Cut a period where months begin; InputError if it is longer than ten years.

    Examples
    --------
    >>> [f"{begin} {end}" for begin, end in months_of(dt.date(2026, 1, 20), dt.date(2026, 3, 5))]
    ['2026-01-20 2026-01-31', '2026-02-01 2026-02-28', '2026-03-01 2026-03-05']
    """
    months = each_month(first, last)
    if len(months) > _MOST_MONTHS:
        raise InputError(f"a series has at most {_MOST_MONTHS} months, not {len(months)}", "from")
    return months


def each_month(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Cut a period of any length where months begin."""
    months, begin = [], first
    while begin <= last:
        following = (begin.replace(day=1) + _MONTH).replace(day=1)
        months.append((begin, min(following - dt.timedelta(days=1), last)))
        begin = following
    return months
