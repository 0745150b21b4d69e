"""Boundaries change and open reports follow, each by one event; whatever is closed keeps its unit."""

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.columns import constant
from geo.reports.course import arrived
from geo.reports.intake import Submitted, admit
from geo.store.boundaries import (
    NewGeneration,
    activate,
    add_draft,
    add_generation,
    list_generations,
    read_dispatch,
    read_layer,
    read_units_frame,
    retire,
)
from geo.store.moves import has_moves, move_open_reports
from geo.store.relocation import find_relocated
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.conftest import Database

REFORM = dt.date(2025, 7, 1)
NEXT = dt.date(2026, 3, 1)
BEFORE, DAY = dt.date(2026, 2, 28), NEXT
STATUSES = np.array(["waiting", "in_progress", "resolved", "rejected"], dtype=object)
UNITS = (
    "SELECT id::text, status, unit_id, generation_id, due_at, intake_due_at, urgency, lead, how FROM report ORDER BY id"
)
HOLDING = """
    SELECT report.id::text, (
        SELECT unit_id FROM boundary JOIN unit ON unit.id = unit_id
        WHERE generation_id = %s AND ST_DWithin(boundary.geom::geography, report.geom::geography, 50)
        ORDER BY NOT ST_Covers(boundary.geom, report.geom), ST_Distance(boundary.geom, report.geom), code LIMIT 1)
    FROM report ORDER BY id
"""


def halves(database: Database, valid_from: dt.date = NEXT) -> NewGeneration:
    """Two wards in the place of 126: the west and the east of the city, with the lake between them in none."""
    with database.transaction() as connection:
        now = next(each for each in list_generations(connection, HANOI.id, "ward") if each.valid_to is None)
        whole = shapely.union_all(read_units_frame(connection, now.id).geometry.to_numpy())
    west, south, east, north = shapely.bounds(whole)
    parts = [shapely.box(west, south, 105.84, north), shapely.box(105.845, south, east, north)]
    shapes = [shapely.multipolygons(shapely.get_parts(shapely.intersection(whole, part))) for part in parts]
    columns = {"code": ["90001", "90002"], "name": ["Phường Tây", "Phường Đông"], "kind": ["Phường"] * 2}
    units = gpd.GeoDataFrame({**columns, "name_en": ["Tay Ward", "Dong Ward"]}, geometry=shapes, crs=4326)
    return NewGeneration("ward", valid_from, None, units, "a test", "none", "0", "a test")


@pytest.fixture
def reported(city_database, dispatch):
    """400 reports around the middle of the city, a quarter in each status."""
    n, random = 400, np.random.default_rng(17)
    submitted = Submitted(
        category=constant(n, "waste"),
        lon=random.uniform(105.80, 105.90, n),
        lat=random.uniform(20.98, 21.04, n),
        accuracy_m=np.full(n, np.nan),
        reported_at=np.datetime64("2026-01-05T03:00", "ms") + np.arange(n),
        channel=constant(n, "web"),
        external_id=constant(n, None),
        description=constant(n, ""),
        media=constant(n, ()),
        reporter=constant(n, None),
    )
    reports, _, problems = admit(submitted, dispatch, np.full(n, np.datetime64("2026-01-06T03:00", "ms")))
    assert problems == []
    course, events = arrived(reports)
    course = dataclasses.replace(course, status=STATUSES[np.arange(n) % 4])
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, reports, course, events)
    return city_database


def rows(database: Database, query: str = UNITS, *parameters: object) -> list[tuple]:
    with database.connect() as connection:
        return connection.execute(query, parameters).fetchall()


def assert_moved(database: Database, before: list[tuple], generation: int) -> None:
    """Hold every report and its events to PostGIS."""
    held = dict(rows(database, HOLDING, generation))
    events = rows(
        database, "SELECT report_id::text, before, status, unit_id, actor, text FROM report_event WHERE kind = 'moved'"
    )
    moved = {id: event for id, *event in events}
    assert len(moved) == len(events), "a report has two events of one move"
    names = dict(rows(database, "SELECT id, name || ' (' || code || ')' FROM unit"))
    expected = set()
    for old, new in zip(before, rows(database), strict=True):
        id, status, unit, was_of, *told = old
        is_open = status in ("waiting", "in_progress")
        goes = held[id] if is_open and held[id] is not None else unit
        assert new[:3] == (id, status, goes)
        assert new[3] == (generation if is_open and held[id] is not None else was_of)
        assert new[4:7] == tuple(told[:3]), "due times and urgency are those that the citizen was told"
        if goes != unit:
            expected.add(id)
            assert moved[id][:4] == [status, status, goes, "boundaries"]
            assert names[unit] in moved[id][4]
            assert names[goes] in moved[id][4]
            assert new[7] == names[goes].split(" (")[0].replace("Phường", "UBND phường"), "the new ward leads"
    assert moved.keys() == expected
    assert 50 < len(expected) < 200


