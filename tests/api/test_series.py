"""Reports over time by HTTP: each day and month as SQL counts it, everywhere, in a ward and in the cells of a box."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

import h3
import httpx
import psycopg
import pytest
import shapely

from tests.api.answers import problem
from tests.api.serving import api_key
from tests.api.test_http import BBOX
from tests.conftest import Database

PERIOD = {"from": "2025-11-20", "to": "2026-03-10"}
DAY = "(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
IN_PERIOD = f"{DAY} BETWEEN '2025-11-20' AND '2026-03-10'"
WHOLE_MONTHS = f"{DAY} BETWEEN '2025-11-01' AND '2026-03-31'"


@pytest.fixture(scope="module")
def http(demo: Database, address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers=api_key(demo.url, "planner"), trust_env=False, timeout=60) as client:
        yield client


def counted(answer: httpx.Response) -> dict[str, int]:
    """Give what an answer counts by the first day of each step, if it is anything."""
    body = answer.raise_for_status().json()
    assert body["n"] == sum(step["count"] or 0 for step in body["series"])
    return {step["from"]: step["count"] for step in body["series"] if step["count"]}


def by_day(sql: psycopg.Connection, where: str, *given: object) -> dict[str, int]:
    query = f"SELECT {DAY}::text, count(*) FROM report WHERE {IN_PERIOD} AND {where} GROUP BY 1"
    return dict(sql.execute(query, given).fetchall())


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({}, "true"),
        ({"category": ["waste", "parking"]}, "category IN ('waste', 'parking')"),
        ({"status": "waiting"}, "status = 'waiting'"),
        ({"duplicates": False}, "duplicate_of IS NULL"),
    ],
)
def test_days_are_those_of_sql(http, sql, asked, where):
    answer = http.get("/v1/series", params=PERIOD | asked)
    assert counted(answer) == by_day(sql, where)
    body = answer.json()
    assert (body["by"], body["period"], body["hidden"]) == ("day", PERIOD, None)
    days = [dt.date.fromisoformat(step["from"]) for step in body["series"]]
    assert days == [dt.date(2025, 11, 20) + dt.timedelta(days=number) for number in range(111)]
    assert [step["to"] for step in body["series"]] == [step["from"] for step in body["series"]]


@pytest.mark.parametrize("boundaries_at", ["2025-06-30", "2025-07-01"])
def test_days_of_a_ward_are_those_of_the_points_that_it_holds(http, sql, boundaries_at):
    held = f"""FROM report JOIN boundary ON ST_Covers(boundary.geom, report.geom)
        JOIN generation ON generation.id = boundary.generation_id AND level = 'ward' AND period @> %s::date
        JOIN unit ON unit.id = boundary.unit_id WHERE {IN_PERIOD}"""
    code, _ = sql.execute(f"SELECT unit.code, count(*) {held} GROUP BY 1 ORDER BY 2 DESC", [boundaries_at]).fetchone()
    expected = sql.execute(f"SELECT {DAY}::text, count(*) {held} AND unit.code = %s GROUP BY 1", [boundaries_at, code])
    asked = PERIOD | {"unit": code, "boundaries_at": boundaries_at}
    assert counted(http.get("/v1/series", params=asked)) == dict(expected.fetchall())


@pytest.mark.parametrize("res", [6, 9])
def test_days_of_a_box_are_those_of_the_cells_that_hexes_shows_there(http, sql, res):
    box = shapely.box(*BBOX)
    expected = Counter()
    for lat, lon, day in sql.execute(f"SELECT ST_Y(geom), ST_X(geom), {DAY}::text FROM report WHERE {IN_PERIOD}"):
        cell = h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), res)
        corners = [(east, north) for north, east in h3.cell_to_boundary(cell)]
        expected[day] += shapely.intersects(shapely.Polygon(corners), box)
    asked = PERIOD | {"bbox": ",".join(map(str, BBOX)), "res": res}
    answer = http.get("/v1/series", params=asked)
    assert counted(answer) == {day: n for day, n in expected.items() if n}
    assert answer.json()["n"] == http.get("/v1/hexes", params=asked | {"format": "json"}).json()["n"]


def test_the_public_reads_months_of_five_people_and_more(public, sql):
    rows = sql.execute(f"SELECT to_char({DAY}, 'YYYY-MM-01'), reporter FROM report WHERE {WHOLE_MONTHS}").fetchall()
    reports, people = Counter(month for month, _ in rows), defaultdict(set)
    for month, who in rows:
        people[month].add(who)
    body = public.get("/v1/series", params=PERIOD).raise_for_status().json()
    assert (body["by"], body["period"]) == ("month", {"from": "2025-11-01", "to": "2026-03-31"})
    assert body["hidden"]["fewer_reporters_than"] == 5
    # Enough people report in a month of the demo, so that next to nothing is left out of the city's total.
    for step in body["series"]:
        missing = reports[step["from"]] - step["count"]
        assert 0 <= missing < 5 * 3
        assert len(people[step["from"]]) >= 5
    asked = PERIOD | {"bbox": ",".join(map(str, BBOX)), "res": 7}
    some = public.get("/v1/series", params=asked).raise_for_status().json()
    assert some["n"] == public.get("/v1/hexes", params=asked | {"format": "json"}).json()["n"] > 0
    assert some["n"] < body["n"]


def test_an_answer_keeps_its_tag_until_it_changes(http):
    first = http.get("/v1/series", params=PERIOD)
    again = http.get("/v1/series", params=PERIOD, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert http.get("/v1/series", params=PERIOD | {"category": "waste"}).headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"from": "2026-04-01"}, "from"),
        ({"category": "zoo"}, "category"),
        ({"unit": "nowhere"}, "unit"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"boundaries_at": "2025-06-30"}, "boundaries_at"),
        ({"res": 13}, "res"),
    ],
)
def test_a_series_is_refused_with_the_parameter(http, query, parameter):
    problem(http.get("/v1/series", params=PERIOD | query), 422, parameter=parameter)
