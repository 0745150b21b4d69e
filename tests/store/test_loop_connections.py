"""Statements on an event loop are committed when they are answered, and what breaks one does not reach the next."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
import uvloop

from geo.errors import SetupError
from geo.store import loop_connections
from geo.store.engine import PoolUse, open_engine
from geo.store.loop_connection import LoopConnection
from geo.store.loop_connections import LoopConnections
from tests.conftest import Database

STATEMENTS = {
    b"add": "INSERT INTO said (id, text) VALUES ($1::int, $2::text)",
    b"late": "INSERT INTO late (id) VALUES ($1::int)",
    b"wait": "INSERT INTO said (id, text) SELECT $1::int, pg_sleep(60)::text",
}
OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^(INSERT|SET)' AND pid <> pg_backend_pid()"
)
WAITS = f"SELECT count(*) {OTHERS} AND wait_event = 'PgSleep'"
END = f"SELECT count(pg_terminate_backend(pid, 5000)) {OTHERS}"


@pytest.fixture
def sql(empty_database: Database) -> Iterator[psycopg.Connection]:
    with empty_database.connect() as connection:
        connection.execute("CREATE TABLE said (id int PRIMARY KEY, text text)")
        connection.execute("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        yield connection


@contextmanager
def pool(database: Database, most: int = 2) -> Iterator[LoopConnections]:
    engine = open_engine(database.url)
    connections = LoopConnections(engine, STATEMENTS, most)
    yield connections
    connections.close()
    engine.dispose()


def run(
    database: Database,
    work: Callable[[LoopConnections], Awaitable[None]],
    most: int = 2,
) -> None:
    async def main() -> None:
        with pool(database, most) as connections:
            await work(connections)
        assert connections.use == PoolUse(0, 0, most)

    asyncio.run(main())


async def shown(sql: psycopg.Connection, query: str) -> None:
    """Wait until a query counts something."""
    while sql.execute(query).fetchone() == (0,):
        await asyncio.sleep(0.01)


def ids(sql: psycopg.Connection) -> list[int]:
    return [id for (id,) in sql.execute("SELECT id FROM said ORDER BY id")]


def test_many_at_once_share_a_few_connections(empty_database: Database, sql: psycopg.Connection) -> None:
    async def work(connections: LoopConnections) -> None:
        counts = await asyncio.gather(*(connections.run(b"add", [n, "Rác"]) for n in range(100)))
        assert counts == [1] * 100
        assert connections.use == PoolUse(0, 2, 2)

    run(empty_database, work)
    assert ids(sql) == list(range(100))


def test_what_no_socket_takes_at_once_is_sent_all_the_same(empty_database: Database, sql: psycopg.Connection) -> None:
    text = "một " * 8_000_000

    async def work(connections: LoopConnections) -> None:
        assert await connections.run(b"add", [1, text]) == 1

    run(empty_database, work)
    assert sql.execute("SELECT md5(text) = md5(repeat('một ', 8000000)) FROM said").fetchone() == (True,)


def test_what_is_refused_is_told_also_at_the_commit_and_harms_no_other(
    empty_database: Database, sql: psycopg.Connection
) -> None:
    async def work(connections: LoopConnections) -> None:
        for name, values in ((b"add", [1, "a"]), (b"late", [1])):
            assert await connections.run(name, values) == 1
            with pytest.raises(psycopg.errors.UniqueViolation):
                await connections.run(name, values)
        assert await connections.run(b"add", [2, "b"]) == 1
        assert connections.use == PoolUse(0, 1, 2)

    run(empty_database, work)
    assert ids(sql) == [1, 2]
    assert sql.execute("SELECT id FROM late").fetchall() == [(1,)]


def test_a_statement_that_is_broken_off_leaves_nothing_to_the_next(
    empty_database: Database, sql: psycopg.Connection
) -> None:
    async def work(connections: LoopConnections) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connections.run(b"wait", [1]), 0.5)
        assert await connections.run(b"add", [2, "b"]) == 1

    run(empty_database, work, most=1)
    assert 2 in ids(sql)


def test_a_connection_that_ended_unseen_is_not_used_again(empty_database: Database, sql: psycopg.Connection) -> None:
    async def work(connections: LoopConnections) -> None:
        await connections.run(b"add", [1, "a"])
        assert sql.execute(END).fetchone() == (1,)
        async with asyncio.timeout(10):
            while connections.use != PoolUse(0, 0, 2):
                await asyncio.sleep(0)
        assert await connections.run(b"add", [2, "b"]) == 1

    run(empty_database, work)
    assert ids(sql) == [1, 2]


def test_a_connection_that_ends_meanwhile_is_told_and_the_next_is_another(
    empty_database: Database, sql: psycopg.Connection
) -> None:
    async def work(connections: LoopConnections) -> None:
        waiting = asyncio.create_task(connections.run(b"wait", [1]))
        await shown(sql, WAITS)
        sql.execute(END)
        with pytest.raises(SetupError, match="does not answer"):
            await waiting
        assert await connections.run(b"add", [2, "b"]) == 1

    run(empty_database, work, most=1)
    assert ids(sql) == [2]


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_server_that_ends_without_having_read_all_is_told(
    empty_database: Database, sql: psycopg.Connection, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    """Its last words come together with a reset, of which uvloop tells once and then no more."""

    async def main() -> None:
        with empty_database.connect() as driver:
            driver.pgconn.prepare(b"wait", STATEMENTS[b"wait"].encode())
            connection = LoopConnection(driver)
            waiting = asyncio.create_task(connection.run(b"wait", [1]))
            await shown(sql, WAITS)
            os.write(driver.fileno(), b"unread")
            sql.execute(END)
            with pytest.raises(psycopg.OperationalError, match="administrator command"):
                await asyncio.wait_for(waiting, 10)
            assert connection.closed

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


def test_who_waits_too_long_for_a_connection_is_told(
    empty_database: Database, sql: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_connections, "_PATIENCE_S", 0.2)

    async def work(connections: LoopConnections) -> None:
        waiting = asyncio.create_task(connections.run(b"wait", [1]))
        await shown(sql, WAITS)
        assert connections.use == PoolUse(1, 0, 1)
        with pytest.raises(SetupError, match="busy"):
            await connections.run(b"add", [2, "b"])
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await connections.run(b"add", [3, "c"]) == 1

    run(empty_database, work, most=1)
    assert 3 in ids(sql)


def test_without_a_database_it_is_told_and_tried_again(empty_database: Database, sql: psycopg.Connection) -> None:
    async def work(connections: LoopConnections) -> None:
        sql.execute("ALTER TABLE said RENAME TO gone")
        with pytest.raises(psycopg.errors.UndefinedTable):
            await connections.run(b"add", [1, "a"])
        sql.execute("ALTER TABLE gone RENAME TO said")
        assert await connections.run(b"add", [1, "a"]) == 1

    run(empty_database, work)
    gone = Database(empty_database.cluster, "gone")

    async def refused(connections: LoopConnections) -> None:
        with pytest.raises(SetupError, match="does not answer"):
            await connections.run(b"add", [1, "a"])

    run(gone, refused)
