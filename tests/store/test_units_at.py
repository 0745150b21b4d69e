"""Reports are counted by the boundaries of any date as PostGIS counts their points; two dates, two answers."""

import datetime as dt

import numpy as np
import pytest
from sqlalchemy import select

from boundaries.checked import read_checked
from boundaries.load import Loading, new_generation
from geo.demo.reports import make_demo
from geo.store.boundaries import read_jurisdiction
from geo.store.columns_out import read_columns, read_table
from geo.store.reports import add_reports
from geo.store.schema import Report
from geo.store.units_at import count_units, reported_between, unit_of_reports, units_of_reports
from geo.units.territory import HANOI
from tests.geo.location.by_postgis import COVERS, lowest_units

NOW = np.datetime64("2026-01-05T03:00", "ms")
FIRST, LAST = dt.date(2025, 3, 1), dt.date(2025, 12, 31)
BEFORE, SINCE = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
BRUTE_FORCE = """
    SELECT coalesce(unit_id, 0), count(*) FROM (SELECT (
        SELECT unit_id FROM boundary JOIN unit ON unit.id = unit_id JOIN generation ON generation.id = generation_id
        WHERE generation.level = 'ward' AND period @> %s::date AND ST_DWithin(boundary.geom, report.geom, 0.001)
            AND ST_DWithin(boundary.geom::geography, report.geom::geography, 50)
        ORDER BY NOT ST_Covers(boundary.geom, report.geom),
            ST_Distance(boundary.geom::geography, report.geom::geography), code LIMIT 1) AS unit_id
        FROM report WHERE (reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN %s AND %s AND category = %s)
    AS located GROUP BY 1 ORDER BY 1
"""


@pytest.fixture
def reported(city_database, dispatch):
    made = make_demo(dispatch, NOW, n=4000)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, made.reports, made.course, made.events)
    return city_database


@pytest.mark.parametrize("day", [BEFORE, SINCE])
def test_counts_under_the_boundaries_of_a_date_are_those_of_postgis(reported, dispatch, day):
    with reported.transaction() as connection:
        counts = count_units(connection, dispatch.jurisdiction, FIRST, LAST, "waste", boundaries_at=day)
    with reported.connect() as connection:
        expected = connection.execute(BRUTE_FORCE, (day, FIRST, LAST, "waste")).fetchall()
    assert list(zip(counts.unit_id.tolist(), counts.count.tolist(), strict=True)) == expected
    assert len(counts) > 50


def test_counts_without_a_date_are_by_the_unit_that_each_report_has(reported, dispatch):
    with reported.transaction() as connection:
        counts = count_units(connection, dispatch.jurisdiction, FIRST, LAST)
        at = {day: count_units(connection, dispatch.jurisdiction, FIRST, LAST, boundaries_at=day)
              for day in (BEFORE, SINCE)}  # fmt: skip
    units = dispatch.jurisdiction.units
    levels = {len(each.units): {unit.id for unit in each.units} for each in dispatch.jurisdiction.layers}
    assert set(counts.unit_id.tolist()) <= units.keys()
    assert {number: not set(counts.unit_id.tolist()) <= ids for number, ids in levels.items()} == {526: True, 126: True}
    assert set(at[SINCE].unit_id.tolist()) - {0} <= levels[126]
    assert set(at[BEFORE].unit_id.tolist()) - {0} <= levels[526]
    assert {int(each.count.sum()) for each in (counts, *at.values())} == {int(counts.count.sum())}


def test_any_figure_can_be_grouped_by_the_units_of_any_date(reported, dispatch):
    jurisdiction = dispatch.jurisdiction
    where = reported_between(HANOI, FIRST, LAST)
    with reported.transaction() as connection:
        units = unit_of_reports(connection, jurisdiction, SINCE, where)
        read = units_of_reports(connection, jurisdiction.layer_at(SINCE), where, (Report.status, Report.due_at))
        counts = count_units(connection, jurisdiction, FIRST, LAST, boundaries_at=SINCE)
        points = read_columns(connection, select(Report.id, Report.geom.ST_X().label("lon"),
                                                 Report.geom.ST_Y().label("lat")).order_by(Report.id))  # fmt: skip
    ids, number = np.unique(read["unit_id"], return_counts=True)
    np.testing.assert_array_equal(ids, counts.unit_id)
    np.testing.assert_array_equal(number, counts.count)
    assert set(read["status"]) == {"waiting", "in_progress", "resolved", "rejected"}
    assert read["due_at"].dtype.kind == "M"
    assert units.id.tolist() == sorted(units.id.tolist())
    expected, _ = jurisdiction.layer_at(SINCE).place(points["lon"], points["lat"])
    by_id = dict(zip(points["id"].tolist(), expected.tolist(), strict=True))
    assert units.unit_id.tolist() == [by_id[id] for id in units.id.tolist()]


def test_rows_come_out_as_they_are_in_the_database(reported):
    columns = (Report.id, Report.description, Report.external_id, Report.accuracy_m, Report.synthetic, Report.cell)
    query = select(*columns, Report.reported_at, Report.closed_at, Report.geom.ST_X().label("lon")).order_by(Report.id)
    with reported.transaction() as connection:
        table = read_table(connection, query)
        expected = connection.execute(query).all()
        none = read_table(connection, query.where(Report.status.in_(["never", "at all"])))
    rows = [(str(id), *rest) for id, *rest in expected]
    assert [tuple(row.values()) for row in table.to_pylist()] == rows
    assert none.schema == table.schema
    assert none.num_rows == 0


@pytest.mark.surveyed
def test_the_same_points_on_both_sides_of_the_reform_are_those_of_postgis(city_database, test_data):
    """100,000 points, surveyed wards since July 2025: each answer is the lowest unit that covers the point."""
    file, report = read_checked(test_data / "hanoi_wards_2025.parquet", "ward")
    new = new_generation(
        file, report, level="ward", valid_from=SINCE, valid_to=None, source="", licence="", loaded_by="a test"
    )
    with city_database.transaction() as connection:
        Loading(HANOI.id, new).put(connection)
        jurisdiction = read_jurisdiction(connection, HANOI.id)
    n, random = 100_000, np.random.default_rng(8)
    west, south, east, north = jurisdiction.extent
    lon, lat = random.uniform(west, east, n), random.uniform(south, north, n)
    answers = []
    with city_database.connect() as connection:
        for day in (BEFORE, SINCE):
            layer = jurisdiction.layer_at(day)
            assert layer.generation.schematic == (day == BEFORE)
            expected = lowest_units(connection, layer.locator.polygons, lon, lat, COVERS)
            placed = jurisdiction.place(lon, lat, np.full(n, np.datetime64(day)))
            covered = np.isin(placed.how, (0, 1))
            answers.append(np.where(covered, placed.unit_id, 0))
            np.testing.assert_array_equal(answers[-1], layer.unit_ids[expected])
    assert (answers[0] > 0).mean() > 0.4
    assert (answers[0] != answers[1]).mean() > 0.4
