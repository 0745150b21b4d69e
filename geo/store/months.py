"""The monthly partitions of ``report``: one a month, in the schema ``report_months``."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection, text

_EXISTING = text("SELECT tablename FROM pg_tables WHERE schemaname = 'report_months'")


def ensure(connection: Connection, months: Iterable[dt.date]) -> None:
    """Make the partitions that are missing; safe when several processes do it at once.

    Parameters
    ----------
    connection : Connection
        The partitions become visible when its transaction commits.
    months : iterable of date
        First days of months, UTC.
    """
    existing = set(connection.scalars(_EXISTING))
    missing = {month: name for month in months if (name := f"report_{month:%Y_%m}") not in existing}
    if not missing:
        return
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('report_months'))")
    for month, name in sorted(missing.items()):
        following = (month + dt.timedelta(days=31)).replace(day=1)
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS report_months.{name} PARTITION OF report"
            f" FOR VALUES FROM ('{month} 00:00+00') TO ('{following} 00:00+00')"
        )
