"""Reports as Open311's service requests: found by time, service, status and place, with the last answer to each."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import ColumnElement, Connection, Select, and_, cast, func, insert, select, tuple_

from geo.ids import moment_of
from geo.lifecycle import OPEN
from geo.store.report_reading import select_reports
from geo.store.schema import Report, ReportAttributes, ReportEvent


@dataclass(frozen=True)
class Disc:
    """A place and how far around it, in degrees and metres."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class Wanted:
    """Which reports are asked for; None is any.

    Parameters
    ----------
    territory : str
    since, until : datetime
        When they were reported, both included; the months in between are all that is read.
    categories : tuple of str
        Empty for any.
    open : bool, optional
        Whether something is still to be done about them.
    updated_since, updated_until : datetime, optional
        When their last event happened, both included.
    disc : Disc, optional
    box : (west, south, east, north), optional
    """

    territory: str
    since: dt.datetime
    until: dt.datetime
    categories: tuple[str, ...] = ()
    open: bool | None = None
    updated_since: dt.datetime | None = None
    updated_until: dt.datetime | None = None
    disc: Disc | None = None
    box: tuple[float, float, float, float] | None = None


def find_service_requests(connection: Connection, wanted: Wanted, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Read reports, the latest first: the order that the primary key of each month gives."""
    query = _selected().where(and_(*_conditions(wanted)))
    return _with_answers(connection, query.order_by(*_LATEST_FIRST).limit(limit).offset(offset))


def service_requests_by_id(connection: Connection, territory: str, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Read the reports among these ids, the latest first."""
    keys = [(id, moment_of(id)) for id in ids]
    query = _selected().where(Report.territory_id == territory, tuple_(Report.id, Report.reported_at).in_(keys))
    return _with_answers(connection, query.order_by(*_LATEST_FIRST))


def add_attributes(connection: Connection, id: UUID, answers: dict[str, list[str]]) -> None:
    """Write the answers to the questions of a report's service, in the transaction that writes the report."""
    connection.execute(insert(ReportAttributes).values(report_id=id, reported_at=moment_of(id), answers=answers))


def _selected() -> Select[Any]:
    query = select_reports().add_columns(Report.unit_id, Report.generation_id, ReportAttributes.answers)
    return query.outerjoin(ReportAttributes, ReportAttributes.report_id == Report.id)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        Report.territory_id == wanted.territory,
        Report.reported_at >= wanted.since,
        Report.reported_at <= wanted.until,
    ]
    if wanted.categories:
        conditions.append(Report.category.in_(wanted.categories))
    if wanted.open is not None:
        to_do = and_(Report.status.in_(OPEN), Report.duplicate_of.is_(None))
        conditions.append(to_do if wanted.open else ~to_do)
    if wanted.updated_since is not None:
        conditions.append(Report.updated_at >= wanted.updated_since)
    if wanted.updated_until is not None:
        conditions.append(Report.updated_at <= wanted.updated_until)
    if wanted.box is not None:
        conditions.append(func.ST_Intersects(Report.geom, func.ST_MakeEnvelope(*wanted.box, 4326)))
    if wanted.disc is not None:
        centre = func.ST_SetSRID(func.ST_MakePoint(wanted.disc.lon, wanted.disc.lat), 4326)
        metres = (cast(Report.geom, Geography), cast(centre, Geography), wanted.disc.radius_m)
        conditions.append(func.ST_DWithin(*metres))
    return conditions


def _with_answers(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """Read reports, each with the text of the last answer to it (``note``)."""
    rows = [dict(row) for row in connection.execute(query).mappings()]
    last = (
        select(ReportEvent.report_id, ReportEvent.text)
        .where(ReportEvent.report_id.in_([row["id"] for row in rows]), ReportEvent.kind.in_(_ANSWERING))
        .distinct(ReportEvent.report_id)
        .order_by(ReportEvent.report_id, ReportEvent.id.desc())
    )
    notes = dict(connection.execute(last).tuples().all()) if rows else {}
    return [row | {"note": notes.get(row["id"])} for row in rows]


_LATEST_FIRST = (Report.reported_at.desc(), Report.id.desc())
_ANSWERING = ("answered", "rejected")
