"""Reports read to be counted by the units that hold their points in two generations."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection, Select, func, select
from sqlalchemy.dialects.postgresql import BYTEA

from geo.columns import Floats
from geo.location.locator import Locator
from geo.store.schema import Report
from geo.units.shared_reports import SharedReports, count_shared
from geo.units.territory import Territory

_NEXT = dt.timedelta(days=1)


def count_shared_reports(
    connection: Connection,
    territory: Territory,
    old: Locator,
    new: Locator,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> SharedReports:
    """Count reports by the unit that their point is in under the old boundaries, and under the new ones.

    Parameters
    ----------
    connection : Connection
        A synchronous one.
    territory : Territory
        Whose reports.
    old, new : Locator
        Of the two generations. A point in no unit goes to the nearest one within 50 m, as it does at intake.
    first, last : date, optional
        Local dates of the reports, both included; by default all reports of the territory are counted.
    advance : callable, optional
        Told how many months of how many are done.

    Returns
    -------
    SharedReports

    Notes
    -----
    Exact: each report is located by its point, whichever unit it was filed under, duplicates and demo reports too. The
    points are read a month at a time (one partition, 16 bytes a report), so memory does not grow with the years.
    """
    months = _months(connection, territory, first, last)

    def points() -> Iterator[tuple[Floats, Floats]]:
        for done, month in enumerate(months, start=1):
            yield _read(connection, month)
            if advance is not None:
                advance(done, len(months))

    return count_shared(old, new, points())


def _months(
    connection: Connection, territory: Territory, first: dt.date | None, last: dt.date | None
) -> list[Select[tuple[bytes | None]]]:
    """Make a query for the points of each month, UTC, that has reports of the period."""
    wanted = [Report.territory_id == territory.id]
    if first is not None:
        wanted.append(Report.reported_at >= dt.datetime.combine(first, dt.time(), territory.zone))
    if last is not None:
        wanted.append(Report.reported_at < dt.datetime.combine(last + _NEXT, dt.time(), territory.zone))
    since, until = connection.execute(
        select(func.min(Report.reported_at), func.max(Report.reported_at)).where(*wanted)
    ).one()
    if since is None:
        return []
    edges = np.arange(_month(since), _month(until) + 2).astype("datetime64[D]").tolist()
    bounds = [dt.datetime.combine(edge, dt.time(), dt.UTC) for edge in edges]
    # The bits of the coordinates, as they are stored: text would be slower to read, and rows one by one far slower.
    bits = func.float8send(func.ST_X(Report.geom), type_=BYTEA).op("||")(func.float8send(func.ST_Y(Report.geom)))
    points = select(func.string_agg(bits, b"")).where(*wanted)
    return [points.where(Report.reported_at >= start, Report.reported_at < end) for start, end in pairwise(bounds)]


def _month(moment: dt.datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "M")


def _read(connection: Connection, points: Select[tuple[bytes | None]]) -> tuple[Floats, Floats]:
    """Read the longitudes and latitudes of points."""
    lon, lat = np.frombuffer(connection.scalar(points) or b"", dtype=">f8").reshape(-1, 2).T.astype(np.float64)
    return lon, lat