def test_an_activation_moves_open_reports_in_its_own_transaction(reported):
    before, new = rows(reported), halves(reported)
    with reported.transaction() as connection:
        outcome = add_generation(connection, HANOI.id, new, today=DAY)
    assert outcome.ended is not None
    assert_moved(reported, before, outcome.generation.id)
    assert outcome.moved == rows(reported, "SELECT count(*) FROM report_event WHERE kind = 'moved'")[0][0]


def test_what_is_taken_back_moved_nothing(reported):
    before, new = rows(reported), halves(reported)
    with reported.transaction() as connection:
        assert add_generation(connection, HANOI.id, new, today=DAY).moved > 50
        connection.rollback()
    assert rows(reported) == before
    assert rows(reported, "SELECT FROM report_event WHERE kind = 'moved'") == []


def test_processes_that_move_at_once_move_each_report_once(reported):
    before, new = rows(reported), halves(reported)
    with reported.transaction() as connection:
        outcome = add_generation(connection, HANOI.id, new, today=BEFORE)
        assert outcome.moved == 0
        ahead = read_dispatch(connection, HANOI.id)
        assert not has_moves(connection, HANOI.id, BEFORE)
        assert has_moves(connection, HANOI.id, DAY)
    start = Barrier(3)

    def move(_: int) -> int:
        with reported.transaction() as connection:
            start.wait()
            return move_open_reports(lambda step: step(connection), ahead, DAY)

    with ThreadPoolExecutor(3) as pool:
        moved = list(pool.map(move, range(3)))
    assert_moved(reported, before, outcome.generation.id)
    assert sorted(moved)[:2] == [0, 0]


def test_a_cancelled_generation_gives_the_period_and_the_reports_back(reported):
    before, new = rows(reported), halves(reported)
    with reported.transaction() as connection:
        outcome = add_generation(connection, HANOI.id, new, today=DAY)
    with reported.transaction() as connection:
        back = retire(connection, HANOI.id, outcome.generation.id, today=DAY)
    assert back.reopened is not None
    assert back.reopened.id == outcome.ended.id
    assert back.reopened.valid_to is None
    assert back.moved == outcome.moved
    assert [row[:4] for row in rows(reported)] == [row[:4] for row in before]


def test_a_corrected_survey_of_the_same_period_says_first_which_reports_lie_in_another_unit(reported):
    before = rows(reported)
    with reported.transaction() as connection:
        old = next(each for each in list_generations(connection, HANOI.id, "ward") if each.valid_to is None)
        draft = add_draft(connection, HANOI.id, halves(reported, REFORM), replace=old.id)
    assert rows(reported) == before
    with reported.transaction() as connection:
        relocated = find_relocated(connection, old, read_layer(connection, draft).locator)
        outcome = activate(connection, HANOI.id, draft.id, today=DAY)
    assert outcome.retired.id == old.id
    assert_moved(reported, before, draft.id)
    held = dict(rows(reported, HOLDING, draft.id))
    codes = dict(rows(reported, "SELECT id, code FROM unit"))
    assert relocated.id.tolist() == [row[0] for row in before]  # the codes are new ones, so all lie elsewhere
    assert relocated.new_code.tolist() == [codes.get(held[row[0]]) for row in before]
    assert relocated.old_code.tolist() == [codes[row[2]] for row in before]
    assert relocated.open.tolist() == [row[1] in ("waiting", "in_progress") for row in before]
    moving = relocated.open & (relocated.new_code != None)  # noqa: E711  (elementwise)
    assert moving.sum() == outcome.moved
    with reported.transaction() as connection:
        states = {each.id: each.state for each in list_generations(connection, HANOI.id)}
        assert len(read_units_frame(connection, old.id)) == old.units
    assert (states[old.id], states[draft.id]) == ("retired", "active")


def test_reports_that_must_move_are_found_among_the_open_ones_alone(reported):
    """At a million reports the whole table would be read at each start of a service, as a rule to find nothing."""
    found = "FROM pg_stat_user_indexes WHERE indexrelname LIKE 'report%territory_id_generation_id_idx'"
    with reported.transaction() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # 400 reports would be faster without any index
        assert not has_moves(connection, HANOI.id, BEFORE)
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
    with reported.connect() as connection:
        assert connection.execute(f"SELECT sum(idx_scan) {found}").fetchone()[0] > 0
