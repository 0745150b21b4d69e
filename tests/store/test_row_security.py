"""PostgreSQL keeps an officer to the own unit, whatever a query forgets."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from geo.access import Caller
from geo.reports.lifecycle import Event
from geo.store.cluster import PrivateCluster
from geo.store.engine import open_engine
from geo.store.events import add_event
from geo.store.row_security import OFFICER, act_as_officer
from geo.units.territory import HANOI
from tests.conftest import Database, cloned


@pytest.fixture(scope="module")
def database(shared_cluster: PrivateCluster, demo_city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, demo_city.name) as database:
        with database.transaction() as connection:
            # As if all of them had come by Open311 and answered its questions.
            answered = "INSERT INTO report_attributes SELECT id, reported_at, '{}' FROM report"
            connection.execute(text(answered))
        yield database


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """One connection, as a pool gives it to one request after another."""
    engine = open_engine(database.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def unit(connection: Connection) -> int:
    busiest = "SELECT unit_id FROM report WHERE status = 'waiting' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    with connection.begin():
        return connection.scalar(text(busiest))


def ask(connection: Connection, query: str, **values: object) -> list[tuple]:
    return [tuple(row) for row in connection.execute(text(query), values)]


def test_a_query_that_forgets_its_where_shows_one_unit_only(connection: Connection, unit: int) -> None:
    of_unit = "SELECT id FROM report WHERE unit_id = :unit ORDER BY id"
    events = "SELECT e.id FROM report_event e JOIN report r ON r.id = e.report_id WHERE r.unit_id = :unit ORDER BY e.id"
    with connection.begin():
        everything = ask(connection, "SELECT count(*) FROM report")
        reports, history = ask(connection, of_unit, unit=unit), ask(connection, events, unit=unit)
    with connection.begin():
        act_as_officer(connection, unit)
        assert ask(connection, "SELECT id FROM report ORDER BY id") == reports
        assert ask(connection, "SELECT id FROM report_event ORDER BY id") == history
        assert ask(connection, "SELECT report_id FROM report_attributes ORDER BY report_id") == reports
    assert 0 < len(reports) < everything[0][0]
    with connection.begin():  # the pool gives the connection to somebody else
        assert ask(connection, "SELECT count(*) FROM report") == everything


def test_an_officer_without_a_unit_sees_nothing(connection: Connection, unit: int) -> None:
    for before in (None, unit):  # in a fresh session, and in one that an officer has used
        if before is not None:
            with connection.begin():
                act_as_officer(connection, before)
        with connection.begin():
            connection.execute(text(f"SET LOCAL ROLE {OFFICER}"))
            assert ask(connection, "SELECT count(*) FROM report") == [(0,)]
            assert ask(connection, "SELECT count(*) FROM report_event") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM {month}",
        "SELECT count(*) FROM api_key",
        "SELECT count(*) FROM audit",
        "SELECT count(*) FROM idempotency_key",
        "SELECT count(*) FROM external_reference",
        "DELETE FROM report",
        "DELETE FROM report_event",
        "UPDATE report SET unit_id = unit_id",
        "UPDATE report SET description = ''",
        "UPDATE report_event SET text = ''",
        "INSERT INTO report SELECT * FROM report LIMIT 1",
    ],
)
def test_an_officer_can_go_round_it_nowhere(connection: Connection, unit: int, statement: str) -> None:
    with connection.begin():
        [(month,)] = ask(connection, "SELECT min(inhrelid::regclass::text) FROM pg_inherits JOIN pg_class ON"
                         " pg_class.oid = inhrelid WHERE inhparent = 'report'::regclass AND relkind = 'r'")  # fmt: skip
    with connection.begin():
        act_as_officer(connection, unit)
        with pytest.raises(ProgrammingError) as refused, connection.begin_nested():
            connection.execute(text(statement.format(month=month)))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_an_officer_answers_a_report_of_the_own_unit_and_finds_no_other(connection: Connection, unit: int) -> None:
    with connection.begin():
        [(id, code)] = ask(
            connection,
            "SELECT r.id, code FROM report r JOIN unit u ON u.id = unit_id"
            " WHERE unit_id = :unit AND status = 'waiting' AND closed_at IS NULL LIMIT 1",
            unit=unit,
        )
        [(foreign,)] = ask(connection, "SELECT report_id FROM report_event e JOIN report r ON r.id = e.report_id"
                           " WHERE r.unit_id <> :unit LIMIT 1", unit=unit)  # fmt: skip
    officer = Caller("officer", "key:1", code)
    with connection.begin():
        act_as_officer(connection, unit)
        assert (
            add_event(connection, HANOI.id, id, Event("answered", "Đã thu gom"), officer).progress.status == "resolved"
        )
    with connection.begin():
        assert ask(connection, "SELECT status FROM report WHERE id = :id", id=id) == [("resolved",)]
    insert = (
        "INSERT INTO report_event (report_id, reported_at, at, kind, status, actor, text, media)"
        " VALUES (:id, now(), now(), 'closed', 'resolved', 'x', '', '{}')"
    )
    with connection.begin():
        act_as_officer(connection, unit)
        with pytest.raises(ProgrammingError, match="row-level security"), connection.begin_nested():
            connection.execute(text(insert), {"id": foreign})
