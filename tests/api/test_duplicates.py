"""Likely duplicates over HTTP: of a report that has just come in, and of some days; merging keeps both histories."""

import datetime as dt
import json
from collections.abc import Iterator

import httpx
import numpy as np
import psycopg
import pytest

from geo.columns import utc_now
from geo.demo.reports import make_demo
from geo.lookup.dispatch import Dispatch
from geo.reports.duplicates import LIKELY, likely_pairs
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.api.answers import problem
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned
from tests.geo.planted import sightings

FIRST = {"category": "waste", "lon": 105.8401, "lat": 21.0202, "description": "Rác đổ trộm đầu ngõ 622"}
AGAIN = FIRST | {"lon": 105.8402, "description": "rac do trom, ngo 622 bốc mùi"}
DAY = "2025-09-10T03:00:00Z"


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def http(database: Database) -> Iterator[httpx.Client]:
    key = api_key(database.url)
    with (
        serving(database.url) as address,
        httpx.Client(base_url=f"{address}/v1", headers=key, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def sql(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect() as connection:
        yield connection


def send(http: httpx.Client, report: dict, at: str) -> str:
    return http.post("/reports", json=report | {"reported_at": at}).raise_for_status().json()["id"]


def test_a_report_that_comes_in_finds_what_it_repeats_and_merging_keeps_both_histories(http, sql):
    first = send(http, FIRST, DAY)
    for other, at in (
        (FIRST | {"lat": 21.0222}, DAY),  # 220 m away
        (FIRST, "2025-09-14T03:00:00Z"),  # four days later
        (FIRST | {"category": "parking", "description": "Ô tô đỗ dưới lòng đường"}, DAY),
    ):
        send(http, other, at)
    answer = http.post("/reports", json=AGAIN | {"reported_at": "2025-09-10T09:30:00Z"})
    again = answer.json()["id"]
    found = http.get(answer.links["related"]["url"].removeprefix("/v1")).raise_for_status().json()
    [pair] = found["pairs"]
    assert (pair["earlier"]["id"], pair["later"]["id"]) == (first, again)
    metres = (
        "SELECT ST_Distance(a.geom::geography, b.geom::geography) FROM report a, report b WHERE a.id = %s AND b.id = %s"
    )
    assert pair["metres"] == pytest.approx(sql.execute(metres, [first, again]).fetchone()[0], abs=0.06)
    assert (pair["hours"], pair["same_category"], pair["same_numbers"]) == (6.5, True, True)
    assert 0.4 < pair["text_likeness"] < 1
    assert pair["score"] >= LIKELY
    merged = http.post(f"/reports/{again}/events", json={"kind": "merged", "duplicate_of": first})
    assert merged.status_code == 201
    histories = {id: [event["kind"] for event in http.get(f"/reports/{id}/events").json()] for id in (first, again)}
    assert histories == {first: ["received"], again: ["received", "merged"]}
    assert http.get("/duplicates", params={"report": first}).json()["pairs"] == []
    days = {"from": "2025-09-10", "to": "2025-09-10"}
    assert again not in str(http.get("/duplicates", params=days | {"score": 0}).json())


def test_each_line_of_a_batch_leads_to_what_it_repeats(http):
    first = send(http, FIRST, "2025-10-10T03:00:00Z")
    at = {"reported_at": "2025-10-10T05:00:00Z"}
    lines = [AGAIN | at, {"category": "waste"}, FIRST | at | {"lat": 21.0302}]
    answer = http.post(
        "/reports", content="\n".join(map(json.dumps, lines)), headers={"content-type": "application/x-ndjson"}
    )
    repeats, refused, alone = map(json.loads, answer.raise_for_status().text.splitlines())
    found = http.get(repeats["duplicates"].removeprefix("/v1")).raise_for_status().json()
    assert [(pair["earlier"]["id"], pair["later"]["id"]) for pair in found["pairs"]] == [
        (first, repeats["report"]["id"])
    ]
    assert http.get(alone["duplicates"].removeprefix("/v1")).json()["pairs"] == []
    assert "duplicates" not in refused


def test_the_pairs_of_some_days_and_a_box_are_those_that_are_found_in_memory(http, database, dispatch: Dispatch):
    made = make_demo(dispatch, utc_now(), n=4000)
    with database.transaction() as connection:
        add_reports(connection, HANOI.id, made.reports, made.course, made.events)
    asked = {"from": "2025-03-01", "to": "2025-05-15"}
    box = (105.75, 20.95, 105.9, 21.1)
    reports = sightings(made)
    since, until = (np.datetime64(f"{day}T17:00") for day in ("2025-02-28", "2025-05-15"))
    of_days = (reports.reported_at >= since) & (reports.reported_at < until)
    west, south, east, north = box
    of_box = (reports.lon >= west) & (reports.lon <= east) & (reports.lat >= south) & (reports.lat <= north)
    for query, rows in ((asked, of_days), (asked | {"bbox": ",".join(map(str, box))}, of_days & of_box)):
        some = reports.take(rows)
        pairs = likely_pairs(some)
        expected = {
            (str(some.id[one]), str(some.id[other]), round(score, 3))
            for one, other, score in zip(pairs.earlier, pairs.later, pairs.score.tolist(), strict=True)
        }
        body = http.get("/duplicates", params=query).raise_for_status().json()
        assert {(p["earlier"]["id"], p["later"]["id"], p["score"]) for p in body["pairs"]} == expected
        assert (body["compared"], body["found"]) == (len(some), len(pairs))
        assert len(expected) > 5
        best = http.get("/duplicates", params=query | {"limit": 3}).json()
        assert best["pairs"] == body["pairs"][:3]
    for pair in body["pairs"][:5]:
        alone = http.get("/duplicates", params={"report": pair["later"]["id"]}).json()["pairs"]
        assert pair in alone


def test_the_reports_around_one_are_found_without_reading_a_whole_month(sql):
    sql.execute("ANALYZE report")
    plan = sql.execute(
        "EXPLAIN SELECT id FROM report WHERE cell = ANY(%s::bigint[]) AND reported_at BETWEEN %s AND %s",
        [list(range(617700000000000000, 617700000000000500)), DAY, dt.datetime(2025, 9, 13, tzinfo=dt.UTC)],
    ).fetchall()
    assert "Index" in str(plan)
    assert "Seq Scan" not in str(plan)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2025-01-01&to=2025-12-31", "from"),
        ("score=2", "score"),
        ("report=7", "report"),
        ("report=019abc00-0000-7000-8000-000000000000&from=2025-01-01", "report"),
        ("bbox=1", "bbox"),
    ],
)
def test_a_wrong_parameter_is_named(http, query, parameter):
    problem(http.get(f"/duplicates?{query}"), 422, parameter=parameter)


def test_a_report_that_is_not_there_is_not_found(http):
    problem(http.get("/duplicates?report=019abc00-0000-7000-8000-000000000000"), 404)
