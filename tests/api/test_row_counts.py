"""What is counted from the rows over HTTP: by channel, time limit, the status of a past day, and by fine cells."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import h3
import httpx
import psycopg
import pytest
import shapely

from tests.api.answers import problem
from tests.api.serving import api_key
from tests.api.test_http import BBOX
from tests.conftest import Database

PERIOD = {"from": "2026-01-01", "to": "2026-06-30"}
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
BOX = {"bbox": ",".join(map(str, BBOX))}
DAY = "(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"


@dataclass(frozen=True)
class Row:
    """A report of the period, as SQL reads it."""

    id: object
    day: dt.date
    category: str
    channel: str
    status: str
    overdue: bool
    duplicate: bool
    reporter: bytes | None
    lat: float
    lon: float

    def cell(self, resolution: int) -> str:
        return h3.cell_to_parent(h3.latlng_to_cell(self.lat, self.lon, 12), resolution)


@pytest.fixture(scope="module")
def http(demo: Database, address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers=api_key(demo.url, "analyst"), trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def rows(sql: psycopg.Connection) -> list[Row]:
    open_and_late = "answered_at IS NULL AND closed_at IS NULL AND due_at < now()"
    query = f"""SELECT id, {DAY}, category, channel, status, {open_and_late}, duplicate_of IS NOT NULL, reporter,
        ST_Y(geom), ST_X(geom) FROM report WHERE {DAY} BETWEEN %s AND %s"""
    return [Row(*row) for row in sql.execute(query, [FIRST, LAST])]


ASKED: dict[str, tuple[dict, Callable[[Row], bool]]] = {
    "one channel": ({"channel": "app"}, lambda row: row.channel == "app"),
    "two channels of a category": (
        {"channel": ["web", "hotline_1022"], "category": "waste"},
        lambda row: row.channel in ("web", "hotline_1022") and row.category == "waste",
    ),
    "overdue": ({"overdue": True}, lambda row: row.overdue),
    "a channel's that wait": (
        {"channel": "app", "status": "waiting", "duplicates": False},
        lambda row: (row.channel, row.status, row.duplicate) == ("app", "waiting", False),
    ),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("res", [6, 9])
def test_cells_people_and_days_are_those_of_the_rows(http, rows, name, res):
    asked, meant = ASKED[name]
    wanted = [row for row in rows if meant(row)]
    assert wanted
    expected = Counter(row.cell(res) for row in wanted)
    assert counts(http, "/v1/hexes", asked | {"res": res}) == expected
    people = defaultdict(set)
    for row in wanted:
        people[row.cell(res)] |= {row.reporter} - {None}
    found = counts(http, "/v1/hexes", asked | {"res": res, "measure": "reporters"})
    assert found == {cell: len(who) for cell, who in people.items() if who}
    box = shapely.box(*BBOX)
    near = {cell for cell in expected if shapely.intersects(hexagon(cell), box)}
    assert counts(http, "/v1/hexes", asked | BOX | {"res": res}) == {cell: expected[cell] for cell in near}
    for where, held in (({}, set(expected)), (BOX, near)):
        body = http.get("/v1/series", params=PERIOD | asked | where | {"res": res}).raise_for_status().json()
        by_day = Counter(row.day.isoformat() for row in wanted if row.cell(res) in held)
        assert {step["from"]: step["count"] for step in body["series"] if step["count"]} == by_day


@pytest.mark.parametrize("boundaries_at", [None, "2025-06-30", "2025-07-01"])
def test_all_channels_together_are_what_the_cube_counts_everywhere_and_in_a_ward(http, rows, boundaries_at):
    channels = {"channel": ["app", "hotline_1022", "web", "open311", "import"], "format": "json"}
    ward = {}
    if boundaries_at is not None:
        somewhere = {"lon": rows[0].lon, "lat": rows[0].lat, "at": boundaries_at}
        ward = {"unit": http.get("/v1/locate", params=somewhere).json()["unit"]["code"], "boundaries_at": boundaries_at}
    cube, counted = (
        http.get("/v1/hexes", params=PERIOD | ward | more).raise_for_status().json()
        for more in ({"format": "json"}, channels)
    )
    assert counted.pop("only") == {"channel": channels["channel"]}
    assert cube.pop("only") == {}
    assert cube == counted
    assert cube["n"] > 0


def test_cells_finer_than_the_cubes_are_counted_in_a_box(http, rows):
    box = shapely.box(105.84, 21.01, 105.86, 21.03)
    asked = {"res": 11, "bbox": "105.84,21.01,105.86,21.03"}
    expected = Counter(row.cell(11) for row in rows)
    near = {cell: n for cell, n in expected.items() if shapely.intersects(hexagon(cell), box)}
    assert counts(http, "/v1/hexes", asked) == near
    assert near
    problem(http.get("/v1/hexes", params=PERIOD | {"res": 11}), 422, parameter="res")
    problem(http.get("/v1/hotspots", params=PERIOD | {"res": 10}), 422, parameter="res")


@pytest.mark.parametrize("day", ["2026-03-15", "2026-06-30"])
def test_a_status_as_of_a_past_day_is_that_of_the_last_event_until_then(http, sql, rows, day):
    end = "(%s::date + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'"
    query = f"SELECT report_id, status FROM report_event WHERE at < {end} ORDER BY id"
    then = dict(sql.execute(query, [day]).fetchall())
    for status in (["waiting"], ["in_progress", "resolved"]):
        asked = {"status": status, "status_at": day, "res": 7}
        expected = Counter(row.cell(7) for row in rows if then.get(row.id) in status)
        assert expected
        assert counts(http, "/v1/hexes", asked) == expected
        assert counts(http, "/v1/hotspots", asked | {"view": "counts"}) == expected
    changed = [row for row in rows if then.get(row.id) not in (None, row.status)]
    assert changed


def test_the_overdue_view_gives_what_came_in_and_what_is_late_of_it(http, rows):
    asked = PERIOD | {"view": "overdue", "category": "parking", "format": "json"}
    body = http.get("/v1/hotspots", params=asked).raise_for_status().json()
    parking = [row for row in rows if row.category == "parking"]
    received, late = Counter(row.cell(8) for row in parking), Counter(row.cell(8) for row in parking if row.overdue)
    columns = body["columns"]
    assert dict(zip(columns["cell"], columns["count"], strict=True)) == received
    found = dict(zip(columns["cell"], columns["overdue"], strict=True))
    assert {cell: n for cell, n in found.items() if n} == late
    assert sum(late.values()) > 0
    shares = [late[cell] / received[cell] for cell in columns["cell"]]
    assert columns["share"] == pytest.approx(shares)
    assert f"{sum(late.values()):,}" in body["sentence"]["en"]
    only_web = http.get("/v1/hotspots", params=asked | {"channel": "web"}).raise_for_status().json()
    assert sum(only_web["columns"]["overdue"]) == sum(row.overdue for row in parking if row.channel == "web")
    problem(http.get("/v1/hotspots", params=asked | {"measure": "per_km2"}), 422, parameter="measure")


@pytest.mark.parametrize("path", ["/v1/hexes", "/v1/series", "/v1/hotspots"])
@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"channel": "app"}, "channel"),
        ({"overdue": True}, "overdue"),
        ({"status": "waiting", "status_at": "2026-03-01"}, "status_at"),
        ({"status": "waiting"}, "status"),
        ({"duplicates": False}, "duplicates"),
    ],
)
def test_the_public_is_told_kindly_what_is_for_officials(address, path, asked, parameter):
    answer = httpx.get(address + path, params=PERIOD | asked, trust_env=False)
    assert f"leave {parameter} out" in problem(answer, 403, parameter=parameter)


def test_a_day_of_a_status_without_a_status_is_refused(http):
    problem(http.get("/v1/hexes", params=PERIOD | {"status_at": "2026-03-01"}), 422, parameter="status_at")


def counts(http: httpx.Client, path: str, asked: dict) -> dict[str, int]:
    columns = http.get(path, params=PERIOD | asked | {"format": "json"}).raise_for_status().json()["columns"]
    return dict(zip(columns["cell"], columns["count"], strict=True))


def hexagon(cell: str) -> shapely.Polygon:
    return shapely.Polygon([(east, north) for north, east in h3.cell_to_boundary(cell)])
