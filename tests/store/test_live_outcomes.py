"""What is held of the newest reports is what their rows say, whatever happens to them and in whatever order."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine

from geo.access import Caller
from geo.counting.query import date_of
from geo.demo.reports import Demo, make_demo
from geo.errors import RefusedError, SetupError
from geo.lookup.dispatch import Dispatch
from geo.reports.lifecycle import TRANSITIONS, Event
from geo.store import live_outcomes as store
from geo.store import months
from geo.store.engine import open_engine
from geo.store.events import add_event
from geo.store.live_outcomes import LiveOutcomes
from geo.store.moves import move_open_reports
from geo.store.ranking import read_cases
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from geo.wards import recent
from geo.wards.cases import Cases
from geo.wards.outcomes import Outcomes
from tests.conftest import Database
from tests.store.demo_rows import add

NOW = np.datetime64("2025-08-05T03:00", "ms")
TODAY, BEFORE_THE_REFORM = dt.date(2025, 8, 5), dt.date(2025, 6, 30)
ADMIN = Caller("admin", "tests", None)


@pytest.fixture(scope="module")
def demo(dispatch) -> Demo:
    return make_demo(dispatch, NOW, n=6000)


@pytest.fixture
def engine(city_database: Database) -> Iterator[Engine]:
    ready = open_engine(city_database.url)
    yield ready
    ready.dispose()


def live(engine: Engine, dispatch: Dispatch, today: dt.date = TODAY) -> LiveOutcomes:
    ready = LiveOutcomes(engine, lambda: dispatch, lambda: today)
    assert ready.wait(0) is None
    assert ready.refresh() is False
    return ready


def in_order(outcomes: Outcomes) -> list[np.ndarray]:
    columns = [getattr(outcomes, each.name) for each in dataclasses.fields(Outcomes)]
    order = np.lexsort([column.view("i8") if column.dtype.kind == "M" else column for column in columns])
    return [column[order] for column in columns]


def assert_as_the_rows(ready: LiveOutcomes, engine: Engine, dispatch: Dispatch, today: dt.date = TODAY) -> int:
    """Compare all that is held, and parts of it, with the rows; give how many reports are held."""
    held = ready.wait(0)
    unit_ids = sorted(unit.id for unit in dispatch.jurisdiction.layer_at(today).units)
    first = date_of(held.first)
    for begin, end, category in (
        (first, TODAY, None),
        (first, TODAY, "waste"),
        (TODAY - dt.timedelta(29), TODAY, "parking"),
        (TODAY - dt.timedelta(40), TODAY - dt.timedelta(3), None),
    ):
        with engine.begin() as connection:
            cases = Cases.joined(read_cases(connection, dispatch.jurisdiction, begin, end, today, category))
        found, expected = held.outcomes(begin, end, category), Outcomes.of(cases, unit_ids, dispatch.calendar)
        for column, other in zip(in_order(found), in_order(expected), strict=True):
            np.testing.assert_array_equal(column, other)
            assert len(column) > 0
    return len(held.outcomes(first, TODAY, None))


def happen(engine: Engine, dispatch: Dispatch, ids: list[UUID], random: np.random.Generator) -> str | None:
    """Let something happen to one of some reports; give what, or None if it may not happen now."""
    id, other = random.choice(ids, 2, replace=False).tolist()
    layer = dispatch.jurisdiction.layer_at(TODAY)
    kind = random.choice([name for name in TRANSITIONS if name != "received"])
    carried = {
        "answered": {"text": "Đã dọn", "media": ("https://example.org/a.jpg",) * int(random.integers(2))},
        "rejected": {"text": "Không phải"},
        "moved": {"unit_id": random.choice(layer.units).id, "generation_id": layer.generation.id},
        "merged": {"duplicate_of": other},
        "rated": {"satisfied": bool(random.integers(2))},
    }
    try:
        with engine.begin() as connection:
            add_event(connection, HANOI.id, id, Event(str(kind), **carried.get(kind, {})), ADMIN)
    except RefusedError:
        return None
    return str(kind)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_is_followed(engine, dispatch, demo, monkeypatch, seed):
    """Events of every kind, reports that come late or are imported; nobody tells that something has happened."""
    monkeypatch.setattr(store, "PAGE", 7)  # so that there are many pages
    random = np.random.default_rng(seed)
    newest = len(demo.reports)
    add(engine, demo, slice(newest - 900, newest - 300))
    ready = live(engine, dispatch)
    assert_as_the_rows(ready, engine, dispatch)
    happened = set()
    for round in range(4):
        add(engine, demo, slice(newest - 300 + 50 * round, newest - 250 + 50 * round))
        add(engine, demo, slice(newest - 960 + 10 * round, newest - 950 + 10 * round))
        ids = demo.reports.id[newest - 400 : newest - 300].tolist()
        happened |= {happen(engine, dispatch, ids, random) for _ in range(60)}
        assert ready.refresh() is False
        held = assert_as_the_rows(ready, engine, dispatch)
    assert happened - {None} == set(TRANSITIONS) - {"received"}
    # A process that starts now holds the same.
    assert assert_as_the_rows(live(engine, dispatch), engine, dispatch) == held


def test_a_database_without_reports_is_followed_from_its_first_one(engine, dispatch, demo):
    ready = live(engine, dispatch)
    assert len(ready.wait(0).outcomes(dt.date(1970, 1, 1), TODAY, None)) == 0
    add(engine, demo, slice(0, 6000))  # two years, and not in the order of time
    ready.refresh()
    assert (assert_as_the_rows(ready, engine, dispatch), TODAY - date_of(ready.wait(0).first)) == (
        assert_as_the_rows(live(engine, dispatch), engine, dispatch), dt.timedelta(recent.DAYS - 1),
    )  # fmt: skip


def test_older_days_are_not_held_nor_more_reports_than_may_be(engine, dispatch, demo, monkeypatch):
    add(engine, demo, slice(3000, 6000))
    ready = live(engine, dispatch)
    n, first = assert_as_the_rows(ready, engine, dispatch), date_of(ready.wait(0).first)
    assert ready.wait(0).outcomes(first - dt.timedelta(1), TODAY, None) is None
    monkeypatch.setattr(recent, "MOST", n - 1)
    fewer = live(engine, dispatch)
    assert assert_as_the_rows(fewer, engine, dispatch) < n
    assert fewer.wait(0).outcomes(first, TODAY, None) is None


def test_a_transaction_that_commits_late_is_not_lost(engine, dispatch, demo):
    with engine.begin() as connection:  # who makes a month holds up all others that want it
        months.ensure(connection, np.unique(demo.reports.reported_at.astype("datetime64[M]")).astype("M8[D]").tolist())
    add(engine, demo, slice(5000, 5800))
    chosen = np.arange(5800, 5900)
    with engine.begin() as slow:
        events = demo.events.take(np.isin(demo.events.report, chosen))
        events.report[:] -= 5800
        add_reports(slow, HANOI.id, demo.reports.take(chosen), demo.course.take(chosen), events)
        add(engine, demo, slice(5900, 5950))
        ready = LiveOutcomes(engine, lambda: dispatch, lambda: TODAY)
        assert ready.refresh() is True
        add(engine, demo, slice(5950, 6000))
        assert ready.refresh() is True
    assert ready.refresh() is False
    assert_as_the_rows(ready, engine, dispatch)


def test_a_lost_connection_loses_nothing(engine, city_database, dispatch, demo, monkeypatch):
    monkeypatch.setattr(store, "PAGE", 20)
    add(engine, demo, slice(5000, 5900))
    ready = live(engine, dispatch)
    add(engine, demo, slice(5900, 6000))
    read, asked = store.read_rows, []

    def cut(connection, *question):
        asked.append(question)
        if len(asked) == 3:
            with city_database.connect("postgres") as other:
                other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                              " current_database() AND pid <> pg_backend_pid()")  # fmt: skip
        return read(connection, *question)

    with monkeypatch.context() as broken:
        broken.setattr(store, "read_rows", cut)
        with pytest.raises(SetupError):
            ready.refresh()
    assert ready.refresh() is False
    assert_as_the_rows(ready, engine, dispatch)


def test_new_wards_or_hours_are_read_anew_and_open_reports_that_follow_the_boundaries_too(engine, dispatch, demo):
    add(engine, demo, slice(5000, 6000))
    day = [BEFORE_THE_REFORM]
    longer = dataclasses.replace(dispatch.calendar, weekdays=tuple(range(7)))
    rules = [dispatch.rules, dataclasses.replace(dispatch.rules, calendar=longer)]
    ready = LiveOutcomes(engine, lambda: dataclasses.replace(dispatch, rules=rules[0]), lambda: day[0])
    ready.refresh()
    assert_as_the_rows(ready, engine, dispatch, day[0])
    day[0] = TODAY
    ready.refresh()
    assert_as_the_rows(ready, engine, dispatch)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE report SET generation_id = (SELECT min(generation_id) FROM report)")
        assert move_open_reports(lambda step: step(connection), dispatch, TODAY) > 0
    ready.refresh()
    assert_as_the_rows(ready, engine, dispatch)
    rules.reverse()
    ready.refresh()
    assert_as_the_rows(ready, engine, dataclasses.replace(dispatch, rules=rules[0]))


def test_without_wards_of_today_nothing_is_held(engine, dispatch, demo):
    add(engine, demo, slice(5900, 6000))
    ready = LiveOutcomes(engine, lambda: dispatch, lambda: dt.date(1990, 1, 1))
    assert (ready.refresh(), ready.wait(0)) == (False, None)
