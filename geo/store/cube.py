"""The cube made of the rows, and kept up with the log of changes.

Rows and log must meet exactly. The rows are read in one snapshot of the database. What the log has from the oldest
transaction on that ran at that moment is read again later; of that, the events that the snapshot saw are passed over.
A report counts by its status, and each event of the log takes one away where the report was and adds one where it is.
All else that the cube counts by never changes: the unit is the one that holds the point, not the one that answers.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, Engine, text

from geo.columns import Integers
from geo.counting.axes import Axes, Facts
from geo.counting.cube import Cube
from geo.store.changes import Cursor, has_newer, read_horizon
from geo.store.fixed_rows import Table, read_fixed, taken
from geo.store.session import explained
from geo.units.territory import Territory
from geo.vocabulary import STATUSES

PAGE = 50_000
"""So many events are read at a time."""

Progress = Callable[[int, int], None]
"""Told how many of how many months are done."""

_REPORT = """
    (r.reported_at AT TIME ZONE %(zone)s)::date - date '1970-01-01' AS day,
    coalesce(array_position(%(categories)s::text[], r.category), 0) AS category,
    r.synthetic, r.cell, ST_X(r.geom) AS lon, ST_Y(r.geom) AS lat,
    substr(coalesce(r.reporter, '') || '\\x00000000', 1, 4) AS reporter
"""
_REPORT_KINDS = {
    "day": ">i4", "category": ">i4", "synthetic": "?", "cell": ">i8", "lon": ">f8", "lat": ">f8", "reporter": ">u4",
}  # fmt: skip

_ROWS = f"""
    SELECT {_REPORT}, array_position(%(statuses)s::text[], r.status) - 1 AS status,
        r.duplicate_of IS NOT NULL AS duplicate
    FROM report r
    WHERE r.territory_id = %(territory)s AND r.reported_at >= %(since)s AND r.reported_at < %(until)s
"""  # noqa: S608 - no value is in it
_ROW_KINDS = _REPORT_KINDS | {"status": ">i4", "duplicate": "?"}

# An open report can't be reopened unless it was merged: such an event ends the merge.
_EVENTS = f"""
    SELECT {_REPORT}, e.xact, e.id, r.territory_id = %(territory)s AS ours,
        coalesce(array_position(%(statuses)s::text[], e.before), 0) - 1 AS before,
        e.kind = 'reopened' AND e.before IN ('waiting', 'in_progress') AS was_duplicate,
        array_position(%(statuses)s::text[], e.status) - 1 AS status, e.kind = 'merged' AS duplicate
    FROM (
        SELECT * FROM report_event WHERE (xact, id) > (%(xact)s, %(event)s) AND xact < %(horizon)s
        ORDER BY xact, id LIMIT %(limit)s
    ) AS e JOIN report r ON r.id = e.report_id AND r.reported_at = e.reported_at
    ORDER BY e.xact, e.id
