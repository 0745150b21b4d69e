"""One report into the database by one statement: the report, its external id and its first event, or nothing.

What :func:`geo.store.reports.add_reports` does for many by COPY; for one row this takes one round trip.
"""

from typing import Any

import numpy as np
import shapely
from psycopg import errors
from sqlalchemy import Connection

from geo.columns import Moments
from geo.reports.intake import Admitted
from geo.store import months

_COLUMNS = (
    "id", "reported_at", "received_at", "territory_id", "category", "geom", "accuracy_m", "cell", "unit_id",
    "generation_id", "how", "channel", "external_id", "description", "media", "reporter", "status", "rule", "lead",
    "cooperating", "urgency", "intake_due_at", "due_at", "updated_at", "synthetic",
)  # fmt: skip
# Parameters of a SELECT have no type of their own.
_TYPES = {
    "id": "uuid", "reported_at": "timestamptz", "received_at": "timestamptz",
    "accuracy_m": "float8", "cell": "int8", "unit_id": "int4", "generation_id": "int4", "media": "text[]",
    "reporter": "bytea", "cooperating": "text[]", "intake_due_at": "timestamptz", "due_at": "timestamptz",
    "updated_at": "timestamptz", "synthetic": "bool",
}  # fmt: skip


def _typed(name: str) -> str:
    if name == "geom":
        return "ST_SetSRID(%(geom)s::geometry, 4326)"
    return f"%({name})s::{_TYPES.get(name, 'text')}"


_ADD = f"""
    WITH claim AS (
        INSERT INTO external_reference (territory_id, channel, external_id, report_id, reported_at)
        SELECT {_typed("territory_id")}, {_typed("channel")}, {_typed("external_id")}, {_typed("id")},
            {_typed("reported_at")}
        WHERE {_typed("external_id")} IS NOT NULL ON CONFLICT DO NOTHING RETURNING 1
    ), fresh AS (
        SELECT WHERE {_typed("external_id")} IS NULL OR EXISTS (SELECT FROM claim)
    ), stored AS (
        INSERT INTO report ({", ".join(_COLUMNS)}) SELECT {", ".join(map(_typed, _COLUMNS))} FROM fresh
    )
    INSERT INTO report_event (report_id, reported_at, at, kind, status, actor, text, media)
    SELECT {_typed("id")}, {_typed("reported_at")}, {_typed("received_at")}, 'received', 'waiting',
        {_typed("channel")}, '', '{{}}' FROM fresh
"""  # noqa: S608  (column names of ours)


class NoMonthError(Exception):
    """There is no partition for the report's month; the transaction is over."""


def add_report(connection: Connection, territory: str, report: Admitted) -> bool:
    """Write a report and the event that it was received.

    Parameters
    ----------
    connection : Connection
        Its transaction, or none (autocommit): it is one statement.
    territory : str
    report : Admitted, 1 row

    Returns
    -------
    bool
        False if its channel and external id were there already in this territory.

    Raises
    ------
    NoMonthError
        Make the month by :func:`make_month` in a transaction of its own, and try again.
    """
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101  (a connection in use has one)
    try:
        return bool(driver.execute(_ADD, _parameters(territory, report), prepare=True).rowcount)
    except errors.CheckViolation as error:
        if error.diag.constraint_name is None:  # no partition is no constraint
            raise NoMonthError from None
        raise


def make_month(connection: Connection, report: Admitted) -> None:
    """Make the partition that a report goes to, unless it is there."""
    months.ensure_for(connection, report.reported_at)


def _parameters(territory: str, report: Admitted) -> dict[str, Any]:
    accuracy = float(report.accuracy_m[0])
    moments = ("reported_at", "received_at", "intake_due_at", "due_at")
    others = ("id", "category", "how", "channel", "external_id", "description", "reporter", "rule", "lead", "urgency")
    return {
        **{name: getattr(report, name)[0] for name in others},
        **{name: _utc(getattr(report, name)) for name in moments},
        "updated_at": _utc(report.received_at),
        "territory_id": territory,
        "geom": shapely.to_wkb(shapely.points(report.lon[0], report.lat[0]), hex=True),
        "accuracy_m": None if np.isnan(accuracy) else accuracy,
        "cell": int(report.cell[0]),
        "unit_id": int(report.unit_id[0]),
        "generation_id": int(report.generation_id[0]),
        "media": list(report.media[0]),
        "cooperating": list(report.cooperating[0]),
        "status": "waiting",
        "synthetic": False,
    }


def _utc(moments: Moments) -> str:
    return f"{moments[0]}Z"
