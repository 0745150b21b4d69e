"""Reports as Open311's service requests: found by time, service, status and place, with the last answer to each."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, insert, select, tuple_

from geo.reports.ids import moment_of
from geo.reports.lifecycle import OPEN
from geo.store.merges import with_those_that_stay
from geo.store.report_list import Wanted, comes_after, conditions
from geo.store.report_reading import select_reports
from geo.store.schema import Report, ReportAttributes, ReportEvent


@dataclass(frozen=True)
class WantedRequests:
    """Which service requests are asked for; None is any.

    Parameters
    ----------
    reports : Wanted
        Which reports; with a period, as the months in between are all that is read.
    open : bool, optional
        Whether something is still to be done about them.
    updated_since, updated_until : datetime, optional
        When they were updated, both included.
    after : UUID, optional
        Only those that come later in the order, whatever has come in meanwhile.
    """

    reports: Wanted
    open: bool | None = None
    updated_since: dt.datetime | None = None
    updated_until: dt.datetime | None = None
    after: UUID | None = None


def find_service_requests(
    connection: Connection, wanted: WantedRequests, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Read reports, the latest first: the order that the primary key of each month gives.

    ``updated`` says when the last event happened or, of one that is closed, when it was closed; ``note`` is the text of
    the last answer.
    """
    query = _selected().where(*conditions(wanted.reports), *_more_conditions(wanted))
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
    more = (Report.unit_id, Report.generation_id, ReportAttributes.answers, _updated.label("updated"))
    query = select_reports().add_columns(*more)
    return query.outerjoin(ReportAttributes, ReportAttributes.report_id == Report.id)


def _more_conditions(wanted: WantedRequests) -> Iterator[ColumnElement[bool]]:
    if wanted.open is not None:
        yield _to_do if wanted.open else ~_to_do
    if wanted.updated_since is not None:
        yield _updated >= wanted.updated_since
    if wanted.updated_until is not None:
        yield _updated <= wanted.updated_until
    if wanted.after is not None:
        yield comes_after(wanted.after)


def _with_answers(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """Read reports, each with the text of the last answer to it (``note``)."""
    rows = with_those_that_stay(connection, [dict(row) for row in connection.execute(query).mappings()])
    last = (
        select(ReportEvent.report_id, ReportEvent.text)
        .where(ReportEvent.report_id.in_([row["id"] for row in rows]), ReportEvent.kind.in_(_ANSWERING))
        .distinct(ReportEvent.report_id)
        .order_by(ReportEvent.report_id, ReportEvent.id.desc())
    )
    notes = dict(connection.execute(last).tuples().all()) if rows else {}
    return [row | {"note": notes.get(row["id"])} for row in rows]


_to_do = and_(Report.status.in_(OPEN), Report.duplicate_of.is_(None))
_updated = case(
    (_to_do, Report.updated_at), else_=func.coalesce(Report.answered_at, Report.closed_at, Report.updated_at)
)
_LATEST_FIRST = (Report.reported_at.desc(), Report.id.desc())
_ANSWERING = ("answered", "rejected")