"""  # noqa: S608 - no value is in it
_EVENT_KINDS = _REPORT_KINDS | {
    "xact": ">i8", "id": ">i8", "ours": "?", "before": ">i4", "was_duplicate": "?", "status": ">i4", "duplicate": "?",
}  # fmt: skip

_SEEN = text("SELECT id FROM report_event WHERE xact >= :horizon")
_SPAN = text("SELECT min(reported_at), max(reported_at) FROM report WHERE territory_id = :territory")


@dataclass(frozen=True)
class Followed:
    """A cube, and how far in the log it is.

    Parameters
    ----------
    cube : Cube
    cursor : Cursor
        All before it is in the cube.
    seen : ndarray of int64
        Events after the cursor that are in the cube, too.
    held_back : bool
        Whether there are newer events, which wait for an older transaction to end.
    """

    cube: Cube
    cursor: Cursor
    seen: Integers
    held_back: bool = False


def read_cube(engine: Engine, territory: Territory, axes: Axes, progress: Progress = lambda *_: None) -> Followed:
    """Count all reports that the database has at this moment, a month at a time.

    Parameters
    ----------
    engine : Engine
    territory : Territory
    axes : Axes
        The territory's categories and boundaries.
    progress : callable, optional
    """
    with explained(), engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        horizon = read_horizon(connection)
        seen = connection.scalars(_SEEN, {"horizon": horizon}).all()
        cube = Cube(axes)
        months = _months(connection, territory)
        for done, (since, until) in enumerate(months, start=1):
            rows = read_fixed(connection, _ROWS, _ROW_KINDS, _given(territory, axes) | {"since": since, "until": until})
            cube = cube.extend(_there(axes, rows, 1)).folded()
            progress(done, len(months))
    return Followed(cube, Cursor(horizon), np.array(seen, np.int64))


def follow(engine: Engine, territory: Territory, followed: Followed) -> Followed:
    """Give the cube with the next events of the log, at most `PAGE`; the same cube if there are none.

    What fails in between, as a connection that is lost, leaves the cube and its place in the log as they were.
    """
    with explained(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What had ended before the first statement is seen by the second.
        horizon = read_horizon(connection)
        cursor = followed.cursor
        place = {"xact": cursor.xact, "event": cursor.event, "horizon": horizon, "limit": PAGE}
        rows = read_fixed(connection, _EVENTS, _EVENT_KINDS, _given(territory, followed.cube.axes) | place)
        full = len(rows["id"]) == PAGE
        held_back = not full and has_newer(connection, horizon)
    following = Cursor(int(rows["xact"][-1]), int(rows["id"][-1])) if full else max(cursor, Cursor(horizon))
    seen = followed.seen
    new = taken(rows, rows["ours"] & ~np.isin(rows["id"], seen))
    cube = followed.cube.extend(_changes(followed.cube.axes, new)) if len(new["id"]) else followed.cube
    return Followed(cube, following, seen[~np.isin(seen, rows["id"])], held_back)


def is_behind(before: Followed, after: Followed) -> bool:
    """Tell whether another page may be waiting after this one."""
    return after.cursor.event > 0 and after.cursor != before.cursor


def _months(connection: Connection, territory: Territory) -> list[tuple[dt.datetime, dt.datetime]]:
    """Give begin and end of each local month from the first report to the last."""
    first, last = connection.execute(_SPAN, {"territory": territory.id}).one()
    if first is None:
        return []
    begin, end = (np.datetime64(day.astimezone(territory.zone).date(), "M") for day in (first, last))
    edges = [_local_midnight(month, territory.zone) for month in np.arange(begin, end + 2)]
    return list(pairwise(edges))


def _local_midnight(month: np.datetime64, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(month.astype("datetime64[D]").astype(dt.date), dt.time(), zone)


def _given(territory: Territory, axes: Axes) -> dict[str, object]:
    return {
        "territory": territory.id,
        "zone": territory.time_zone,
        "categories": list(axes.categories),
        "statuses": list(STATUSES),
    }


def _changes(axes: Axes, rows: Table) -> Facts:
    """Take each report away where it was, and add it where it is."""
    moved = taken(rows, (rows["before"] != rows["status"]) | (rows["was_duplicate"] != rows["duplicate"]))
    gone = taken(moved, moved["before"] >= 0)
    return Facts.joined([_facts(axes, gone, "before", "was_duplicate", -1), _there(axes, moved, 1)])


def _there(axes: Axes, rows: Table, weight: int) -> Facts:
    return _facts(axes, rows, "status", "duplicate", weight)


def _facts(axes: Axes, rows: Table, status: str, duplicate: str, weight: int) -> Facts:
    return Facts(
        rows["day"].astype(np.int64),
        axes.series(rows["category"], rows[status], rows[duplicate], rows["synthetic"]),
        axes.places(rows["cell"], rows["lon"], rows["lat"]),
        rows["reporter"],
        np.full(len(rows["day"]), weight, np.int64),
    )
