"""Events into the database: checked against :mod:`geo.reports.lifecycle`, one after another for each report."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, RowMapping, func, insert, select, tuple_, update

from geo.access import Caller
from geo.errors import ChangedError, InputError, NotFoundError, RefusedError
from geo.reports.ids import moment_of
from geo.reports.lifecycle import Event, Progress, after, check_event
from geo.reports.texts import composed
from geo.store.merges import reports_that_stay
from geo.store.schema import Report, ReportEvent, Unit

_PROGRESS = tuple(Progress.__dataclass_fields__)
_RESPONSIBLE = ("unit_id", "generation_id", "rule", "lead", "cooperating")
_RECORDED = ("kind", "media", "unit_id", "duplicate_of", "satisfied", "lead", "cooperating")


class Added(NamedTuple):
    """An event that was stored.

    Parameters
    ----------
    id : int
        Number of the event; those of one report ascend.
    progress : Progress
        Of the report, after it.
    """

    id: int
    progress: Progress


def add_event(
    connection: Connection,
    territory: str,
    id: UUID,
    event: Event,
    caller: Caller,
    *,
    status: str | None = None,
    seen_events: Collection[int] | None = None,
) -> Added:
    """Let something happen to a report, within the caller's transaction.

    Events on one report wait for each other: the report's row is locked until the transaction ends.

    Parameters
    ----------
    connection : Connection
    territory : str
        Id of the territory; reports of others are not there.
    id : UUID
    event : Event
    caller : Caller
        Who does it; the event is stored under its name.
    status : str, optional
        The status that the caller has seen; another one now is refused.
    seen_events : collection of int, optional
        The last event of each version that the caller has seen; if the last one now is none of them, it is refused.

    Returns
    -------
    Added

    Raises
    ------
    NotFoundError
        There is no such report.
    ChangedError
        The report is not as the caller has seen it.
    InputError, ForbiddenError, TransitionError
        As :func:`geo.reports.lifecycle.check_event`; the report that is merged into is not there, or is merged itself.
    """
    rows = _lock(connection, territory, id, event.duplicate_of)
    report = rows.get(id)
    if report is None:
        raise NotFoundError(f"there is no report {id}")
    progress = Progress(**{name: report[name] for name in _PROGRESS})
    _check_unchanged(connection, id, progress, status, seen_events)
    check_event(event, progress.state, caller, report["unit_code"])
    if event.duplicate_of is not None:
        _check_target(connection, id, event.duplicate_of, rows.get(event.duplicate_of))
    at = dt.datetime.now(dt.UTC)
    now = after(progress, event, at)
    event = _composed(event)
    responsible = {name: value for name in _RESPONSIBLE if (value := getattr(event, name)) is not None}
    key = {"report_id": id, "reported_at": report["reported_at"]}
    connection.execute(
        update(Report)
        .where(Report.id == id, Report.reported_at == report["reported_at"])
        .values({name: getattr(now, name) for name in _PROGRESS} | responsible)
    )
    recorded = {name: getattr(event, name) for name in _RECORDED}
    stored = connection.scalar(
        insert(ReportEvent)
        .values(
            **key, **recorded, at=at, before=progress.status, status=now.status, actor=caller.name,
            text=event.text,
        )
        .returning(ReportEvent.id)
    )  # fmt: skip
    return Added(stored or 0, now)


def read_events(connection: Connection, id: UUID) -> list[dict[str, Any]]:
    """Read what happened to a report, in order; empty if there is no such report."""
    columns = ("id", "at", "before", "status", "actor", "text", *_RECORDED)
    query = select(*(getattr(ReportEvent, name) for name in columns if name != "unit_id"))
    query = query.add_columns(Unit.code.label("unit_code")).outerjoin(Unit, Unit.id == ReportEvent.unit_id)
    rows = connection.execute(query.where(ReportEvent.report_id == id).order_by(ReportEvent.id)).mappings()
    return [dict(row) for row in rows]


def _composed(event: Event) -> Event:
    """Give an event in the letters that descriptions are stored in."""
    lead = None if event.lead is None else composed(event.lead)
    cooperating = None if event.cooperating is None else tuple(map(composed, event.cooperating))
    return replace(event, text=composed(event.text), lead=lead, cooperating=cooperating)


def _lock(connection: Connection, territory: str, id: UUID, other: UUID | None) -> dict[UUID, RowMapping]:
    """Lock a report, and the one that it is merged into, so that two can't be merged into each other."""
    keys = [(each, moment_of(each)) for each in (id, other) if each is not None]
    columns = [getattr(Report, name) for name in ("id", "reported_at", *_PROGRESS)]
    query = (
        select(*columns, Unit.code.label("unit_code"))
        .join(Unit, Unit.id == Report.unit_id)
        .where(Report.territory_id == territory, tuple_(Report.id, Report.reported_at).in_(keys))
        # One order for all, so that two merges wait for each other and never deadlock.
        .order_by(Report.id)
        .with_for_update(of=Report)
    )
    return {row["id"]: row for row in connection.execute(query).mappings()}


def _check_unchanged(
    connection: Connection, id: UUID, progress: Progress, status: str | None, seen_events: Collection[int] | None
) -> None:
    if status is not None and status != progress.status:
        raise ChangedError(f"the report is not {status} any more but {progress.status}: read it again")
    if seen_events is not None:
        last = connection.scalar(select(func.max(ReportEvent.id)).where(ReportEvent.report_id == id))
        if last not in seen_events:
            raise ChangedError("something has happened to the report since you read it: read it again")


def _check_target(connection: Connection, id: UUID, target: UUID, found: RowMapping | None) -> None:
    if target == id:
        raise InputError("a report can't be merged into itself", "duplicate_of")
    if found is None:
        raise InputError(f"there is no report {target}", "duplicate_of")
    if found["duplicate_of"] is not None:
        stays = reports_that_stay(connection, [target])[target]
        raise RefusedError(f"report {target} is merged itself: merge into {stays}")
