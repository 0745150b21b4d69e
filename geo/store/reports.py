"""Reports in the database: many by one COPY, never twice for one external id, each with its first event."""

import io
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import shapely
from sqlalchemy import Connection, text

from geo.columns import Integers, Moments, Truths, Words
from geo.course import Course, Events
from geo.intake import Admitted
from geo.store import months

_CLAIM = text(
    "INSERT INTO external_reference (channel, external_id, report_id, reported_at)"
    " SELECT * FROM unnest(CAST(:channel AS text[]), CAST(:external_id AS text[]), CAST(:id AS uuid[]),"
    " CAST(:reported_at AS timestamptz[])) AS claim (channel, external_id, report_id, reported_at)"
    # One order for all writers, so that two imports of one file wait for each other and never deadlock.
    " ORDER BY channel, external_id"
    " ON CONFLICT DO NOTHING RETURNING report_id"
)


def add_reports(connection: Connection, territory: str, reports: Admitted, course: Course, events: Events) -> Truths:
    """Write reports and their events within the caller's transaction.

    Parameters
    ----------
    connection : Connection
        A synchronous connection (psycopg); nothing is seen by others before its transaction commits.
    territory : str
        Id of the territory.
    reports, course : n rows each
    events : Events
        By the row numbers of `reports`.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where the report was written; False where its channel and external id were there already.
    """
    added = _claim(connection, reports)
    if not added.any():
        return added
    kept, kept_course = reports.take(added), course.take(added)
    months.ensure(connection, np.unique(kept.reported_at.astype("datetime64[M]")).astype("datetime64[D]").tolist())
    _copy(connection, "report", _report_table(territory, kept, kept_course))
    new_number = np.cumsum(added) - 1
    kept_events = events.take(added[events.report])
    _copy(connection, "report_event", _event_table(kept, kept_events, new_number[kept_events.report]))
    return added


def _claim(connection: Connection, reports: Admitted) -> Truths:
    """Take the external ids for these reports; true where nobody had taken it. Reports without one are always new."""
    with_id = np.flatnonzero(reports.external_id != None)  # noqa: E711  (elementwise)
    added = np.ones(len(reports), dtype=bool)
    added[with_id] = False
    claims = reports.take(with_id)
    claimed = set(
        connection.scalars(
            _CLAIM,
            {
                "channel": claims.channel.tolist(),
                "external_id": claims.external_id.tolist(),
                "id": claims.id.tolist(),
                "reported_at": np.datetime_as_string(claims.reported_at, timezone="UTC").tolist(),
            },
        )
    )
    added[with_id] = [id in claimed for id in claims.id]
    return added


def _report_table(territory: str, reports: Admitted, course: Course) -> pa.Table:
    n = len(reports)
    points = shapely.set_srid(shapely.points(reports.lon, reports.lat), 4326)
    return pa.table(
        {
            "id": _uuids(reports.id),
            "reported_at": _utc(reports.reported_at),
            "received_at": _utc(reports.received_at),
            "territory_id": pa.repeat(territory, n),
            "category": pa.array(reports.category, pa.string()),
            "geom": pa.array(shapely.to_wkb(points, hex=True, include_srid=True), pa.string()),
            "accuracy_m": pa.array(reports.accuracy_m, from_pandas=True),
            "cell": reports.cell,
            "unit_id": reports.unit_id,
            "generation_id": reports.generation_id,
            "how": pa.array(reports.how, pa.string()),
            "channel": pa.array(reports.channel, pa.string()),
            "external_id": pa.array(reports.external_id, pa.string()),
            "description": pa.array(reports.description, pa.string()),
            "media": pa.repeat("{}", n),
            "reporter": pa.array([None if who is None else f"\\x{who.hex()}" for who in reports.reporter], pa.string()),
            "status": pa.array(course.status, pa.string()),
            "rule": pa.array(reports.rule, pa.string()),
            "lead": pa.array(reports.lead, pa.string()),
            "cooperating": pa.array([_text_array(agencies) for agencies in reports.cooperating], pa.string()),
            "urgency": pa.array(reports.urgency, pa.string()),
            "intake_due_at": _utc(reports.intake_due_at),
            "due_at": _utc(reports.due_at),
            "answered_at": _utc(course.answered_at),
            "closed_at": _utc(course.closed_at),
            "satisfied": pa.array(course.satisfied, pa.bool_()),
            "synthetic": course.synthetic,
        }
    )


def _event_table(reports: Admitted, events: Events, report: Integers) -> pa.Table:
    return pa.table(
        {
            "report_id": _uuids(reports.id[report]),
            "reported_at": _utc(reports.reported_at[report]),
            "at": _utc(events.at),
            "kind": pa.array(events.kind, pa.string()),
            "actor": pa.array(events.actor, pa.string()),
            "text": pa.array(events.text, pa.string()),
            "media": pa.array([_text_array(links) for links in events.media], pa.string()),
        }
    )


def _copy(connection: Connection, table: str, rows: pa.Table) -> None:
    """Send a table by COPY. In the CSV every value is quoted and every NULL is not, so an empty text stays a text."""
    lines = io.BytesIO()
    pacsv.write_csv(rows, lines, pacsv.WriteOptions(include_header=False, quoting_style="all_valid"))
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(lines.getbuffer())


def _uuids(ids: Words) -> pa.Array:
    return pa.array([id.hex for id in ids], pa.string())


def _utc(moments: Moments) -> pa.Array:
    return pa.array(moments.astype("datetime64[us]"), pa.timestamp("us", tz="UTC"))


def _text_array(texts: Sequence[str]) -> str:
    """Write an array literal of PostgreSQL."""
    quoted = ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return "{" + ",".join(quoted) + "}"
