"""The list of reports: every filter gives what SQL of its own gives, pages miss and repeat nothing, formats agree."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import h3
import httpx
import numpy as np
import psycopg
import pytest

from geo.columns import utc_now
from geo.demo.reports import make_demo
from geo.lookup.dispatch import Dispatch
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.api.answers import problem
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

LOCATED = """(
    SELECT code FROM boundary b JOIN unit u ON u.id = b.unit_id JOIN generation g ON g.id = b.generation_id
    WHERE g.level = 'ward' AND period @> date '{day}' AND ST_Covers(b.geom, report.geom) ORDER BY code LIMIT 1)"""
CENTRE = "ST_Point(105.85, 21.03, 4326)::geography"
OVERDUE = "answered_at IS NULL AND closed_at IS NULL AND due_at < now()"
LOCAL = "(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
FILTERS = {
    "category=waste": "category = 'waste'",
    "category=waste&category=parking&status=waiting": "category IN ('waste', 'parking') AND status = 'waiting'",
    "channel=hotline_1022": "channel = 'hotline_1022'",
    "overdue=true": OVERDUE,
    "overdue=false&status=in_progress": f"NOT ({OVERDUE}) AND status = 'in_progress'",
    "from=2025-03-01&to=2025-03-31": f"{LOCAL} BETWEEN '2025-03-01' AND '2025-03-31'",
    "bbox=105.8,21,105.85,21.05": "geom && ST_MakeEnvelope(105.8, 21, 105.85, 21.05, 4326)",
    "near=105.85,21.03,5000": f"ST_DWithin(geom::geography, {CENTRE}, 5000)",
    "text=rác thải": "description ~* '(Rác|rác|rac) (thải|thai)'",
    "text=RAC tHai": "description ~* '(Rác|rác|rac) (thải|thai)'",
    "text=đường": "description ~* '(đường|Đường|duong)'",
    "text=622 amber": "description LIKE '%622%Amber%'",
    "text=khai (minh)": "description LIKE '%Minh Khai%'",
    "text=%20": "true",
    "unit=00004": "unit_id = (SELECT id FROM unit WHERE code = '00004' AND name = 'Phường Ba Đình')",
    "unit=00004&boundaries_at=2026-01-05": LOCATED.format(day="2026-01-05") + " = '00004'",
    "unit=00004&boundaries_at=2025-06-30": LOCATED.format(day="2025-06-30") + " = '00004'",
    "unit=00292&boundaries_at=2025-06-30&category=waste&text=rac": LOCATED.format(day="2025-06-30")
    + " = '00292' AND category = 'waste' AND description ~* '(Rác|rác|rac)'",
}


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database, dispatch: Dispatch) -> Iterator[Database]:
    made = make_demo(dispatch, utc_now(), n=3000)
    with cloned(shared_cluster, city.name) as database:
        with database.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        yield database


@pytest.fixture(scope="module")
def address(database: Database) -> Iterator[str]:
    with serving(database.url) as address:
        yield address


def client(address: str, database: Database, role: str, unit: str | None = None) -> httpx.Client:
    return httpx.Client(base_url=address, headers=api_key(database.url, role, unit), trust_env=False, timeout=60)


@pytest.fixture(scope="module")
def http(address: str, database: Database) -> Iterator[httpx.Client]:
    with client(address, database, "admin") as http:
        yield http


@pytest.fixture(scope="module")
def sql(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect() as connection:
        yield connection


def ids(sql: psycopg.Connection, where: str) -> list[str]:
    found = sql.execute(f"SELECT id FROM report WHERE {where} ORDER BY reported_at DESC, id DESC")
    return [str(id) for (id,) in found]


def pages(http: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    while path:
        answer = http.get(path).raise_for_status()
        body = answer.json()
        path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
        assert answer.links.get("next", {"url": ""})["url"] == path
        yield body


def listed(http: httpx.Client, path: str) -> list[str]:
    return [feature["id"] for body in pages(http, path) for feature in body["features"]]


@pytest.mark.parametrize("query", FILTERS)
def test_every_filter_gives_what_sql_gives(http, sql, query):
    expected = ids(sql, FILTERS[query])
    answer = http.get(f"/v1/reports?{query}&limit=10000&count=true").raise_for_status().json()
    assert [feature["id"] for feature in answer["features"]] == expected
    assert answer["numberMatched"] == answer["numberReturned"] == len(expected)
    assert expected


@pytest.mark.parametrize("resolution", [5, 8, 9, 12])
def test_a_cell_of_any_resolution_gives_the_reports_of_its_children(http, sql, resolution):
    rows = sql.execute("SELECT id, cell FROM report ORDER BY reported_at DESC, id DESC").fetchall()
    parents = [h3.cell_to_parent(h3.int_to_str(cell), resolution) for _, cell in rows]
    cell = parents[7]
    expected = [str(id) for (id, _), parent in zip(rows, parents, strict=True) if parent == cell]
    assert listed(http, f"/v1/reports?cell={cell}&limit=10000") == expected


@pytest.mark.parametrize("radius", [1, 40, 150, 299.5, 300.5])
def test_a_circle_gives_the_reports_that_postgis_measures_within_it(http, sql, radius):
    rows = sql.execute("SELECT ST_X(geom), ST_Y(geom) FROM report ORDER BY reported_at DESC LIMIT 12").fetchall()
    for lon, lat in rows:
        expected = ids(sql, f"ST_DWithin(geom::geography, ST_Point({lon}, {lat}, 4326)::geography, {radius})")
        assert listed(http, f"/v1/reports?near={lon},{lat},{radius}&limit=10000") == expected


def test_pages_miss_and_repeat_nothing_while_reports_come_in_of_any_time(http, sql):
    before = ids(sql, "true")
    seen, sent = [], 0
    for body in pages(http, "/v1/reports?limit=500"):
        seen += [feature["id"] for feature in body["features"]]
        for at in ("2024-07-01T00:00:00Z", "2025-09-01T00:00:00Z", None):
            report = {"category": "waste", "lon": 105.85, "lat": 21.03, "reported_at": at}
            assert http.post("/v1/reports", json=report).status_code == 201
            sent += 1
    assert len(seen) == len(set(seen))
    assert [id for id in seen if id in set(before)] == before
    assert len(ids(sql, "true")) == len(before) + sent


def test_the_newest_reports_are_read_by_an_index_without_sorting(sql):
    sql.execute("ANALYZE report")
    newest = "SELECT id FROM report WHERE territory_id = 'hanoi' ORDER BY reported_at DESC, id DESC LIMIT 101"
    plan = str(sql.execute(f"EXPLAIN {newest}").fetchall())
    assert "Index Scan Backward" in plan
    assert "Sort" not in plan


def test_formats_say_the_same(http):
    query = "/v1/reports?status=resolved&limit=300"
    features = http.get(query).raise_for_status().json()["features"]
    lines = list(csv.DictReader(io.StringIO(http.get(f"{query}&format=csv").text)))
    frame = gpd.read_parquet(io.BytesIO(http.get(query, headers={"accept": "application/vnd.apache.parquet"}).content))
    assert frame.crs == "OGC:CRS84"
    assert [feature["id"] for feature in features] == [line["id"] for line in lines] == frame["id"].tolist()
    for feature, line, point in zip(features, lines, frame.geometry, strict=True):
        told = feature["properties"]
        assert [float(line["lon"]), float(line["lat"])] == feature["geometry"]["coordinates"] == [point.x, point.y]
        for name in ("description", "category", "unit_code", "reported_at"):
            assert line[name] == told[name]
        assert json.loads(line["media"]) == told["media"]
        assert line["evidence"] == ("" if told["evidence"] is None else str(told["evidence"]).lower())
    moments = frame["answered_at"].dt.tz_localize(None).to_numpy()
    assert (moments == np.array([f["properties"]["answered_at"][:-1] for f in features], dtype="M8[us]")).all()


def test_a_page_without_reports_has_every_column(http):
    query = "/v1/reports?from=1999-01-01&to=1999-01-02"
    assert http.get(query).json()["features"] == []
    assert len(gpd.read_parquet(io.BytesIO(http.get(f"{query}&format=parquet").content)).columns) == 32


def test_who_has_a_page_is_not_sent_it_again_and_nobody_else_may_keep_it(http):
    first = http.get("/v1/reports?limit=5")
    assert first.headers["cache-control"] == "private, no-cache"
    again = http.get("/v1/reports?limit=5", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    http.post("/v1/reports", json={"category": "waste", "lon": 105.85, "lat": 21.03})
    assert http.get("/v1/reports?limit=5", headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_nothing_tells_who_reported(http):
    assert "reporter" not in http.get("/v1/reports?limit=50").text


def test_an_officer_sees_the_own_unit_and_the_public_nothing(address, database, sql):
    with client(address, database, "officer", "00004") as officer:
        assert set(listed(officer, "/v1/reports?limit=1000")) == set(ids(sql, FILTERS["unit=00004"]))
        other = officer.get("/v1/reports?unit=00008&count=true").json()
        assert (other["features"], other["numberMatched"]) == ([], 0)
    problem(httpx.get(f"{address}/v1/reports", trust_env=False), 401)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("category=noise", "category"),
        ("status=done", "status"),
        ("channel=fax", "channel"),
        ("overdue=perhaps", "overdue"),
        ("from=2026-02-01&to=2026-01-01", "from"),
        ("to=9999-12-31", "to"),
        ("bbox=1,2,3", "bbox"),
        ("near=105.85,21.03", "near"),
        ("near=21.03,105.85,10", "near"),
        ("near=105.85,21.03,nan", "near"),
        ("cell=zzz", "cell"),
        (f"cell={h3.latlng_to_cell(21.03, 105.85, 13)}", "cell"),
        ("boundaries_at=2026-01-01", "boundaries_at"),
        ("after=7", "after"),
        ("limit=0", "limit"),
        ("format=xml", "format"),
        (f"text={'x' * 201}", "text"),
        ("text=.*", "text"),
        ("text=%25", "text"),
        ("text=%00", "text"),
    ],
)
def test_a_wrong_parameter_is_named(http, query, parameter):
    problem(http.get(f"/v1/reports?{query}"), 422, parameter=parameter)


def test_a_unit_that_is_not_there_is_not_found(http):
    assert "boundaries_at" in problem(http.get("/v1/reports?unit=99999"), 404)
