"""Events happen one after another to a report, and a follower of the log misses none, whenever they commit."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from threading import Event as Signal
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from geo.access import Caller
from geo.columns import column
from geo.demo.reports import make_demo
from geo.errors import ChangedError, HienTruongError, InputError, NotFoundError, RefusedError
from geo.reports.course import arrived
from geo.reports.lifecycle import Event, Progress, TransitionError
from geo.store.changes import CHANNEL, Cursor, read_changes
from geo.store.engine import open_engine
from geo.store.events import add_event, read_events
from geo.store.report_reading import find_report
from geo.store.reports import add_reports
from geo.store.territories import put_territory
from geo.units.territory import HANOI
from tests.conftest import Database

NOW = np.datetime64("2026-01-05T03:00", "ms")
ADMIN = Caller("admin", "tests")
ANSWER = Event("answered", "Đã dọn", ("https://example.org/a.jpg",))


@pytest.fixture
def ids(city_database: Database, dispatch) -> list[UUID]:
    """Some reports that have just arrived."""
    reports = make_demo(dispatch, NOW, n=20).reports
    with city_database.transaction() as connection:
        assert add_reports(connection, HANOI.id, reports, *arrived(reports)).all()
    return reports.id.tolist()


def read_all(database: Database, after: Cursor = Cursor(), limit: int = 7) -> tuple[list[int], Cursor]:  # noqa: B008
    """Follow the log from a place to its end, page by page."""
    events: list[int] = []
    with database.transaction() as connection:
        while True:
            page = read_changes(connection, HANOI.id, after, limit)
            events += page.changes.event.tolist()
            if page.next == after or not len(page.changes):
                return events, page.next
            after = page.next


def test_the_row_is_what_the_events_make_of_it(city_database, ids):
    steps = [
        Event("assigned", lead="URENCO", cooperating=("Ban qua\u0309n ly\u0301",)),
        Event("in_progress"),
        Event("answered", "Đã xử lý"),
        Event("rated", satisfied=False),
        Event("reopened"),
        ANSWER,
        Event("rated", satisfied=True),
        Event("closed"),
    ]
    seen = []
    with city_database.transaction() as connection:
        for step in steps:
            added = add_event(connection, HANOI.id, ids[0], step, ADMIN)
            row = find_report(connection, HANOI.id, ids[0])
            assert added.progress == Progress(**{name: row[name] for name in Progress.__dataclass_fields__})
            seen.append((row["status"], row["evidence"], row["satisfied"], row["reopened"]))
        history = read_events(connection, ids[0])
    assert seen == [
        ("waiting", None, None, 0),
        ("in_progress", None, None, 0),
        ("resolved", False, None, 0),
        ("resolved", False, False, 0),
        ("waiting", None, None, 1),
        ("resolved", True, None, 1),
        ("resolved", True, True, 1),
        ("resolved", True, True, 1),
    ]
    assert (row["lead"], row["cooperating"]) == ("URENCO", ["Ban quản lý"])
    assert row["closed_at"] == row["updated_at"] == history[-1]["at"]
    assert [each["kind"] for each in history] == ["received", *[step.kind for step in steps]]
    assert [each["before"] for each in history[1:]] == [each["status"] for each in history[:-1]]


def test_of_many_answers_at_once_one_is_taken(city_database, ids):
    n = 12
    begin = Barrier(n)
    engine = open_engine(city_database.url)

    def answer(_: int) -> str:
        with engine.connect() as connection:
            begin.wait()
            try:
                with connection.begin():
                    add_event(connection, HANOI.id, ids[0], ANSWER, ADMIN)
            except TransitionError as error:
                return str(error)
            return "taken"

    with ThreadPoolExecutor(n) as threads:
        told = Counter(threads.map(answer, range(n)))
    with engine.connect() as connection:
        history = read_events(connection, ids[0])
    engine.dispose()
    assert told.pop("taken") == 1
    [(why, refused)] = told.items()
    assert refused == n - 1
    assert "resolved: allowed now are reopened, closed, rated" in why
    assert [each["kind"] for each in history] == ["received", "answered"]


def test_two_reports_cannot_be_merged_into_each_other(city_database, ids):
    begin = Barrier(2)
    engine = open_engine(city_database.url)

    def merge(pair: tuple[UUID, UUID]) -> bool:
        with engine.connect() as connection:
            begin.wait()
            try:
                with connection.begin():
                    add_event(connection, HANOI.id, pair[0], Event("merged", duplicate_of=pair[1]), ADMIN)
            except RefusedError:
                return False
            return True

    with ThreadPoolExecutor(2) as threads:
        for one, other in zip(ids[0::2], ids[1::2], strict=True):
            assert sorted(threads.map(merge, [(one, other), (other, one)])) == [False, True]
    engine.dispose()


def test_what_changed_since_it_was_read_is_refused(city_database, ids):
    with city_database.transaction() as connection:
        [received] = read_events(connection, ids[0])
        add_event(
            connection, HANOI.id, ids[0], Event("in_progress"), ADMIN, status="waiting", seen_events=[received["id"]]
        )
        for seen in ({"status": "waiting"}, {"seen_events": [received["id"]]}):
            with pytest.raises(ChangedError, match="read it again"):
                add_event(connection, HANOI.id, ids[0], ANSWER, ADMIN, **seen)
        for unknown in (UUID(int=1), UUID(int=2**128 - 1)):
            with pytest.raises(NotFoundError):
                add_event(connection, HANOI.id, unknown, ANSWER, ADMIN)
            with pytest.raises(HienTruongError):
                add_event(connection, HANOI.id, ids[1], Event("merged", duplicate_of=unknown), ADMIN)


def test_a_report_of_another_city_is_not_there(city_database, ids):
    with city_database.transaction() as connection:
        put_territory(connection, replace(HANOI, id="hcmc"))
        connection.execute(text("UPDATE report SET territory_id = 'hcmc' WHERE id = :id"), {"id": ids[0]})
        assert find_report(connection, "hcmc", ids[0])["id"] == ids[0]
        with pytest.raises(NotFoundError):
            find_report(connection, HANOI.id, ids[0])
        with pytest.raises(NotFoundError):
            add_event(connection, HANOI.id, ids[0], ANSWER, ADMIN)
        with pytest.raises(InputError, match="there is no report"):
            add_event(connection, HANOI.id, ids[1], Event("merged", duplicate_of=ids[0]), ADMIN)


def test_a_follower_misses_nothing_of_a_transaction_that_was_long_open(city_database, ids):
    """The first transaction takes early event ids and commits last: a reader by id alone would pass over them."""
    with city_database.transaction() as early:
        add_event(early, HANOI.id, ids[0], Event("in_progress"), ADMIN)
        with city_database.transaction() as late:
            add_event(late, HANOI.id, ids[1], Event("in_progress"), ADMIN)
        before, cursor = read_all(city_database)
        with city_database.transaction() as connection:
            page = read_changes(connection, HANOI.id, cursor, 10)
        assert page.held_back
        assert len(before) == len(ids)
    after, _ = read_all(city_database, cursor)
    with city_database.connect() as sql:
        stored = sql.execute("SELECT e.id FROM report_event e WHERE kind = 'in_progress' ORDER BY id").fetchall()
    assert after == [id for (id,) in stored]
    assert len(after) == 2


def test_a_follower_beside_many_writers_reads_each_event_once(city_database, ids):
    writers, rounds = 6, 15
    engine = open_engine(city_database.url)
    done = Signal()

    def write(number: int) -> None:
        random = np.random.default_rng(number)
        for _ in range(rounds):
            with engine.begin() as connection:
                # Sorted, so that writers of several reports don't deadlock; transactions of different length overlap.
                for id in sorted(random.choice(column(ids), random.integers(1, 4), replace=False)):
                    add_event(connection, HANOI.id, id, Event("assigned"), ADMIN)

    def follow() -> list[int]:
        read, cursor = [], Cursor()
        while True:
            ended = done.is_set()
            more, cursor = read_all(city_database, cursor, limit=50)
            read += more
            if ended and not more:
                return read

    with ThreadPoolExecutor(writers + 1) as threads, city_database.connect() as idle:
        following = threads.submit(follow)
        try:
            with idle.transaction():
                idle.execute("SELECT pg_current_xact_id()")  # stays open while others come and go
                list(threads.map(write, range(writers // 2)))
            list(threads.map(write, range(writers // 2, writers)))
        finally:
            done.set()
        read = following.result()
    engine.dispose()
    with city_database.connect() as sql:
        stored = [id for (id,) in sql.execute("SELECT id FROM report_event ORDER BY id")]
    assert sorted(read) == stored


def test_the_log_adds_up_to_the_reports(city_database, dispatch):
    demo = make_demo(dispatch, NOW, n=500)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events)
    with city_database.transaction() as connection:
        changes = read_changes(connection, HANOI.id, Cursor(), 10_000).changes
        assert read_changes(connection, "elsewhere", Cursor(), 10_000).changes.event.tolist() == []
    counts = Counter(zip(changes.category, changes.cell.tolist(), changes.status, strict=True))
    counts.subtract(zip(changes.category, changes.cell.tolist(), changes.before, strict=True))
    left = {key: n for key, n in counts.items() if key[2] is not None and n}
    with city_database.connect() as sql:
        rows = sql.execute("SELECT category, cell, status, count(*) FROM report GROUP BY 1, 2, 3").fetchall()
    assert left == {tuple(key): n for *key, n in rows}


def test_a_transaction_is_announced_once_when_it_commits(city_database, ids):
    with city_database.connect() as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with city_database.transaction() as connection:
            for id in ids:
                add_event(connection, HANOI.id, id, ANSWER, ADMIN)
            assert list(listener.notifies(timeout=0)) == []
        told = list(listener.notifies(timeout=5, stop_after=1)) + list(listener.notifies(timeout=0))
    assert [each.channel for each in told] == [CHANNEL]
