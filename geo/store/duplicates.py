"""Reports read to be compared: those around one, by the index of cells and times, or all of some days."""

import datetime as dt
from uuid import UUID

import numpy as np
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, any_, func, literal, select

from geo.errors import InputError, NotFoundError
from geo.hexagons.search import cells_within
from geo.reports.duplicates import RADIUS_M, WINDOW, Sightings
from geo.reports.ids import moment_of
from geo.store.columns_out import read_columns
from geo.store.schema import Report

MOST_REPORTS = 200_000
"""So many reports of some days are compared at a time, in a few seconds."""


def read_around(connection: Connection, territory: str, id: UUID) -> tuple[Sightings, int]:
    """Read a report and all that may be about the same.

    Returns
    -------
    reports : Sightings
        Without those that are merged already, unless it is the report itself.
    row : int
        The report's.

    Raises
    ------
    NotFoundError
        If there is no such report.
    """
    at = moment_of(id)
    own = (Report.territory_id == territory, Report.id == id, Report.reported_at == at)
    place = connection.execute(select(func.ST_X(Report.geom), func.ST_Y(Report.geom)).where(*own)).one_or_none()
    if place is None:
        raise NotFoundError(f"there is no report {id}")
    cells = literal(cells_within(*place, RADIUS_M).tolist(), ARRAY(BigInteger))
    window: dt.timedelta = WINDOW.astype(dt.timedelta)
    near = (
        Report.territory_id == territory,
        Report.cell == any_(cells),
        Report.reported_at.between(at - window, at + window),
        Report.duplicate_of.is_(None) | (Report.id == id),
    )
    reports = _read(connection, near)
    return reports, int(np.flatnonzero(reports.id == str(id))[0])


def read_between(
    connection: Connection,
    territory: str,
    since: dt.datetime,
    until: dt.datetime,
    bbox: tuple[float, float, float, float] | None = None,
) -> Sightings:
    """Read the reports of some days that are not merged yet.

    Parameters
    ----------
    connection : Connection
    territory : str
    since, until : datetime
        When they were reported; `until` is not included.
    bbox : (west, south, east, north), optional
        Degrees.

    Raises
    ------
    InputError
        If they are more than `MOST_REPORTS`.
    """
    where: list[ColumnElement[bool]] = [
        Report.territory_id == territory,
        Report.reported_at >= since,
        Report.reported_at < until,
        Report.duplicate_of.is_(None),
    ]
    if bbox is not None:
        west, south, east, north = bbox
        where += [func.ST_X(Report.geom).between(west, east), func.ST_Y(Report.geom).between(south, north)]
    reports = _read(connection, where)
    if len(reports) > MOST_REPORTS:
        raise InputError(f"more than {MOST_REPORTS:,} reports: ask for fewer days or a smaller bbox", "from")
    return reports


def _read(connection: Connection, where: tuple[ColumnElement[bool], ...] | list[ColumnElement[bool]]) -> Sightings:
    lon, lat = func.ST_X(Report.geom).label("lon"), func.ST_Y(Report.geom).label("lat")
    columns = (Report.id, lon, lat, Report.reported_at, Report.category, Report.description)
    found = read_columns(connection, select(*columns).where(*where).limit(MOST_REPORTS + 1))
    return Sightings(**found)
