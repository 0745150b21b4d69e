"""Reports read for ward figures, under the boundaries of any date."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection

from geo.store import months
from geo.store.fixed_rows import Table, read_fixed
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.units.territory import Territory
from geo.wards.cases import MOMENTS, Cases

# What has not happened is before all times. What is told by yes or no goes together: each column takes its time.
# The point is read of those reports alone whose unit was found by other boundaries: that saves a fifth of the time.
_ELSEWHERE = "CASE WHEN r.generation_id = %(generation)s THEN 0 ELSE {} END"
COLUMNS: dict[str, tuple[str, str]] = {
    "unit_id": (">i4", "r.unit_id"),
    "generation_id": (">i4", "r.generation_id"),
    "lon": (">f8", _ELSEWHERE.format("ST_X(r.geom)")),
    "lat": (">f8", _ELSEWHERE.format("ST_Y(r.geom)")),
    "received_at": (">i8", "r.received_at"),
    **{name: (">i8", f"coalesce(r.{name}, '-infinity')") for name in MOMENTS[1:]},
    "told": (
        ">i4",
        "coalesce(r.evidence::int, -1) + 1 + 4 * (coalesce(r.satisfied::int, -1) + 1)"
        " + 16 * (r.duplicate_of IS NOT NULL)::int + 32 * r.synthetic::int + 64 * r.reopened::int",
    ),
}
"""What cases are made of: the numpy type of each column, and its SQL."""
DAY = (">i4", "(r.reported_at AT TIME ZONE %(zone)s)::date - date '1970-01-01'")
# Of a pseudonym the first four bytes, as the cube has them: what is told of wards and of cells must take the same
# people for different ones.
_GROUPED = {
    "cell": (">i8", "r.cell"),
    "reporter": (">u4", "substr(coalesce(r.reporter, '') || '\\x00000000', 1, 4)"),
    "category": (
        ">i4",
        "coalesce(array_position((SELECT array_agg(code ORDER BY position) FROM category), r.category), 0) - 1",
    ),
    "day": DAY,
    "lon": (">f8", "ST_X(r.geom)"),
    "lat": (">f8", "ST_Y(r.geom)"),
}
PERIOD = """
    FROM report r WHERE r.territory_id = %(territory)s AND r.reported_at >= %(since)s AND r.reported_at < %(until)s"""
_OF_CATEGORY = " AND (%(category)s::text IS NULL OR r.category = %(category)s)"
_DAY = dt.timedelta(days=1)
_DATABASE_BEGINS = np.datetime64("2000-01-01", "us") - np.datetime64(0, "us")


def read_cases(
    connection: Connection,
    jurisdiction: Jurisdiction,
    first: dt.date,
    last: dt.date,
    boundaries_at: dt.date,
    category: str | None = None,
    *,
    by_point: bool = False,
) -> Iterator[Cases]:
    """Read the reports of a period with the ward of each, a month after the other: who keeps less needs little memory.

    Parameters
    ----------
    connection : Connection
    jurisdiction : Jurisdiction
        Boundaries of the territory.
    first, last : date
        Local dates of the reports, both included.
    boundaries_at : date
        The wards are those in force on this date.
    category : str, optional
        All categories if not given.
    by_point : bool, optional
        Whether the ward of a report is the one that holds its point, even if a person handed it to another one; only
        then cell, category, month and reporter are read, too, else they are 0.

    Raises
    ------
    NotFoundError
        If no boundaries are in force on the date.
    """
    territory, layer = jurisdiction.territory, jurisdiction.layer_at(boundaries_at)
    since, until = (dt.datetime.combine(day, dt.time(), territory.zone) for day in (first, last + _DAY))
    given = given_of(territory, layer) | {"category": category}
    columns = COLUMNS | _GROUPED if by_point else COLUMNS
    for begin, end in months.within(connection, since, until) or [(since, since)]:
        rows = read_rows(connection, columns, PERIOD + _OF_CATEGORY, given | {"since": begin, "until": end})
        yield cases_of(layer, rows, by_point)


def given_of(territory: Territory, layer: Layer) -> dict[str, Any]:
    """Give what the columns are asked with."""
    return {"territory": territory.id, "zone": territory.time_zone, "generation": layer.generation.id}


def read_rows(
    connection: Connection, columns: Mapping[str, tuple[str, str]], source: str, given: Mapping[str, Any]
) -> Table:
    """Read columns of reports, which the source calls r."""
    query = f"SELECT {', '.join(f'{sql} AS {name}' for name, (_, sql) in columns.items())} {source}"
    return read_fixed(connection, query, {name: kind for name, (kind, _) in columns.items()}, given)


def cases_of(layer: Layer, rows: Table, by_point: bool) -> Cases:
    """Make cases of rows; by point, of those that have the point of every report."""
    points, told = (rows["lon"], rows["lat"]), rows["told"].astype(np.int64)
    nothing = np.broadcast_to(np.int64(0), len(told))
    columns: dict[str, Any] = {
        name: rows.get(name, nothing).astype(np.int64, copy=False) for name in ("cell", "category", "reporter", "day")
    }
    has = rows["unit_id"].astype(np.int64), rows["generation_id"]
    columns |= {name: rows[name].view("datetime64[us]") + _DATABASE_BEGINS for name in MOMENTS}
    return Cases(
        unit_id=layer.place(*points)[0] if by_point else layer.unit_ids_of(*has, *points),
        month=columns.pop("day").astype("datetime64[D]").astype("datetime64[M]"),
        **columns,
        evidence=(told & 3) - 1,
        satisfied=(told >> 2 & 3) - 1,
        merged=(told >> 4 & 1).astype(bool),
        synthetic=(told >> 5 & 1).astype(bool),
        reopened=told >> 6,
    )
