"""Open reports follow the boundaries: each goes to the unit that holds its point today, by an event that says so.

A report is found by its generation being another one than today's, so to do it again, or by several processes at once,
moves nothing twice. What is closed keeps its unit for good.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, text

from geo.columns import Columns, Floats, Integers, Words, column
from geo.location.locator import How
from geo.lookup.dispatch import Dispatch
from geo.reports.lifecycle import OPEN
from geo.store.schema import Generation, Report, Unit
from geo.units.jurisdiction import Layer

BATCH = 20_000
"""Reports that are moved in one step; their rows are locked until its transaction ends."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('report_moves'), hashtext(:territory))")

_FOLLOW = text("""
    UPDATE report SET generation_id = :generation, how = step.how
    FROM unnest(CAST(:id AS uuid[]), CAST(:reported_at AS timestamptz[]), CAST(:how AS text[]))
        AS step (id, reported_at, how)
    WHERE report.id = step.id AND report.reported_at = step.reported_at
""")

_MOVE = text("""
    WITH moved AS (
        UPDATE report SET generation_id = :generation, how = step.how, unit_id = step.unit_id, rule = step.rule,
            lead = step.lead, updated_at = now(),
            cooperating = ARRAY(SELECT json_array_elements_text(CAST(step.cooperating AS json)))
        FROM unnest(CAST(:id AS uuid[]), CAST(:reported_at AS timestamptz[]), CAST(:how AS text[]),
            CAST(:old AS integer[]), CAST(:unit AS integer[]), CAST(:rule AS text[]), CAST(:lead AS text[]),
            CAST(:cooperating AS text[]), CAST(:text AS text[]))
            AS step (id, reported_at, how, old_id, unit_id, rule, lead, cooperating, text)
        WHERE report.id = step.id AND report.reported_at = step.reported_at
            AND report.unit_id = step.old_id
            AND report.status = ANY(:open) AND report.closed_at IS NULL AND report.duplicate_of IS NULL
        RETURNING report.id, report.reported_at, report.status, report.unit_id, report.lead, report.cooperating,
            step.text
    ), told AS (
        INSERT INTO report_event (
            report_id, reported_at, at, kind, before, status, actor, text, media, unit_id, lead, cooperating)
        SELECT id, reported_at, now(), 'moved', status, status, 'boundaries', text, '{}', unit_id, lead, cooperating
        FROM moved ORDER BY id
    )
    SELECT count(*) FROM moved
""")


class _Step(NamedTuple):
    moved: int
    last: UUID | None


@dataclass(frozen=True)
class _Behind(Columns):
    """Open reports of other boundaries than today's, by id."""

    id: Words
    reported_at: Words
    category: Words
    unit: Integers
    lon: Floats
    lat: Floats


def still_open() -> ColumnElement[bool]:
    """Say in SQL that somebody still has to answer a report: it is not answered, closed or merged into another one."""
    return and_(Report.status.in_(OPEN), Report.closed_at.is_(None), Report.duplicate_of.is_(None))


def has_moves(connection: Connection, territory: str, day: dt.date) -> bool:
    """Tell whether there are open reports that are not in the wards of a local date, or boundaries for none."""
    today = select(Generation.id).where(
        Generation.territory_id == territory, Generation.level == "ward", Generation.state == "active"
    )
    generation = connection.scalar(today.where(Generation.period.contains(day)))
    if generation is None:
        return False
    return bool(connection.scalar(select(exists().where(_behind(territory, generation)))))


def move_open_reports(run: Callable[[Callable[[Connection], _Step]], _Step], dispatch: Dispatch, day: dt.date) -> int:
    """Move every open report to the unit that holds its point on a day.

    Parameters
    ----------
    run : callable
        Runs a step of at most `BATCH` reports with a connection: in a transaction of its own, or in one for all.
    dispatch : Dispatch
        Boundaries and rules of the territory.
    day : date
        Local date, today as a rule.

    Returns
    -------
    int
        How many reports went to another unit. Each has a new event ``moved``, and the rule and agencies by which the
        new unit answers on that day; urgency and due times are those that the citizen was told. A report whose unit
        stays, or whose point is in no unit, has no event.

    Raises
    ------
    NotFoundError
        If no boundaries are in force on the day.
    """
    layer = dispatch.jurisdiction.layer_at(day)
    moved, step = 0, _Step(0, UUID(int=0))
    while step.last is not None:
        step = run(partial(_move_some, dispatch=dispatch, layer=layer, day=day, after=step.last))
        moved += step.moved
    return moved


