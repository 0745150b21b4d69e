"""The monthly partitions of ``report``: one a month, in the schema ``report_months``."""

import datetime as dt
from collections.abc import Collection

import numpy as np
from sqlalchemy import Connection, text

from geo.columns import Moments

AHEAD = 2
"""So many months after the current one are made before they begin."""

_EXISTING = text("SELECT tablename FROM pg_tables WHERE schemaname = 'report_months'")


def ensure(connection: Connection, months: Collection[dt.date]) -> None:
    """Make the partitions that are missing; safe when several processes do it at once.

    Parameters
    ----------
    connection : Connection
        The partitions become visible when its transaction commits, and whoever needs one that is missing waits until
        then: give it a short transaction of its own before a long one.
    months : collection of date
        First days of months, UTC.
    """
    if not _missing(connection, months):
        return
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('report_months'))")
    for month, name in _missing(connection, months).items():
        following = (month + dt.timedelta(days=31)).replace(day=1)
        # Made apart and attached: unlike CREATE TABLE ... PARTITION OF, this lets others read and write meanwhile.
        connection.exec_driver_sql(
            f"CREATE TABLE report_months.{name} (LIKE report INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        connection.exec_driver_sql(
            f"ALTER TABLE report ATTACH PARTITION report_months.{name}"
            f" FOR VALUES FROM ('{month} 00:00+00') TO ('{following} 00:00+00')"
        )


def ensure_for(connection: Connection, moments: Moments) -> None:
    """Make the partitions that reports of these moments (UTC) go to, unless they are there."""
    ensure(connection, np.unique(moments.astype("datetime64[M]")).astype("datetime64[D]").tolist())


def coming(today: dt.date) -> list[dt.date]:
    """Give the month of a day and those that are made ahead.

    Examples
    --------
    >>> [str(month) for month in coming(dt.date(2026, 11, 24))]
    ['2026-11-01', '2026-12-01', '2027-01-01']
    """
    months: list[dt.date] = (np.datetime64(today, "M") + np.arange(AHEAD + 1)).astype("datetime64[D]").tolist()
    return months


def within(connection: Connection, since: dt.datetime, until: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    """Cut a time where partitions begin, and leave out the months that have none.

    Parameters
    ----------
    connection : Connection
    since, until : datetime
        The second one is no part of it.
    """
    parts = []
    for name in sorted(connection.scalars(_EXISTING)):
        begin = dt.datetime.strptime(name, "report_%Y_%m").replace(tzinfo=dt.UTC)
        end = (begin + dt.timedelta(days=31)).replace(day=1)
        if begin < until and since < end:
            parts.append((max(begin, since), min(end, until)))
    return parts


def _missing(connection: Connection, months: Collection[dt.date]) -> dict[dt.date, str]:
    existing = set(connection.scalars(_EXISTING))
    return {month: name for month in sorted(months) if (name := f"report_{month:%Y_%m}") not in existing}
