"""Reports by the unit that holds them under the boundaries of any date, exactly: by their points."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from geo.columns import Columns, Integers, Words
from geo.store.columns_out import read_columns
from geo.store.schema import Report
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.units.territory import Territory


@dataclass(frozen=True)
class UnitCounts(Columns):
    """How many reports each unit had.

    Parameters
    ----------
    unit_id : ndarray of int64, shape (n,)
        Database ids of units with at least one report, ascending; 0 for reports whose points are in no unit.
    count : ndarray of int64, shape (n,)
    """

    unit_id: Integers
    count: Integers


@dataclass(frozen=True)
class ReportUnits(Columns):
    """Reports and their units.

    Parameters
    ----------
    id : ndarray of str, shape (n,)
        UUIDs of the reports, ascending.
    unit_id : ndarray of int64, shape (n,)
        Database ids of units; 0 for a point in no unit.
    """

    id: Words
    unit_id: Integers


def reported_between(
    territory: Territory, first: dt.date, last: dt.date, category: str | None = None
) -> tuple[ColumnElement[bool], ...]:
    """Say in SQL which reports are meant: those of a territory, of local dates (both included), and of a category."""
    since, until = (dt.datetime.combine(day, dt.time(), territory.zone) for day in (first, last + dt.timedelta(days=1)))
    wanted = (Report.territory_id == territory.id, Report.reported_at >= since, Report.reported_at < until)
    return wanted if category is None else (*wanted, Report.category == category)


def count_units(
    connection: Connection,
    jurisdiction: Jurisdiction,
    first: dt.date,
    last: dt.date,
    category: str | None = None,
    boundaries_at: dt.date | None = None,
) -> UnitCounts:
    """Count the reports of each unit.

    Parameters
    ----------
    connection : Connection
    jurisdiction : Jurisdiction
        Boundaries of the territory.
    first, last : date
        Local dates of the reports, both included.
    category : str, optional
        All categories if not given.
    boundaries_at : date, optional
        Count by the boundaries in force on this date; if not given, by the unit that each report has.

    Raises
    ------
    NotFoundError
        If no boundaries are in force on the date.

    Notes
    -----
    A report that was located by the boundaries of the date is counted in the unit that it has, which the database does
    alone, so one that a person handed to another unit counts there. All others are located by their points.
    """
    wanted = reported_between(jurisdiction.territory, first, last, category)
    if boundaries_at is None:
        return _count_stored(connection, wanted)
    layer = jurisdiction.layer_at(boundaries_at)
    here = Report.generation_id == layer.generation.id
    stored = _count_stored(connection, (*wanted, here))
    others = units_of_reports(connection, layer, (*wanted, ~here), ())["unit_id"]
    ids, counts = np.unique(others, return_counts=True)
    unit_id = np.union1d(stored.unit_id, ids)
    count = np.zeros(len(unit_id), dtype=np.int64)
    count[np.searchsorted(unit_id, stored.unit_id)] += stored.count
    count[np.searchsorted(unit_id, ids)] += counts
    return UnitCounts(unit_id, count)


def unit_of_reports(
    connection: Connection, jurisdiction: Jurisdiction, boundaries_at: dt.date, where: Sequence[ColumnElement[bool]]
) -> ReportUnits:
    """Find the unit of each report under the boundaries in force on a date.

    Parameters
    ----------
    connection : Connection
    jurisdiction : Jurisdiction
    boundaries_at : date
    where : sequence of SQL expressions
        Which reports, as `reported_between` says it.
    """
    found = units_of_reports(connection, jurisdiction.layer_at(boundaries_at), where, (Report.id,))
    order = np.argsort(found["id"], kind="stable")
    return ReportUnits(found["id"][order], found["unit_id"][order])


def units_of_reports(
    connection: Connection,
    layer: Layer,
    where: Sequence[ColumnElement[bool]],
    columns: Sequence[ColumnElement[object] | InstrumentedAttribute[object]],
) -> dict[str, np.ndarray]:
    """Read columns of reports, and beside them the unit of each under given boundaries: what any figure is grouped by.

    Parameters
    ----------
    connection : Connection
    layer : Layer
        The boundaries, as `Jurisdiction.layer_at` finds them.
    where : sequence of SQL expressions
        Which reports.
    columns : sequence of columns of `Report`
        What else to read of them.

    Returns
    -------
    dict of ndarray, each of shape (n,)
        The columns by their names, and ``unit_id``: int64, 0 for a point in no unit. In no order.
    """
    lon, lat = func.ST_X(Report.geom).label("lon"), func.ST_Y(Report.geom).label("lat")
    stored = (Report.unit_id.label("stored_id"), Report.generation_id.label("generation"))
    found = read_columns(connection, select(*columns, lon, lat, *stored).where(*where))
    has, points = ([found.pop(name) for name in names] for names in (("stored_id", "generation"), ("lon", "lat")))
    return {**found, "unit_id": layer.unit_ids_of(*has, *points)}


def _count_stored(connection: Connection, where: Sequence[ColumnElement[bool]]) -> UnitCounts:
    query = select(Report.unit_id, func.count().label("count")).where(*where).group_by(Report.unit_id)
    found = read_columns(connection, query.order_by(Report.unit_id))
    return UnitCounts(found["unit_id"], found["count"])
