"""Reports are counted by the units of two generations as PostGIS counts them, each by its point, and none is lost."""

import datetime as dt

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection

from geo.columns import constant
from geo.location.locator import Locator
from geo.lookup.dispatch import Dispatch
from geo.reports.course import arrived
from geo.reports.intake import Submitted, admit
from geo.store.boundaries import list_generations, read_units_frame
from geo.store.reports import add_reports
from geo.store.succession import count_shared_reports
from geo.units.shared_reports import SharedReports
from geo.units.territory import HANOI
from tests.conftest import Database
from tests.geo.coverages import spread

UNIT_OF = """
    (SELECT code FROM boundary JOIN unit ON unit.id = unit_id
     WHERE generation_id = %s AND ST_DWithin(boundary.geom, report.geom, 0.001)
       AND ST_Distance(boundary.geom::geography, report.geom::geography) <= 50
     ORDER BY ST_Disjoint(boundary.geom, report.geom),
       CASE WHEN ST_Disjoint(boundary.geom, report.geom)
            THEN ST_Distance(boundary.geom::geography, report.geom::geography) ELSE 0 END, code
     LIMIT 1)"""


@pytest.fixture
def filled(city_database: Database, dispatch: Dispatch) -> Database:
    """Reports on corners of the new wards, up to 50 m outside of the city, and anywhere in it, in three years."""
    new = dispatch.jurisdiction.layers[-1].locator
    corners = shapely.get_coordinates(new.polygons)[::60]
    outline = shapely.get_coordinates(shapely.union_all(new.polygons))[::20]
    lon, lat = np.concatenate([corners, outline + 0.0003, np.column_stack(spread(new.polygons, 1500))]).T
    n = len(lon)
    days = np.random.default_rng(4).integers(0, 3 * 365, n)
    submitted = Submitted(
        category=constant(n, "waste"),
        lon=lon,
        lat=lat,
        accuracy_m=np.full(n, np.nan),
        reported_at=np.datetime64("2023-12-31T17:00", "ms") + days * np.timedelta64(1, "D"),
        channel=constant(n, "web"),
        external_id=constant(n, None),
        description=constant(n, ""),
        reporter=constant(n, None),
        media=constant(n, ()),
    )
    admitted, _, _ = admit(submitted, dispatch, np.full(n, np.datetime64("2026-12-31", "ms")))
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, admitted, *arrived(admitted))
    return city_database


def ward_generations(connection: Connection) -> tuple[int, int]:
    old, new = (each.id for each in list_generations(connection, HANOI.id, "ward"))
    return old, new


def counted(connection: Connection, **period: dt.date) -> tuple[SharedReports, Locator, Locator]:
    frames = (read_units_frame(connection, generation) for generation in ward_generations(connection))
    old, new = (Locator.build(frame["code"].tolist(), frame.geometry.to_numpy()) for frame in frames)
    return count_shared_reports(connection, HANOI, old, new, **period), old, new


@pytest.mark.parametrize("period", [{}, {"first": dt.date(2025, 7, 1), "last": dt.date(2025, 12, 31)}])
def test_counts_by_pair_are_those_of_postgis_and_sum_to_all_reports(
    filled: Database, period: dict[str, dt.date]
) -> None:
    with filled.transaction() as connection:
        found, old, new = counted(connection, **period)
        ids = ward_generations(connection)
    clause = "(reported_at AT TIME ZONE %s)::date BETWEEN %s AND %s"
    bounds = [HANOI.time_zone, period.get("first", dt.date.min), period.get("last", dt.date.max)]
    with filled.connect() as connection:
        pairs = f"SELECT {UNIT_OF}, {UNIT_OF}, count(*) FROM report WHERE {clause} GROUP BY 1, 2"
        expected = {(a, b): n for a, b, n in connection.execute(pairs, [*ids, *bounds]).fetchall()}
        (reports,) = connection.execute(f"SELECT count(*) FROM report WHERE {clause}", bounds).fetchone()
    names = [[*locator.codes, None] for locator in (old, new)]
    told = {
        (names[0][i], names[1][j]): n
        for i, j, n in zip(found.old.tolist(), found.new.tolist(), found.count.tolist(), strict=True)
    }
    assert told == expected
    assert found.count.sum() == reports > 100


def test_months_are_told_and_a_period_without_reports_counts_none(filled: Database) -> None:
    told = []
    with filled.transaction() as connection:
        frame = read_units_frame(connection, ward_generations(connection)[1])
        locator = Locator.build(frame["code"].tolist(), frame.geometry.to_numpy())
        count_shared_reports(connection, HANOI, locator, locator, advance=lambda *done: told.append(done))
        none = count_shared_reports(connection, HANOI, locator, locator, first=dt.date(2030, 1, 1))
    assert told == [(month, len(told)) for month in range(1, len(told) + 1)]
    assert len(told) in (36, 37)
    assert len(none) == 0