def _behind(territory: str, generation: int) -> ColumnElement[bool]:
    return and_(Report.territory_id == territory, still_open(), Report.generation_id != generation)


def _move_some(connection: Connection, dispatch: Dispatch, layer: Layer, day: dt.date, after: UUID) -> _Step:
    """Move the next reports, by id."""
    connection.execute(_LOCK, {"territory": layer.generation.territory})
    found = _read(connection, layer, after)
    if not len(found):
        return _Step(0, None)
    unit, how = layer.place(found.lon, found.lat)
    stays, goes = unit == found.unit, (unit > 0) & (unit != found.unit)
    connection.execute(_FOLLOW, _keys(layer, found.take(stays), how[stays]))
    moved = _go(connection, dispatch, layer, found.take(goes), unit[goes], how[goes], day) if goes.any() else 0
    return _Step(moved, found.id[-1])


def _read(connection: Connection, layer: Layer, after: UUID) -> _Behind:
    columns = (Report.id, Report.reported_at, Report.category, Report.unit_id)
    query = select(*columns, func.ST_X(Report.geom), func.ST_Y(Report.geom))
    query = query.where(_behind(layer.generation.territory, layer.generation.id), Report.id > after)
    rows = connection.execute(query.order_by(Report.id).limit(BATCH)).all()
    id, reported_at, category, unit, lon, lat = (column([row[field] for row in rows]) for field in range(6))
    return _Behind(id, reported_at, category, unit.astype(np.int64), lon.astype(float), lat.astype(float))


def _go(
    connection: Connection,
    dispatch: Dispatch,
    layer: Layer,
    found: _Behind,
    unit: Integers,
    how: NDArray[np.uint8],
    day: dt.date,
) -> int:
    """Write reports to their new units with the event that says so; those that were closed meanwhile stay."""
    n = len(found)
    areas = dispatch.jurisdiction.areas_of(found.lon, found.lat, np.full(n, np.datetime64(day)))
    assigned = dispatch.assign(found.category, unit, np.full(n, _midnight(day, dispatch)), areas)
    names = _names(connection, np.union1d(found.unit, unit))
    since = layer.generation.valid_from
    told = [
        f"Chuyển từ {names[old]} sang {names[new]} theo địa giới từ {since} /"
        f" Moved from {names[old]} to {names[new]} by the boundaries since {since}"
        for old, new in zip(found.unit.tolist(), unit.tolist(), strict=True)
    ]
    going = {
        "old": found.unit.tolist(),
        "unit": unit.tolist(),
        "rule": assigned.rule.tolist(),
        "lead": assigned.lead.tolist(),
        "cooperating": [json.dumps(agencies, ensure_ascii=False) for agencies in assigned.cooperating],
        "text": told,
        "open": list(OPEN),
    }
    return connection.scalar(_MOVE, _keys(layer, found, how) | going) or 0


def _keys(layer: Layer, found: _Behind, how: NDArray[np.uint8]) -> dict[str, Any]:
    words = [How(number).word for number in how.tolist()]
    ids, moments = found.id.tolist(), found.reported_at.tolist()
    return {"generation": layer.generation.id, "id": ids, "reported_at": moments, "how": words}


def _midnight(day: dt.date, dispatch: Dispatch) -> np.datetime64:
    """Begin of a local day, UTC."""
    local = dt.datetime.combine(day, dt.time(), dispatch.jurisdiction.territory.zone)
    return np.datetime64(local.astimezone(dt.UTC).replace(tzinfo=None), "ms")


def _names(connection: Connection, units: Integers) -> dict[int, str]:
    query = select(Unit.id, Unit.code, Unit.name).where(Unit.id.in_(units.tolist()))
    return {row.id: f"{row.name} ({row.code})" for row in connection.execute(query)}
