"""Reports by what they are asked for, newest first, in pages that stay as they are while reports come in."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from geo.folded import folded_words, word_pattern
from geo.hexagons.search import cells_within, stored_range
from geo.reports.ids import moment_of
from geo.store.merges import with_those_that_stay
from geo.store.report_reading import select_reports
from geo.store.schema import Boundary, Report, Unit
from geo.units.jurisdiction import NEAREST_WITHIN_M

_BY_CELLS_UNTIL_M = 300.0
"""Up to this radius the index of cells finds the reports near a point; further ones are found by time."""
_NEAR_DEGREES = 0.001  # 50 m and more in each direction, up to 60 degrees from the equator


@dataclass(frozen=True)
class Circle:
    """All places within some metres of a point, on the ellipsoid."""

    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class Wanted:
    """Which reports are asked for; what is None or empty does not matter.

    Parameters
    ----------
    territory : str
        Id of the territory.
    unit_id : int, optional
        Database id of a unit.
    generation_id : int, optional
        Boundaries by which the reports' points lie in the unit; without them those that have the unit are meant.
    categories, statuses, channels : tuple of str
        Any of these.
    overdue : bool, optional
        Whether the report should have been answered by now.
    since, until : datetime, optional
        When it was reported; `until` is not included.
    bbox : (west, south, east, north), optional
        Degrees; its edges are part of it.
    circle : Circle, optional
    cell : int, optional
        H3 cell at resolution 12 or coarser.
    text : str
        Words that its description has, each at the beginning of a word, with marks or without.
    """

    territory: str
    unit_id: int | None = None
    generation_id: int | None = None
    categories: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    overdue: bool | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    bbox: tuple[float, float, float, float] | None = None
    circle: Circle | None = None
    cell: int | None = None
    text: str = ""


def list_reports(connection: Connection, wanted: Wanted, limit: int, after: UUID | None = None) -> list[dict[str, Any]]:
    """Read a page of reports, the newest first.

    Parameters
    ----------
    connection : Connection
    wanted : Wanted
    limit : int
        How many at most.
    after : UUID, optional
        The last report of the page before, whether or not it still is what is asked for. Reports that come in
        meanwhile, whatever their time, move no other one from one page to the next.

    Returns
    -------
    list of dict
        As `geo.store.report_reading.find_report` gives one.
    """
    query = select_reports().where(*conditions(wanted))
    if after is not None:
        query = query.where(comes_after(after))
    query = query.order_by(Report.reported_at.desc(), Report.id.desc()).limit(limit)
    return with_those_that_stay(connection, [dict(row) for row in connection.execute(query).mappings()])


def comes_after(id: UUID) -> ColumnElement[bool]:
    """Say in SQL that a report comes after another one, the newest being first."""
    moment = moment_of(id)
    # The first condition says nothing new, but leaves out whole months.
    return and_(Report.reported_at <= moment, tuple_(Report.reported_at, Report.id) < (moment, id))


def count_wanted(connection: Connection, wanted: Wanted) -> int:
    """Count the reports that are asked for."""
    return connection.scalar(select(func.count()).select_from(Report).where(*conditions(wanted))) or 0


def conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Say in SQL which reports are asked for."""
    yield Report.territory_id == wanted.territory
    for column, values in (
        (Report.category, wanted.categories),
        (Report.status, wanted.statuses),
        (Report.channel, wanted.channels),
    ):
        if values:
            yield column.in_(values)
    if wanted.since is not None:
        yield Report.reported_at >= wanted.since
    if wanted.until is not None:
        yield Report.reported_at < wanted.until
    if wanted.overdue is not None:
        overdue = and_(Report.answered_at.is_(None), Report.closed_at.is_(None), Report.due_at < func.now())
        yield overdue if wanted.overdue else ~overdue
    for word in folded_words(wanted.text):
        yield Report.description.regexp_match(word_pattern(word))
    yield from _places(wanted)


def _places(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.unit_id is not None:
        own = Report.unit_id == wanted.unit_id
        yield own if wanted.generation_id is None else _lies_in(wanted.unit_id, wanted.generation_id)
    if wanted.cell is not None:
        yield Report.cell.between(*stored_range(wanted.cell))
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        yield func.ST_X(Report.geom).between(west, east)
        yield func.ST_Y(Report.geom).between(south, north)
    if (circle := wanted.circle) is not None:
        if circle.radius_m <= _BY_CELLS_UNTIL_M:
            yield Report.cell == any_(
                literal(cells_within(circle.lon, circle.lat, circle.radius_m).tolist(), ARRAY(BigInteger))
            )
        centre = cast(func.ST_SetSRID(func.ST_MakePoint(circle.lon, circle.lat), 4326), Geography)
        yield func.ST_DWithin(cast(Report.geom, Geography), centre, circle.radius_m)


def _lies_in(unit_id: int, generation_id: int) -> ColumnElement[bool]:
    """Say of which reports a unit is the one under given boundaries, as `geo.store.units_at` finds it in memory.

    Reports that were located by these boundaries keep the unit that they have. Of all others it is the one that covers
    the point, of several the one with the lowest code, and of none the nearest one within `NEAREST_WITHIN_M`.
    """
    near = and_(Boundary.generation_id == generation_id, func.ST_DWithin(Boundary.geom, Report.geom, _NEAR_DEGREES))
    metres = func.ST_Distance(cast(Boundary.geom, Geography), cast(Report.geom, Geography))
    located = (
        select(Boundary.unit_id)
        .join(Unit, Unit.id == Boundary.unit_id)
        .where(near, metres <= NEAREST_WITHIN_M)
        .order_by(func.ST_Covers(Boundary.geom, Report.geom).desc(), metres, Unit.code)
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    close = select(Boundary.unit_id).where(near, Boundary.unit_id == unit_id).correlate(Report).exists()
    here = Report.generation_id == generation_id
    return or_(and_(here, Report.unit_id == unit_id), and_(~here, close, located == unit_id))
