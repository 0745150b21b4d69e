"""A backup restored into another server gives the same counts and answers; the commands are those of the docs."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, text

from geo.columns import utc_now
from geo.counting.axes import Axes
from geo.counting.cube import Query
from geo.demo.reports import make_demo
from geo.lookup.answers import Asked, answer_many
from geo.lookup.dispatch import Dispatch
from geo.store.binaries import find_server
from geo.store.boundaries import read_dispatch
from geo.store.changes import Cursor, read_changes
from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.cube import read_cube
from geo.store.engine import open_engine
from geo.store.migrate import check
from geo.store.pseudonyms import read_or_make_key
from geo.store.ranking import read_cases
from geo.store.reports import add_reports
from geo.store.row_security import OFFICER, act_as_officer
from geo.units.territory import HANOI
from geo.wards.cases import Cases
from geo.wards.outcomes import Outcomes
from geo.wards.ranking import Period
from tests.api.serving import COMMAND, clean_environment
from tests.conftest import Database

DOCS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
N = 2000


def block(heading: str, kind: str = "bash", number: int = 0) -> str:
    """Take a block of commands from the page."""
    section = re.split(r"^## ", DOCS, flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(f"{heading}\n")]
    return re.findall(rf"^```{kind}\n(.*?)^```$", found, re.MULTILINE | re.DOTALL)[number]


def run(commands: str, **environment: object) -> str:
    path = f"{COMMAND.parent}:{find_server().folder}:{os.environ['PATH']}"
    variables = clean_environment(**{name: str(value) for name, value in environment.items()}) | {"PATH": path}
    done = subprocess.run(["bash", "-euc", commands], env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


@pytest.fixture
def managed(server_folder: Path) -> Iterator[Database]:
    """A server of somebody else, on which its administrator has done what the page says."""
    cluster = PrivateCluster(server_folder / "managed", durable=False)
    with cluster.running():
        with cluster.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE {DATABASE}")
            connection.execute(f"DROP ROLE {OFFICER}")
            connection.execute(f"DROP ROLE {DATABASE}")
        superuser = libpq(cluster.url("postgres")).replace(f"{DATABASE}@", "postgres@")
        run(f"psql --set=ON_ERROR_STOP=1 '{superuser}' <<'SQL'\n{block('Restore', 'sql')}SQL\n")
        yield Database(cluster, DATABASE)


@pytest.fixture
def filled(city_database: Database, dispatch: Dispatch) -> Database:
    made = make_demo(dispatch, utc_now(), n=N)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, made.reports, made.course, made.events)
    return city_database


def tables(connection: Connection) -> dict[str, int]:
    names = connection.scalars(
        text("SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables WHERE relname <> 'spatial_ref_sys'")
    ).all()
    return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in sorted(names)}


def answers(database: Database) -> dict[str, object]:
    """Ask a database in each of the ways in which people do."""
    engine = open_engine(database.url)
    with engine.begin() as connection:
        dispatch = read_dispatch(connection, HANOI.id)
        jurisdiction, today = dispatch.jurisdiction, HANOI.today()
        west, south, east, north = jurisdiction.extent
        lon, lat = np.random.default_rng(3).uniform([west, south], [east, north], (500, 2)).T
        asked = Asked(lon, lat, np.repeat(np.array(["2025-06-30", "2025-07-01"], "M8[D]"), 250))
        located = answer_many(dispatch, asked).rows(["unit_code", "unit_name", "how", "border_m"])
        first, layer = today.replace(year=today.year - 1), jurisdiction.layer_at(today)
        cases = Cases.joined(read_cases(connection, jurisdiction, first, today, today))
        units = sorted(unit.id for unit in layer.units)
        outcomes = Outcomes.of(cases, units, dispatch.calendar)
        figures = Period.exact(outcomes, len(units), np.datetime64("2026-01-01T00:00"))
        told = tables(connection)
        busiest = "SELECT unit_id FROM report GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        unit = connection.scalar(text(busiest))
        act_as_officer(connection, unit)
        officer = connection.execute(text("SELECT unit_id, count(*) FROM report GROUP BY 1")).all()
    axes = Axes(tuple(category.code for category in dispatch.categories), jurisdiction.layers)
    counts = read_cube(engine, jurisdiction.territory, axes).cube.counts(Query(first, today, 8))
    engine.dispose()
    return {
        "tables": told,
        "locate": located,
        "ranking": {name: np.asarray(values).tolist() for name, values in vars(figures.wards).items()},
        "hexes": dict(zip(counts.cell.tolist(), counts.count.tolist(), strict=True)),
        "officer": [tuple(row) for row in officer],
    }


def test_a_restored_backup_gives_the_same_counts_and_answers(filled, managed, tmp_path, dispatch) -> None:
    data, backup, keys = (tmp_path / name for name in ("data", "backup", "keys"))
    for folder in (data, backup, keys):
        folder.mkdir()
    key = read_or_make_key(data)
    places = {"OLD": libpq(filled.url), "NEW": libpq(managed.url), "BACKUP": backup, "KEYS": keys}
    run(block("Back up"), **places, HIENTRUONG_DATA_DIR=data)
    before = answers(filled)
    shutil.rmtree(data)

    run(block("Restore"), **places)
    after = answers(managed)
    assert before["tables"]["public.report_event"] > N
    assert sum(before["hexes"].values()) > N / 2
    assert [count for _, count in before["officer"]] != [N], "one unit's reports"
    for what, told in before.items():
        assert repr(after[what]) == repr(told), what
    check(managed.url)
    told = block("Restore", number=1)
    assert run(told, **places) == run(told.replace("$NEW", "$OLD"), **places)
    assert read_or_make_key(keys) == key

    made = make_demo(dispatch, utc_now(), n=3, seed=5)
    reports = replace(made.reports, external_id=made.reports.external_id + "-new")
    with managed.transaction() as connection:
        add_reports(connection, HANOI.id, reports, made.course, made.events)
    with managed.transaction() as connection:
        page = read_changes(connection, HANOI.id, Cursor(), 1_000_000)
    order = page.changes.xact.tolist()
    restored = before["tables"]["public.report_event"]
    assert set(order[:restored]) == {0}
    assert len(order) > restored
    assert min(order[restored:]) > 0, "what is new comes last in the log"


def test_a_month_is_archived_and_dropped_and_the_others_stay(filled, tmp_path) -> None:
    month = "report_" + str(np.datetime64(utc_now(), "M") - 5).replace("-", "_")
    begin, end = (str(np.datetime64(utc_now(), "M") - ago) for ago in (5, 4))
    commands = block("Partitions").replace("report_2024_01", month)
    commands = commands.replace("2024-01-01", f"{begin}-01").replace("2024-02-01", f"{end}-01")
    with filled.transaction() as connection:
        (inside,) = connection.execute(text(f"SELECT count(*) FROM report_months.{month}")).one()
    run(commands, OLD=libpq(filled.url), BACKUP=tmp_path)
    with filled.transaction() as connection:
        assert 0 < inside < N
        assert connection.scalar(text("SELECT count(*) FROM report")) == N - inside
        orphans = "SELECT count(*) FROM report_event e WHERE NOT EXISTS (SELECT FROM report r WHERE r.id = e.report_id)"
        assert connection.scalar(text(orphans)) == 0
        assert connection.scalar(text("SELECT count(*) FROM external_reference")) == N
    listed = run(f"pg_restore --data-only --file=- '{tmp_path / month}.dump'")
    assert listed.split("COPY ")[1].count("\n") - 3 >= inside
