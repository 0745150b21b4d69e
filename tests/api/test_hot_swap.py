"""Boundaries change while the service answers: each answer is the old one or the new one, and none fails."""

import dataclasses
import datetime as dt
import threading
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from api.commands.boundaries import app
from api.service import Service
from geo.demo.reports import make_demo
from geo.location import locator
from geo.lookup.answer import locate
from geo.store.boundaries import NewGeneration, add_draft, add_generation, list_generations, read_units_frame
from geo.store.moves import has_moves
from geo.store.reports import add_reports
from geo.units.territory import HANOI

POINT = (105.856919, 21.005396)
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def service(city_database):
    running = Service(city_database.url, HANOI.id)
    yield running
    running.close()


def surveyed(database) -> NewGeneration:
    """One ward where there were 126: whoever still answers with the old boundaries gives another name."""
    with database.transaction() as connection:
        old = next(layer for layer in list_generations(connection, HANOI.id, "ward") if layer.valid_to is None)
        shapes = read_units_frame(connection, old.id).geometry.to_numpy()
    whole = shapely.multipolygons(shapely.get_parts(shapely.union_all(shapes)))
    columns = {"code": ["99999"], "name": ["Phường Mới"], "name_en": ["Moi Ward"], "kind": ["Phường"]}
    units = gpd.GeoDataFrame({**columns, "parent_code": [None]}, geometry=[whole], crs=4326)
    return NewGeneration("ward", old.valid_from, None, units, "a test", "none", "0", "a test")


def test_every_answer_during_an_activation_is_the_old_one_or_the_new_one(service, city_database):
    names, failures, swapped = set(), [], threading.Event()

    def ask_on_and_on() -> None:
        while not swapped.is_set():
            try:
                names.add(name := locate(service.dispatch, *POINT, DAY)["unit"]["name"])
            except Exception as error:
                failures.append(error)
                swapped.set()
            else:
                if name == "Phường Mới":
                    swapped.set()

    clients = [threading.Thread(target=ask_on_and_on) for _ in range(3)]
    for client in clients:
        client.start()
    new = surveyed(city_database)
    with city_database.transaction() as connection:
        add_generation(connection, HANOI.id, new)
    in_time = swapped.wait(timeout=30)
    swapped.set()
    for client in clients:
        client.join()
    assert not failures
    assert in_time, "the service went on with the old boundaries"
    assert names == {"Phường Bạch Mai", "Phường Mới"}


def test_a_service_whose_connections_were_cut_still_hears_of_new_boundaries(service, city_database):
    new = surveyed(city_database)
    with city_database.connect("postgres") as admin:
        cut = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert cut[0] >= 1
    with city_database.transaction() as connection:
        add_generation(connection, HANOI.id, new)
    assert reached(lambda: answers(service, "Phường Mới")), "the service went on with the old boundaries"


def test_no_question_waits_for_new_boundaries_to_be_made_ready(service, city_database, monkeypatch):
    built: list[threading.Thread] = []
    build = locator.build_grid
    monkeypatch.setattr(locator, "build_grid", lambda *edges: built.append(threading.current_thread()) or build(*edges))
    new = surveyed(city_database)
    with city_database.transaction() as connection:
        add_generation(connection, HANOI.id, new)
    assert reached(lambda: answers(service, "Phường Mới"))
    locate(service.dispatch, *POINT, dt.date(2025, 1, 1))
    assert built
    assert threading.current_thread() not in built


def answers(service: Service, name: str) -> bool:
    return locate(service.dispatch, *POINT, DAY)["unit"]["name"] == name


def reached(happened) -> bool:
    """Ask again and again until it has happened."""
    until = time.monotonic() + 30
    while not (done := happened()) and time.monotonic() < until:
        pass
    return done


def moves_to(database, outcome) -> list[tuple]:
    """The reports that went to the one unit of a generation, once for each time."""
    moves = (
        "SELECT report_id FROM report_event JOIN boundary USING (unit_id) WHERE kind = 'moved' AND generation_id = %s"
    )
    with database.connect() as connection:
        return connection.execute(moves, [outcome.generation.id]).fetchall()


def test_open_reports_move_when_the_day_of_a_generation_comes_though_two_services_run(city_database, dispatch):
    """Loaded today, valid from tomorrow: at midnight both services move, and each report moves once."""
    today, tomorrow = HANOI.today(), HANOI.today() + dt.timedelta(days=1)
    made = make_demo(dispatch, np.datetime64(dt.datetime.now(dt.UTC).replace(tzinfo=None), "ms"), n=2000)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        new = dataclasses.replace(surveyed(city_database), valid_from=tomorrow)
        outcome = add_generation(connection, HANOI.id, new)
    clock = [today]
    services = [Service(city_database.url, HANOI.id, lambda _: clock[0]) for _ in range(2)]

    def where(which: str) -> int:
        is_open = "status IN ('waiting', 'in_progress') AND closed_at IS NULL AND duplicate_of IS NULL"
        with city_database.connect() as connection:
            query = f"SELECT count(*) FROM report WHERE generation_id {which} %s AND {is_open}"
            return connection.execute(query, [outcome.generation.id]).fetchone()[0]

    try:
        count = where("<>")
        assert count > 50
        assert where("=") == 0
        clock[0] = tomorrow
        assert reached(lambda: where("<>") == 0)
    finally:
        for each in services:
            each.close()
    assert where("=") == count
    with city_database.connect() as connection:
        closed = "SELECT count(*) FROM report WHERE generation_id = %s AND status IN ('resolved', 'rejected')"
        assert connection.execute(closed, [outcome.generation.id]).fetchone()[0] == 0
    events = moves_to(city_database, outcome)
    assert len(events) == len(set(events)) == count


def test_a_service_that_starts_after_the_day_moves_what_nobody_has_moved(city_database, dispatch):
    made = make_demo(dispatch, np.datetime64(dt.datetime.now(dt.UTC).replace(tzinfo=None), "ms"), n=500)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        new = dataclasses.replace(surveyed(city_database), valid_from=HANOI.today())
        outcome = add_generation(connection, HANOI.id, new, today=HANOI.today() - dt.timedelta(days=1))
    assert moves_to(city_database, outcome) == []
    service = Service(city_database.url, HANOI.id)
    try:
        assert reached(lambda: not service.ask(lambda connection: has_moves(connection, HANOI.id, HANOI.today())))
    finally:
        service.close()
    assert len(moves_to(city_database, outcome)) > 10


def test_a_service_answers_with_a_draft_once_it_is_activated_by_command(service, city_database, monkeypatch):
    with city_database.transaction() as connection:
        draft = add_draft(connection, HANOI.id, surveyed(city_database))
    monkeypatch.setenv("DATABASE_URL", city_database.url)
    for arguments, told in (
        ([], "dry run, nothing was written: would write 1 units of level ward, in force since 2025-07-01"),
        (["--commit"], f"written: generation {draft.id}, 1 units of level ward, in force since 2025-07-01"),
    ):
        result = CliRunner().invoke(app, ["activate", str(draft.id), *arguments])
        assert result.exit_code == 0, result.exception
        assert told in result.stderr
        assert reached(lambda: answers(service, "Phường Mới")) if arguments else answers(service, "Phường Bạch Mai")
