"""The cube counts what the rows hold, in any window, and follows the log without losing or doubling anything."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import geopandas as gpd
import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from geo.access import Caller
from geo.counting.axes import Axes
from geo.counting.cube import Cube, Query
from geo.counting.frames import facts_of_frame
from geo.demo.reports import Demo, make_demo
from geo.errors import InputError, SetupError
from geo.reports.lifecycle import Event
from geo.store import cube as store
from geo.store import months
from geo.store.changes import Cursor
from geo.store.cube import Followed, follow, is_behind, read_cube
from geo.store.engine import open_engine
from geo.store.events import add_event
from geo.store.live_cube import LiveCube
from geo.store.reports import add_reports
from geo.store.units_at import count_units
from geo.units.territory import HANOI
from geo.vocabulary import STATUSES
from tests.conftest import Database
from tests.store.demo_rows import add

NOW = np.datetime64("2026-01-05T03:00", "ms")
FIRST, LAST = dt.date(2024, 6, 1), dt.date(2026, 1, 5)
EVER = Query(FIRST, LAST)
ADMIN = Caller("admin", "tests", None)
COUNT = (
    "SELECT ST_Y(geom), ST_X(geom) FROM report WHERE (reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    " BETWEEN %s AND %s AND category = ANY(%s) AND status = ANY(%s)"
)


@pytest.fixture(scope="module")
def demo(dispatch) -> Demo:
    return make_demo(dispatch, NOW, n=2000)


@pytest.fixture(scope="module")
def axes(dispatch) -> Axes:
    return Axes(tuple(category.code for category in dispatch.categories), dispatch.jurisdiction.layers)


@pytest.fixture
def engine(city_database: Database) -> Iterator[Engine]:
    ready = open_engine(city_database.url)
    yield ready
    ready.dispose()


def caught_up(engine: Engine, followed: Followed) -> Followed:
    while is_behind(followed, new := follow(engine, HANOI, followed)):
        followed = new
    assert not new.held_back
    return new


def assert_as_read_anew(engine: Engine, followed: Followed) -> None:
    anew = read_cube(engine, HANOI, followed.cube.axes).cube
    for found, expected in zip(vars(followed.cube.facts()).values(), vars(anew.facts()).values(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_any_window_is_that_of_sql(engine, axes, demo):
    add(engine, demo, slice(None))
    cube = read_cube(engine, HANOI, axes).cube
    driver = engine.raw_connection()

    @settings(max_examples=40)
    @given(st.data())
    def compare(data):
        first = data.draw(st.dates(FIRST, LAST))
        last = data.draw(st.dates(first, LAST))
        categories = tuple(data.draw(st.lists(st.sampled_from(axes.categories), unique=True)))
        statuses = tuple(data.draw(st.lists(st.sampled_from(STATUSES), unique=True)))
        resolution = data.draw(st.integers(5, 9))
        counts = cube.counts(Query(first, last, resolution, categories, statuses))
        with driver.cursor() as cursor:
            points = cursor.execute(COUNT, (first, last, list(categories), list(statuses))).fetchall()
        expected = Counter(h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution) for lat, lon in points)
        assert {
            h3.int_to_str(cell): n for cell, n in zip(counts.cell.tolist(), counts.count.tolist(), strict=True)
        } == expected
        assert counts.n == counts.synthetic.sum() == len(points)

    compare()
    with driver.cursor() as cursor:
        people = cursor.execute("SELECT count(DISTINCT (reporter, cell)) FROM report WHERE reporter IS NOT NULL")
        assert cube.facts().reporter.astype(bool).sum() >= people.fetchone()[0]
    driver.close()
    assert cube.n == len(demo.reports)


def test_a_unit_has_as_many_reports_as_by_its_rows_under_the_boundaries_of_either_date(engine, axes, demo, dispatch):
    add(engine, demo, slice(0, 1000))
    cube = read_cube(engine, HANOI, axes).cube
    for day in (dt.date(2025, 1, 1), dt.date(2025, 9, 1)):
        generation = dispatch.jurisdiction.layer_at(day).generation.id
        with engine.connect() as connection:
            units = count_units(connection, dispatch.jurisdiction, FIRST, LAST, None, day)
        for unit_id, count in zip(units.unit_id.tolist(), units.count.tolist(), strict=True):
            assert cube.counts(Query(FIRST, LAST, 7, unit_id=unit_id, generation_id=generation)).n == count


def test_what_happens_to_reports_is_followed(engine, axes, demo, monkeypatch):
    monkeypatch.setattr(store, "PAGE", 100)  # so that there are many pages
    add(engine, demo, slice(1000, 1500))
    followed = read_cube(engine, HANOI, axes)
    add(engine, demo, slice(1500, 2000))
    rows = zip(demo.reports.id[1000:], demo.course.status[1000:], demo.course.closed_at[1000:], strict=True)
    waiting = [id for id, status, closed in rows if status == "waiting" and np.isnat(closed)]
    first, second, third = waiting[:3]
    for id, event in (
        (first, Event("in_progress")),
        (first, Event("answered", "Đã dọn")),
        (second, Event("merged", duplicate_of=third)),
        (third, Event("in_progress")),
        (first, Event("reopened")),
    ):
        with engine.begin() as connection:
            add_event(connection, HANOI.id, id, event, ADMIN)
    merged = caught_up(engine, followed)
    assert_as_read_anew(engine, merged)
    every, without = (merged.cube.counts(Query(FIRST, LAST, duplicates=too)).n for too in (True, False))
    assert (every, without) == (1000, 999)
    with engine.begin() as connection:
        add_event(connection, HANOI.id, second, Event("reopened"), ADMIN)
    reopened = caught_up(engine, merged)
    assert reopened.cube.counts(Query(FIRST, LAST, duplicates=False)).n == 1000
    assert_as_read_anew(engine, reopened)


def test_a_transaction_that_commits_late_is_neither_lost_nor_counted_twice(engine, axes, demo):
    with engine.begin() as connection:  # who makes a month holds up all others that want it
        months.ensure(connection, np.unique(demo.reports.reported_at.astype("datetime64[M]")).astype("M8[D]").tolist())
    with engine.begin() as slow:
        chosen = np.arange(10)
        add_reports(
            slow, HANOI.id, demo.reports.take(chosen), demo.course.take(chosen),
            demo.events.take(np.isin(demo.events.report, chosen)),
        )  # fmt: skip
        add(engine, demo, slice(10, 30))
        # The rows have the later reports already, whose place in the log is behind the one that still runs.
        followed = read_cube(engine, HANOI, axes)
        assert followed.cube.n == 20
        add(engine, demo, slice(30, 40))
        waiting = follow(engine, HANOI, followed)
        assert (waiting.cube.n, waiting.held_back) == (20, True)
    done = caught_up(engine, waiting)
    assert done.cube.n == 40
    assert_as_read_anew(engine, done)


def test_a_lost_connection_loses_nothing(engine, city_database, axes, demo, monkeypatch):
    monkeypatch.setattr(store, "PAGE", 20)
    followed = read_cube(engine, HANOI, axes)
    add(engine, demo, slice(0, 60))
    read = store.read_fixed

    def cut(connection, *question):
        rows = read(connection, *question)
        with city_database.connect("postgres") as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND pid <> pg_backend_pid()")  # fmt: skip
        return read(connection, *question) if len(rows["id"]) else rows

    followed = follow(engine, HANOI, followed)
    assert 0 < followed.cube.n < 60
    with monkeypatch.context() as broken:
        broken.setattr(store, "read_fixed", cut)
        with pytest.raises(SetupError):
            follow(engine, HANOI, followed)
    followed = caught_up(engine, followed)
    assert followed.cube.n == 60
    assert_as_read_anew(engine, followed)


def test_a_process_follows_by_itself(engine, axes, demo, dispatch):
    live = LiveCube(engine, lambda: dispatch)
    assert live.wait(0) is None
    add(engine, demo, slice(0, 1000))
    assert live.refresh() is False
    first = live.wait(0)
    add(engine, demo, slice(1000, 2000))
    live.refresh()
    assert (first.n, live.wait(0).n) == (1000, 2000)


def test_a_geoparquet_file_gives_the_cube_of_the_database(engine, axes, demo, tmp_path):
    add(engine, demo, slice(0, 800))
    reports, course = demo.reports.take(np.arange(800)), demo.course.take(np.arange(800))
    columns = {name: getattr(reports, name) for name in ("reported_at", "category", "reporter")}
    points = gpd.points_from_xy(reports.lon, reports.lat, crs=4326)
    frame = gpd.GeoDataFrame(columns | {"status": course.status, "synthetic": course.synthetic}, geometry=points)
    with engine.connect() as connection:
        merged = connection.exec_driver_sql("SELECT id FROM report WHERE duplicate_of IS NOT NULL").scalars().all()
    frame["duplicate"] = np.isin(reports.id.astype(str), [str(id) for id in merged])
    frame.to_crs(32648).to_parquet(tmp_path / "reports.parquet")
    read = gpd.read_parquet(tmp_path / "reports.parquet")
    cube = Cube(axes).extend(facts_of_frame(axes, read, HANOI.time_zone))
    assert_as_read_anew(engine, Followed(cube, Cursor(), np.empty(0, np.int64)))
    for column, value, says in (("status", "done", "unknown status 'done'"), ("reported_at", None, "has no time")):
        with pytest.raises(InputError, match=says):
            facts_of_frame(axes, read.assign(**{column: value}), HANOI.time_zone)
    with pytest.raises(InputError, match="no column 'category'"):
        facts_of_frame(axes, read.drop(columns="category"), HANOI.time_zone)


def test_an_empty_database_has_an_empty_cube(engine, axes):
    followed = read_cube(engine, HANOI, axes)
    assert (followed.cube.n, len(followed.seen), isinstance(followed.cube, Cube)) == (0, 0, True)
