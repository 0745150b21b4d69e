"""One report into the database by one statement: the report, its external id and its first event, or nothing.

What :func:`geo.store.reports.add_reports` does for many by COPY; for one row this takes one round trip.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from struct import pack
from typing import Any

from psycopg import errors
from sqlalchemy import Connection, Engine

from geo.reports.rows import AdmittedOne, moments_of
from geo.store import months
from geo.store.idempotency import FREE, KEEP, Keyed
from geo.store.loop_connections import LoopConnections

_COLUMNS = (
    "id", "reported_at", "received_at", "territory_id", "category", "geom", "accuracy_m", "cell", "unit_id",
    "generation_id", "how", "channel", "external_id", "description", "media", "reporter", "status", "rule", "lead",
    "cooperating", "urgency", "intake_due_at", "due_at", "updated_at", "synthetic",
)  # fmt: skip
# Parameters of a SELECT have no type of their own.
_TYPES = {
    "id": "uuid", "reported_at": "timestamptz", "received_at": "timestamptz", "geom": "geometry",
    "accuracy_m": "float8", "cell": "int8", "unit_id": "int4", "generation_id": "int4", "media": "text[]",
    "reporter": "bytea", "cooperating": "text[]", "intake_due_at": "timestamptz", "due_at": "timestamptz",
    "updated_at": "timestamptz", "synthetic": "bool",
}  # fmt: skip


def _typed(name: str) -> str:
    return f"%({name})s::{_TYPES.get(name, 'text')}"


def _adding(free: str = "", kept: str = "") -> str:
    """Write the statement; of a request with a key, what says that it is free and what keeps it."""
    free, source = (f"free AS ({free}),", "FROM free") if free else ("", "")
    return f"""
    WITH {free} claim AS (
        INSERT INTO external_reference (territory_id, channel, external_id, report_id, reported_at)
        SELECT {_typed("territory_id")}, {_typed("channel")}, {_typed("external_id")}, {_typed("id")},
            {_typed("reported_at")}
        {source} WHERE {_typed("external_id")} IS NOT NULL ON CONFLICT DO NOTHING RETURNING 1
    ), fresh AS (
        SELECT {source} WHERE {_typed("external_id")} IS NULL OR EXISTS (SELECT FROM claim)
    ), {f"{kept}," if kept else ""} stored AS (
        INSERT INTO report ({", ".join(_COLUMNS)}) SELECT {", ".join(map(_typed, _COLUMNS))} FROM fresh
    )
    INSERT INTO report_event (report_id, reported_at, at, kind, status, actor, text, media)
    SELECT {_typed("id")}, {_typed("reported_at")}, {_typed("received_at")}, 'received', 'waiting',
        {_typed("channel")}, '', '{{}}' FROM fresh
    """  # noqa: S608  (names of ours)


_ADD = _adding()
_KEYED = ("caller", "key", "body_sha256", "answer")
_NUMBERED = {name: f"${number}" for number, name in enumerate((*_COLUMNS, *_KEYED), start=1)}
_PREPARED = {b"add": _ADD % _NUMBERED, b"add keyed": _adding(FREE, KEEP) % _NUMBERED}
_AT_ONCE = 8


class NoMonthError(Exception):
    """There is no partition for the report's month; the transaction is over."""


def add_report(connection: Connection, territory: str, report: AdmittedOne) -> bool:
    """Write a report and the event that it was received.

    Parameters
    ----------
    connection : Connection
        Its transaction, or none (autocommit): it is one statement.
    territory : str
    report : AdmittedOne

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
    with _month_needed():
        return bool(driver.execute(_ADD, _parameters(territory, report), prepare=True).rowcount)


class ReportWriter(LoopConnections):
    """Writes new reports on an event loop, some at once.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, _PREPARED, _AT_ONCE)

    async def add(self, territory: str, report: AdmittedOne, keyed: Keyed | None) -> bool:
        """Write a report and the event that it was received, and wait until they are committed.

        Parameters
        ----------
        territory : str
        report : AdmittedOne
        keyed : Keyed, optional
            Of a request with a key, which is kept together with the report.

        Returns
        -------
        bool
            False, and nothing is written, if its channel and external id or its key were there already, or if a
            request with this key is being worked on.

        Raises
        ------
        NoMonthError
            Make the month by :func:`make_month`, and try again.
        SetupError
            The database does not answer.
        """
        values = list(_parameters(territory, report).values())
        try:
            with _month_needed():
                if keyed is None:
                    return bool(await self.run(b"add", values))
                return bool(await self.run(b"add keyed", [*values, *keyed.parameters().values()]))
        except errors.UniqueViolation:  # the same key was kept between the beginning of the statement and its lock
            return False


def make_month(connection: Connection, report: AdmittedOne) -> None:
    """Make the partition that a report goes to, unless it is there."""
    months.ensure_for(connection, moments_of([report.reported_at]))


@contextmanager
def _month_needed() -> Iterator[None]:
    try:
        yield
    except errors.CheckViolation as error:
        if error.diag.constraint_name is None:  # no partition is no constraint
            raise NoMonthError from None
        raise


def _parameters(territory: str, report: AdmittedOne) -> dict[str, Any]:
    """Give the values of the columns, in their order."""
    added = {
        "territory_id": territory,
        "geom": _point(report.lon, report.lat),
        "media": list(report.media),
        "cooperating": list(report.cooperating),
        "status": "waiting",
        "updated_at": report.received_at,
        "synthetic": False,
    }
    return {name: added[name] if name in added else getattr(report, name) for name in _COLUMNS}


def _point(lon: float, lat: float) -> str:
    """Write a point as PostGIS does: EWKB with its system of coordinates, in hexadecimal digits."""
    return pack("<BIIdd", 1, 0x20000001, 4326, lon, lat).hex()
