"""Reports are stored as they were admitted, once for each external id, and counted as they lie."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from threading import Barrier

import h3
import numpy as np
import pytest
import shapely

from geo.columns import column, constant
from geo.counting.cube import Query
from geo.demo.reports import Demo, make_demo
from geo.demo.turns import take_turns
from geo.lookup.dispatch import Dispatch
from geo.reports.course import Course, arrived
from geo.reports.intake import Admitted, Submitted, admit
from geo.store.counts import RowCounts
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.conftest import Database

NOW = np.datetime64("2026-01-05T03:00", "ms")
NASTY = [
    "",
    "a,b",
    'say "x"',
    "line 1\nline 2\r\nline 3",
    "\\",
    "\\N",
    "\\.",
    "a\n\\.\nb",
    "NULL",
    " x ",
    "Đống Đa 🚮",
    "{}",
]


@pytest.fixture(scope="module")
def demo(dispatch) -> Demo:
    return take_turns(make_demo(dispatch, NOW, n=3000), dispatch.jurisdiction, NOW)


def handed_in(dispatch: Dispatch, moments: list[str], **given: list) -> Admitted:
    """Admit good reports of these moments, UTC."""
    n = len(moments)
    submitted = Submitted(
        category=constant(n, "waste"),
        lon=105.85 + np.random.default_rng(3).uniform(0, 0.01, n),
        lat=np.full(n, 21.02),
        accuracy_m=np.full(n, np.nan),
        reported_at=np.array(moments, dtype="datetime64[ms]"),
        channel=constant(n, "web"),
        external_id=constant(n, None),
        description=constant(n, ""),
        reporter=constant(n, None),
        media=constant(n, ()),
    )
    submitted = replace(submitted, **{name: column(values) for name, values in given.items()})
    reports, _, problems = admit(submitted, dispatch, np.full(n, NOW))
    assert problems == []
    return reports


def store(database: Database, reports: Admitted) -> list[bool]:
    with database.transaction() as connection:
        return add_reports(connection, HANOI.id, reports, *arrived(reports)).tolist()


def utc(moments: np.ndarray) -> list[dt.datetime | None]:
    return [None if m is None else m.replace(tzinfo=dt.UTC) for m in moments.astype("datetime64[us]").tolist()]


def rows_of(database: Database, query: str, *parameters: object) -> list[tuple]:
    with database.connect() as connection:
        return connection.execute(query, parameters).fetchall()


def test_every_column_of_every_report_comes_back(demo, city_database):
    with city_database.transaction() as connection:
        assert add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events).all()
    names = [f.name for f in (*fields(Admitted), *fields(Course)) if f.name not in ("lon", "lat")]
    found = rows_of(city_database, f"SELECT id, ST_AsBinary(geom), {', '.join(names)} FROM report")
    by_id = {row[0]: row[1:] for row in found}
    points = shapely.to_wkb(shapely.points(demo.reports.lon, demo.reports.lat))
    columns = [points]
    for name in names:
        values = getattr(demo.reports if hasattr(demo.reports, name) else demo.course, name)
        if values.dtype.kind == "M":
            columns.append(utc(values))
        elif name in ("cooperating", "media"):
            columns.append([list(agencies) for agencies in values])
        elif name == "accuracy_m":
            columns.append([None if np.isnan(value) else value for value in values.tolist()])
        else:
            columns.append(values.tolist())
    assert len(by_id) == len(demo.reports)
    for id, *expected in zip(demo.reports.id, *columns, strict=True):
        assert list(by_id[id]) == expected


def test_every_event_comes_back_with_its_report(demo, city_database):
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events)
    found = rows_of(
        city_database,
        "SELECT report_id, reported_at, at, kind, actor, text, unit_id, duplicate_of, satisfied, media"
        " FROM report_event ORDER BY id",
    )
    events, reports = demo.events, demo.reports
    expected = zip(
        reports.id[events.report],
        utc(reports.reported_at[events.report]),
        utc(events.at),
        events.kind,
        events.actor,
        events.text,
        events.unit_id,
        events.duplicate_of,
        events.satisfied,
        map(list, events.media),
        strict=True,
    )
    assert found == list(expected)


def test_text_of_any_kind_comes_back(dispatch, city_database):
    ids = [f"{i}{text}"[:200].replace("\r", "") for i, text in enumerate(NASTY)]
    reports = handed_in(dispatch, ["2026-01-05"] * len(NASTY), description=NASTY, external_id=ids)
    agencies = column([(text, f'"{text}"') for text in NASTY])
    reports = replace(reports, cooperating=agencies)
    assert all(store(city_database, reports))
    found = {
        row[0]: row[1:]
        for row in rows_of(city_database, "SELECT id, description, external_id, cooperating FROM report")
    }
    for id, text, external_id, names in zip(reports.id, NASTY, ids, agencies, strict=True):
        assert found[id] == (text, external_id, list(names))


def test_a_second_run_adds_nothing(demo, city_database):
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events)
    before = rows_of(city_database, "SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM report_event)")
    assert before == [(len(demo.reports), len(demo.events))]
    with city_database.transaction() as connection:
        assert not add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events).any()
    assert rows_of(city_database, "SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM report_event)") == before


def test_of_old_and_new_reports_only_the_new_ones_are_added(dispatch, city_database):
    moments = ["2026-01-05T01:00", "2026-01-05T02:00", "2026-01-05T02:30", "2026-01-05T02:45"]
    assert store(city_database, handed_in(dispatch, moments[:1], external_id=["old"])) == [True]
    mixed = handed_in(dispatch, moments, external_id=["new", "old", None, None])
    assert store(city_database, mixed) == [True, False, True, True]
    stored = {row[0] for row in rows_of(city_database, "SELECT report_id FROM report_event")}
    assert stored == {row[0] for row in rows_of(city_database, "SELECT id FROM report")}


def test_the_same_id_through_another_channel_is_another_report(dispatch, city_database):
    reports = handed_in(dispatch, ["2026-01-05"] * 2, external_id=["1", "1"], channel=["web", "app"])
    assert store(city_database, reports) == [True, True]


def test_a_claim_remembers_the_moment_whatever_the_zone_of_the_connection(dispatch, city_database):
    with city_database.connect("postgres") as connection:
        connection.execute("ALTER ROLE hientruong SET timezone = 'Asia/Ho_Chi_Minh'")
    try:
        store(city_database, handed_in(dispatch, ["2026-01-05T01:00"], external_id=["x"]))
    finally:
        with city_database.connect("postgres") as connection:
            connection.execute("ALTER ROLE hientruong RESET timezone")
    query = "SELECT r.reported_at, e.reported_at FROM report r JOIN external_reference e ON e.report_id = r.id"
    assert rows_of(city_database, query) == [(dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC),) * 2]


def test_two_imports_of_one_file_store_each_report_once_and_never_deadlock(dispatch, city_database):
    n = 5000
    begin = Barrier(2)

    def run(order: np.ndarray) -> int:
        moments = [f"2025-{1 + i % 12:02}-03" for i in order]
        reports = handed_in(dispatch, moments, external_id=[f"x-{i}" for i in order])
        with city_database.transaction() as connection:
            begin.wait()
            return int(add_reports(connection, HANOI.id, reports, *arrived(reports)).sum())

    with ThreadPoolExecutor(2) as pool:
        # Each has first what the other has last.
        added = [done.result() for done in [pool.submit(run, np.arange(n)[::way]) for way in (1, -1)]]
    assert sum(added) == n
    assert rows_of(city_database, "SELECT count(*), count(DISTINCT external_id) FROM report") == [(n, n)]


def test_an_id_leads_to_its_month(demo, city_database):
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events)
    query = "SELECT id, to_char(reported_at AT TIME ZONE 'UTC', 'YYYY_MM'), tableoid::regclass::text FROM report"
    for id, month, partition in rows_of(city_database, query):
        carried = dt.datetime.fromtimestamp((id.int >> 80) / 1000, dt.UTC)
        assert f"{carried:%Y_%m}" == month
        assert partition == f"report_months.report_{month}"


@pytest.mark.parametrize("resolution", [0, 5, 7, 9, 12])
@pytest.mark.parametrize("category", [None, "parking"])
def test_counts_are_those_of_brute_force(demo, dispatch, city_database, resolution, category):
    first, last = dt.date(2025, 3, 1), dt.date(2025, 9, 30)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events)
        rows = RowCounts(lambda ask: ask(connection), dispatch.jurisdiction, resolution=resolution)
        counts = rows.counts(Query(first, last, categories=category and (category,)))
    query = (
        "SELECT ST_Y(geom), ST_X(geom) FROM report WHERE (reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
        " BETWEEN %s AND %s AND category = coalesce(%s, category)"
    )
    points = rows_of(city_database, query, first, last, category)
    expected = Counter(h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution) for lat, lon in points)
    found = dict(zip(map(h3.int_to_str, counts.cell.tolist()), counts.count.tolist(), strict=True))
    assert found == dict(expected)
    assert (counts.n, int(counts.synthetic.sum())) == (len(points), len(points))
    assert (np.diff(counts.cell) > 0).all()


def test_days_are_local_and_whole(dispatch, city_database):
    # 16:59:59.999 UTC is the last millisecond of a day in Hanoi.
    moments = ["2025-12-30T16:59:59.999", "2025-12-30T17:00", "2025-12-31T16:59:59.999", "2025-12-31T17:00"]
    store(city_database, handed_in(dispatch, moments))
    days = [dt.date(2025, 12, 30), dt.date(2025, 12, 31), dt.date(2026, 1, 1)]
    with city_database.transaction() as connection:
        rows = RowCounts(lambda ask: ask(connection), dispatch.jurisdiction)
        assert [rows.counts(Query(day, day)).n for day in days] == [1, 2, 1]
        assert rows.daily(Query(days[0], days[-1])).tolist() == [1, 2, 1]


def test_an_empty_database_counts_nothing(dispatch, city_database):
    with city_database.transaction() as connection:
        rows, day = RowCounts(lambda ask: ask(connection), dispatch.jurisdiction), dt.date(2025, 1, 1)
        assert [len(counts) for counts in (rows.counts(Query(day, day)), rows.reporters(Query(day, day)))] == [0, 0]
        assert rows.daily(Query(day, day)).tolist() == [0]
