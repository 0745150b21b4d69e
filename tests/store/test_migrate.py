"""The schema goes up and down, agrees with the classes, and holds its own promises."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from geo.store import migrate, months
from tests.conftest import Database

RELATIONS = """
    SELECT relnamespace::regnamespace || '.' || relname FROM pg_class
    WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)' AND relname !~ '^alembic_version'
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'
"""
TERRITORY = "INSERT INTO territory VALUES (%s, 'Thành phố', 'City', 'Asia/Ho_Chi_Minh', '{vi}', 'VN', 32648)"
GENERATION = """
    INSERT INTO generation (
        territory_id, level, valid_from, valid_to, state, schematic, source, licence, checksum, checks, loaded_by)
    VALUES (%s, %s, %s, %s, %s, false, '', '', '', '{}', '')
"""


def relations(database: Database) -> set[str]:
    """All tables, indexes and schemas, but alembic's own table."""
    with database.connect() as connection:
        return {name for (name,) in connection.execute(RELATIONS)}


def test_the_database_agrees_with_the_classes(database):
    migrate.check(database.url)


def test_it_agrees_with_extensions_of_others_and_with_months(database):
    with database.connect("postgres") as connection:
        connection.execute("CREATE EXTENSION postgis_topology")
        connection.execute("CREATE EXTENSION fuzzystrmatch")
        connection.execute("CREATE EXTENSION postgis_tiger_geocoder")
    with database.transaction() as connection:
        months.ensure(connection, [dt.date(2025, 12, 1), dt.date(2026, 1, 1)])
    migrate.check(database.url)


def test_down_leaves_nothing_of_ours_and_up_brings_all_back(database, empty_database):
    before = relations(database)
    with database.transaction() as connection:
        months.ensure(connection, [dt.date(2026, 1, 1)])
    assert relations(database) - before == {"report_months.report_2026_01"} | {
        f"report_months.report_2026_01_{name}"
        for name in (
            "pkey",
            "cell_reported_at_idx",
            "unit_id_reported_at_idx",
            "reported_at_idx",
            "territory_id_generation_id_idx",
        )
    }
    migrate.downgrade(database.url, "base")
    assert relations(database) == relations(empty_database)
    migrate.upgrade(database.url)
    assert relations(database) == before
    migrate.check(database.url)


def test_a_database_of_any_age_is_brought_to_the_newest_schema(empty_database):
    migrate.ensure_newest(empty_database.url)
    migrate.check(empty_database.url)
    migrate.downgrade(empty_database.url, "0001")
    migrate.ensure_newest(empty_database.url)
    migrate.check(empty_database.url)


def test_two_that_start_at_once_both_succeed(empty_database):
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(migrate.upgrade, empty_database.url) for _ in range(2)]:
            done.result()
    migrate.check(empty_database.url)


def test_a_database_that_somebody_else_made_gets_the_extensions(empty_database):
    with empty_database.connect("postgres") as connection:
        connection.execute("DROP EXTENSION postgis")
        connection.execute("DROP EXTENSION btree_gist")
        connection.execute("ALTER ROLE hientruong SUPERUSER")
    try:
        migrate.upgrade(empty_database.url)
    finally:
        with empty_database.connect("postgres") as connection:
            connection.execute("ALTER ROLE hientruong NOSUPERUSER")
    migrate.check(empty_database.url)


@pytest.fixture
def generations(database):
    with database.connect() as connection:
        connection.execute(TERRITORY, ("hanoi",))
        connection.execute(TERRITORY, ("hue",))
        connection.execute(GENERATION, ("hanoi", "ward", "2024-01-01", "2025-07-01", "active"))
        yield connection


@pytest.mark.parametrize(
    ("first", "last"), [("2025-06-30", None), ("2020-01-01", "2024-01-02"), ("2024-02-01", "2024-03-01")]
)
def test_the_database_refuses_overlapping_periods(generations, first, last):
    with pytest.raises(psycopg.errors.ExclusionViolation, match="ex_generation_period"):
        generations.execute(GENERATION, ("hanoi", "ward", first, last, "active"))


@pytest.mark.parametrize(
    ("territory", "level", "first", "last", "state"),
    [
        ("hanoi", "ward", "2025-07-01", None, "active"),
        ("hanoi", "ward", "2020-01-01", "2024-01-01", "active"),
        ("hanoi", "district", "2024-01-01", "2025-07-01", "active"),
        ("hue", "ward", "2024-01-01", "2025-07-01", "active"),
        ("hanoi", "ward", "2024-01-01", "2025-07-01", "draft"),
    ],
)
def test_the_database_takes_what_does_not_overlap(generations, territory, level, first, last, state):
    generations.execute(GENERATION, (territory, level, first, last, state))
    assert generations.execute("SELECT count(*) FROM generation").fetchone() == (2,)


def test_the_database_refuses_a_period_without_a_day(generations):
    with pytest.raises(psycopg.errors.CheckViolation, match="ck_generation_period"):
        generations.execute(GENERATION, ("hanoi", "district", "2024-01-01", "2024-01-01", "active"))
