"""Reports in the database: many by one COPY, never twice for one external id, each with its first event."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import Connection, text

from geo.columns import Integers, Moments, Truths, Words, missing
from geo.reports.course import Course, Events
from geo.reports.intake import Admitted
from geo.store import months
from geo.store.copy_binary import copy_rows, text_arrays

_CLAIM = text(
    "INSERT INTO external_reference (territory_id, channel, external_id, report_id, reported_at)"
    " SELECT :territory, channel, external_id, report_id, reported_at FROM unnest(CAST(:channel AS text[]),"
    " CAST(:external_id AS text[]), CAST(:id AS uuid[]), CAST(:reported_at AS timestamptz[])) WITH ORDINALITY"
    " AS claim (channel, external_id, report_id, reported_at, number)"
    # One order for all writers, so that two imports of one file wait for each other and never deadlock; of two reports
    # with one id the first is taken.
    " ORDER BY claim.channel, claim.external_id, claim.number"
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
        True where the report was written; False where its channel and external id were there already in this territory.
    """
    added = _claim(connection, territory, reports)
    if not added.any():
        return added
    kept, kept_course = reports.take(added), course.take(added)
    months.ensure_for(connection, kept.reported_at)
    driver: Any = connection.connection.driver_connection
    copy_rows(driver, "report", _report_columns(territory, kept, kept_course))
    new_number = np.cumsum(added) - 1
    kept_events = events.take(added[events.report])
    copy_rows(driver, "report_event", _event_columns(kept, kept_events, new_number[kept_events.report]))
    return added


def _claim(connection: Connection, territory: str, reports: Admitted) -> Truths:
    """Take external ids for these reports; true where nobody in the territory had. Reports without one are new."""
    added = missing(reports.external_id)
    if added.all():
        return added
    claims = reports.take(~added)
    claimed = connection.execute(
        _CLAIM,
        {
            "territory": territory,
            "channel": _array(claims.channel),
            "external_id": _array(claims.external_id),
            "id": _array(map(str, claims.id)),
            "reported_at": _array(np.datetime_as_string(claims.reported_at, timezone="UTC")),
        },
    )
    if claimed.rowcount == len(claims):
        return np.ones(len(reports), dtype=bool)
    taken = set(claimed.scalars())
    added[~added] = [id in taken for id in claims.id]
    return added


def _array(texts: Iterable[str]) -> str:
    """Write an array literal of PostgreSQL, of one text or more."""
    # No text of PostgreSQL holds a NUL, so that all are escaped at once.
    escaped = "\0".join(texts).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + escaped.replace("\0", '","') + '"}'


def _report_columns(territory: str, reports: Admitted, course: Course) -> dict[str, pa.Array]:
    n = len(reports)
    points = shapely.set_srid(shapely.points(reports.lon, reports.lat), 4326)
    columns = {
        "id": _uuids(reports.id),
        "reported_at": _utc(reports.reported_at),
        "received_at": _utc(reports.received_at),
        "territory_id": pa.repeat(territory, n),
        "category": pa.array(reports.category, pa.string()),
        "geom": pa.array(shapely.to_wkb(points, include_srid=True), pa.binary()),
        "accuracy_m": pa.array(reports.accuracy_m, from_pandas=True),
        "cell": pa.array(reports.cell, pa.int64()),
        "unit_id": pa.array(reports.unit_id, pa.int32()),
        "generation_id": pa.array(reports.generation_id, pa.int32()),
        "how": pa.array(reports.how, pa.string()),
        "channel": pa.array(reports.channel, pa.string()),
        "external_id": pa.array(reports.external_id, pa.string()),
        "description": pa.array(reports.description, pa.string()),
        "media": text_arrays(reports.media),
        "reporter": pa.array(reports.reporter, pa.binary()),
        "status": pa.array(course.status, pa.string()),
        "rule": pa.array(reports.rule, pa.string()),
        "lead": pa.array(reports.lead, pa.string()),
        "cooperating": text_arrays(reports.cooperating),
        "urgency": pa.array(reports.urgency, pa.string()),
        "intake_due_at": _utc(reports.intake_due_at),
        "due_at": _utc(reports.due_at),
        "updated_at": _utc(course.updated_at),
        "intake_at": _utc(course.intake_at),
        "answered_at": _utc(course.answered_at),
        "closed_at": _utc(course.closed_at),
        "evidence": pa.array(course.evidence, pa.bool_()),
        "satisfied": pa.array(course.satisfied, pa.bool_()),
        "synthetic": pa.array(course.synthetic),
    }
    if course.reopened.any():
        columns["reopened"] = pa.array(course.reopened, pa.int16())
    if (course.duplicate_of != None).any():  # noqa: E711  (elementwise)
        columns["duplicate_of"] = _uuids(course.duplicate_of)
    return columns


def _event_columns(reports: Admitted, events: Events, report: Integers) -> dict[str, pa.Array]:
    columns = {
        "report_id": _uuids(reports.id[report]),
        "reported_at": _utc(reports.reported_at[report]),
        "at": _utc(events.at),
        "kind": pa.array(events.kind, pa.string()),
        "before": pa.array(events.before, pa.string()),
        "status": pa.array(events.status, pa.string()),
        "actor": pa.array(events.actor, pa.string()),
        "text": pa.array(events.text, pa.string()),
        "media": text_arrays(events.media),
    }
    carried = {
        "unit_id": pa.array(events.unit_id, pa.int32()),
        "duplicate_of": _uuids(events.duplicate_of),
        "satisfied": pa.array(events.satisfied, pa.bool_()),
    }
    return columns | {name: values for name, values in carried.items() if values.null_count < len(values)}


def _uuids(ids: Words) -> pa.Array:
    return pa.array([None if id is None else id.bytes for id in ids], pa.binary())


def _utc(moments: Moments) -> pa.Array:
    return pa.array(moments.astype("datetime64[us]"), pa.timestamp("us", tz="UTC"))
