"""The monthly partitions of ``report``: one a month, in the schema ``report_months``."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, text

_EXISTING = text("SELECT tablename FROM pg_tables WHERE schemaname = 'report_months'")


def ensure(connection: Connection, months: Collection[dt.date]) -> None:
    """Make the partitions that are missing; safe when several processes do it at once.

    Parameters
    ----------
    connection : Connection
        The partitions become visible when its transaction commits.
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


def _missing(connection: Connection, months: Collection[dt.date]) -> dict[dt.date, str]:
    existing = set(connection.scalars(_EXISTING))
    return {month: name for month in sorted(months) if (name := f"report_{month:%Y_%m}") not in existing}
