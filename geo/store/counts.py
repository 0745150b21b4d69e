"""Counts of reports by cell, from the rows: for a single question, and for cells finer than those of the cube."""

import datetime as dt

import numpy as np
from sqlalchemy import Connection, and_, func, literal, select

from geo.cells import parent_masks
from geo.cube import Counts
from geo.store.schema import Report
from geo.territory import Territory


def count_cells(
    connection: Connection,
    territory: Territory,
    resolution: int,
    first: dt.date,
    last: dt.date,
    category: str | None = None,
) -> Counts:
    """Count reports by cell.

    Parameters
    ----------
    connection : Connection
    territory : Territory
    resolution : int
        Of the cells, 0 to 12; each is the parent of the stored one, so totals agree at every resolution.
    first, last : date
        Local dates, both included.
    category : str, optional
        All categories if not given.
    """
    keep, fill = parent_masks(resolution)
    cell = Report.cell.op("&")(literal(keep)).op("|")(literal(fill)).label("cell")
    wanted = [
        Report.territory_id == territory.id,
        Report.reported_at >= dt.datetime.combine(first, dt.time(), territory.zone),
        Report.reported_at < dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), territory.zone),
    ]
    if category is not None:
        wanted.append(Report.category == category)
    query = select(cell, func.count(), func.count().filter(Report.synthetic)).where(and_(*wanted)).group_by(cell)
    rows = np.array([tuple(row) for row in connection.execute(query.order_by(cell))], dtype=np.int64).reshape(-1, 3)
    return Counts(rows[:, 0], rows[:, 1], rows[:, 2])


def reported_days(connection: Connection, territory: Territory) -> tuple[dt.date, dt.date] | None:
    """Give the local dates of the first and the last report, None if there is none."""
    query = select(func.min(Report.reported_at), func.max(Report.reported_at))
    first, last = connection.execute(query.where(Report.territory_id == territory.id)).one()
    if first is None:
        return None
    return first.astimezone(territory.zone).date(), last.astimezone(territory.zone).date()
