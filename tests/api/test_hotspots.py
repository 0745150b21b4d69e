"""Hot spots over HTTP: figures equal SQL's and another library's, every format says the same, refusals name why."""

import csv
import io
import json
import time
from collections import Counter

import esda
import h3
import httpx
import numpy as np
import psycopg
import pyarrow as pa
import pytest
from libpysal.graph import Graph
from scipy.stats import binomtest
from shapely import Polygon, from_wkt

from tests.api.answers import problem

PERIOD = {"from": "2026-01-01", "to": "2026-06-30"}
ASKED = PERIOD | {"category": "parking"}
IN_PERIOD = """category = 'parking'
    AND (reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN '2026-01-01' AND '2026-06-30'"""
ARROW = "application/vnd.apache.arrow.stream"


def cells_in(sql: psycopg.Connection, what: str, resolution: int = 8) -> list[tuple[str, object]]:
    """Read the cell of each report that H3's own library gives, and something more about it."""
    rows = sql.execute(f"SELECT ST_Y(geom), ST_X(geom), {what} FROM report WHERE {IN_PERIOD}").fetchall()
    return [(h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution), told) for lat, lon, told in rows]


def columns_of(answer: httpx.Response) -> dict:
    return answer.raise_for_status().json()["columns"]


def test_hot_spots_have_the_counts_of_sql_and_the_scores_of_esda(http: httpx.Client, sql: psycopg.Connection) -> None:
    body = http.get("/v1/hotspots", params=ASKED | {"format": "json", "every_cell": True}).raise_for_status().json()
    columns = body["columns"]
    expected = Counter(cell for cell, _ in cells_in(sql, "1"))
    assert {cell: n for cell, n in zip(columns["cell"], columns["count"], strict=True) if n} == expected
    assert body["n"] == sum(expected.values()) > 1_000
    assert body["cells"] == len(columns["cell"])
    grid = set(columns["cell"])
    near = {cell: [other for other in h3.grid_disk(cell, 1) if other in grid and other != cell] for cell in grid}
    # Cells without a neighbour inside the grid have nobody to be compared with there.
    graph = Graph.from_dicts({cell: dict.fromkeys(others or [cell], 1.0) for cell, others in near.items()})
    counts = dict(zip(columns["cell"], columns["count"], strict=True))
    ordered = [counts[cell] for cell in graph.unique_ids]
    theirs = esda.G_Local(np.array(ordered, float), graph, transform="B", star=True, permutations=0).Zs
    ours = dict(zip(columns["cell"], columns["z"], strict=True))
    assert np.allclose([ours[cell] for cell in graph.unique_ids], theirs, atol=1e-9)


def test_the_sentence_counts_what_the_columns_say(http: httpx.Client) -> None:
    body = http.get("/v1/hotspots", params=ASKED | {"format": "json"}).raise_for_status().json()
    q, z = (np.array(body["columns"][name]) for name in ("q", "z"))
    hot = int(((q <= 0.05) & (z > 0)).sum())
    assert body["hot"] == hot > 0
    assert body["sentence"]["en"].startswith(f"{hot} of {body['cells']:,} cells have more reports than chance")
    assert body["method"] == "exact"


def test_hot_spots_of_rates_are_scipys_binomial_test_of_the_citys_reports(http: httpx.Client) -> None:
    asked = ASKED | {"measure": "per_km2", "format": "json", "every_cell": True}
    body = http.get("/v1/hotspots", params=asked).raise_for_status().json()
    columns = body["columns"]
    area = {
        cell: h3.cell_area(cell, "km^2") * inside
        for cell, inside in zip(columns["cell"], columns["inside"], strict=True)
        if inside
    }
    counts = dict(zip(columns["cell"], columns["count"], strict=True))
    reports = sum(counts[cell] for cell in area)
    assert body["parameters"]["reports"] == reports > 1_000
    p = dict(zip(columns["cell"], columns["p"], strict=True))
    for cell in list(area)[::40]:
        near = [other for other in h3.grid_disk(cell, 1) if other in area]
        share = sum(area[other] for other in near) / sum(area.values())
        seen = sum(counts[other] for other in near)
        tails = [binomtest(seen, reports, share, side).pvalue for side in ("less", "greater")]
        assert p[cell] == pytest.approx(min(1, 2 * min(tails)), rel=1e-3)  # H3 measures areas on a sphere
    assert body["method"] == "binomial"
    hot = f"{body['hot']:,} of {body['cells']:,} cells have more reports than chance would give (binomial test of rates"
    assert body["sentence"]["en"].startswith(hot)
    assert "(kiểm định nhị thức của tỷ lệ, FDR 5 %)" in body["sentence"]["vi"]
    text = http.get("/v1/hotspots", params=asked | {"format": "html", "lang": "en"}).raise_for_status().text
    assert "Binomial test of the reports of a cell and 1 ring" in text
    assert "Gi*" not in text


def test_every_format_over_http_says_the_same(http: httpx.Client) -> None:
    columns = columns_of(http.get("/v1/hotspots", params=ASKED, headers={"accept": "application/json"}))
    geojson = http.get("/v1/hotspots", params=ASKED).json()
    assert [feature["id"] for feature in geojson["features"]] == columns["cell"]
    table = pa.ipc.open_stream(http.get("/v1/hotspots", params=ASKED, headers={"accept": ARROW}).content).read_all()
    answer = http.get("/v1/hotspots", params=ASKED | {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    for name in ("count", "bin", "q"):
        assert [feature["properties"][name] for feature in geojson["features"]] == columns[name]
        assert table[name].to_pylist() == columns[name]
        assert [float(row[name]) for row in rows] == columns[name]
    facts = json.loads(table.schema.metadata[b"hientruong"])
    assert facts == {name: value for name, value in geojson.items() if name not in ("type", "features")}
    hexes = http.get("/v1/hexes", params=ASKED, headers={"accept": ARROW}).content
    assert json.loads(pa.ipc.open_stream(hexes).schema.metadata[b"hientruong"])["n"] == facts["n"]
    described = http.get(answer.headers["link"].split(">")[0][1:]).json()
    assert described["n"] == facts["n"]


def test_an_answer_is_sent_once(http: httpx.Client) -> None:
    first = http.get("/v1/hotspots", params=ASKED)
    again = http.get("/v1/hotspots", params=ASKED, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_large_answer_is_compressed_for_who_takes_it(http: httpx.Client) -> None:
    plain = http.get("/v1/hexes", params=ASKED | {"res": 9}, headers={"accept-encoding": "identity"})
    packed = http.get("/v1/hexes", params=ASKED | {"res": 9}, headers={"accept-encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert packed.content == plain.content
    assert packed.num_bytes_downloaded < len(plain.content) / 4
    assert packed.headers["etag"] == f"W/{plain.headers['etag']}"
    assert "accept-encoding" in packed.headers["vary"].lower()
    for answer in (plain, packed):
        known = {"if-none-match": answer.headers["etag"]}
        assert http.get("/v1/hexes", params=ASKED | {"res": 9}, headers=known).status_code == 304
    assert "content-encoding" not in http.get("/v1/hexes", params=ASKED | {"format": "parquet"}).headers


def test_people_who_reported_are_counted_once_a_cell(http: httpx.Client, sql: psycopg.Connection) -> None:
    pairs = {(cell, who) for cell, who in cells_in(sql, "reporter") if who is not None}
    body = columns_of(http.get("/v1/hexes", params=ASKED | {"measure": "reporters", "format": "json"}))
    assert dict(zip(body["cell"], body["count"], strict=True)) == Counter(cell for cell, _ in pairs)


def test_a_change_compares_the_days_just_before(http: httpx.Client, sql: psycopg.Connection) -> None:
    body = http.get("/v1/hotspots", params=ASKED | {"view": "change", "format": "json"}).raise_for_status().json()
    assert body["period_before"] == {"from": "2025-07-04", "to": "2025-12-31"}
    local = "(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    before = f"SELECT count(*) FROM report WHERE category = 'parking' AND {local} BETWEEN '2025-07-04' AND '2025-12-31'"
    assert body["n_before"] == sql.execute(before).fetchone()[0] == sum(body["columns"]["before"])


def test_emerging_steps_are_whole_weeks_that_end_with_the_period(http: httpx.Client) -> None:
    body = http.get("/v1/hotspots", params=ASKED | {"view": "emerging", "format": "json"}).raise_for_status().json()
    assert (body["parameters"]["step_days"], body["parameters"]["steps"]) == (14, 12)
    assert body["period"] == {"from": "2026-01-14", "to": "2026-06-30"}


@pytest.mark.parametrize(
    "asked",
    [{"view": view} for view in ("counts", "hotspots", "emerging", "change", "overdue")] + [{"measure": "share"}],
)
def test_of_reports_that_are_all_made_up_every_view_says_so(http: httpx.Client, asked: dict[str, str]) -> None:
    body = http.get("/v1/hotspots", params=ASKED | {"view": "counts"} | asked | {"format": "json"}).json()
    assert body["synthetic"] == body["n"] > 100


def test_the_public_sees_no_cell_of_fewer_than_five_people(public: httpx.Client, sql: psycopg.Connection) -> None:
    month = "to_char(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM') || reporter::text"
    people: dict[str, set[object]] = {}
    for cell, who in cells_in(sql, month):
        people.setdefault(cell, set()).add(who)
    for path, asked in (("/v1/hexes", ASKED), ("/v1/hotspots", ASKED)):
        body = public.get(path, params=asked | {"format": "json"}).raise_for_status().json()
        shown = [cell for cell, n in zip(body["columns"]["cell"], body["columns"]["count"], strict=True) if n]
        assert shown
        assert min(len(people[cell]) for cell in shown) >= 5
        assert body["hidden"]["reports_in_coarser_cells"] > 0
    assert "planner" in problem(public.get("/v1/hotspots", params=ASKED | {"view": "change"}), 401)


def test_the_public_may_not_ask_for_what_takes_half_a_minute(public: httpx.Client) -> None:
    refusal = problem(public.get("/v1/hotspots", params=ASKED | {"method": "permutation"}), 401)
    assert "the method permutation is for planner" in refusal


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"view": "heat"}, "view"),
        ({"method": "magic"}, "method"),
        ({"k": 0}, "k"),
        ({"alpha": 0.5}, "alpha"),
        ({"alpha": "nan"}, "alpha"),
        ({"measure": "per_1000"}, "measure"),
        ({"measure": "share", "view": "hotspots"}, "measure"),
        ({"measure": "per_km2", "method": "normal"}, "method"),
        ({"res": 9, "k": 2, "method": "permutation"}, "method"),
        ({"res": 9, "k": 10}, "k"),
        ({"view": "emerging", "method": "permutation"}, "method"),
        ({"view": "emerging", "from": "2026-06-01"}, "from"),
        ({"view": "emerging", "step": 0}, "step"),
        ({"view": "change", "compare_from": "2025-01-01"}, "compare_from"),
        ({"unit": "nowhere"}, "unit"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "105.8,21.0,105.8,21.1", "format": "png"}, "bbox"),
        ({"status": "lost"}, "status"),
        ({"category": ["parking", "zoo"]}, "category"),
        ({"res": 10}, "res"),
    ],
)
def test_hot_spots_refuse_with_the_parameter(http: httpx.Client, query: dict, parameter: str) -> None:
    problem(http.get("/v1/hotspots", params=ASKED | query), 422, parameter=parameter)


def test_a_cell_tells_its_place_its_series_and_its_newest_reports(http: httpx.Client, sql: psycopg.Connection) -> None:
    local = "to_char(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')"
    [(busiest, n)] = Counter(cell for cell, _ in cells_in(sql, "1")).most_common(1)
    months = Counter(month for cell, month in cells_in(sql, local) if cell == busiest)
    body = http.get(f"/v1/hexes/{busiest}", params=ASKED | {"reports": 3}).raise_for_status().json()
    assert (body["n"], body["category"], body["categories"]) == (n, "parking", {"parking": n})
    assert (body["synthetic"], body["hidden"]) == (n, None)  # all of the demo's are
    assert {month["from"][:7]: month["count"] for month in body["series"] if month["count"]} == months
    lat, lon = h3.cell_to_latlng(busiest)
    assert (body["place"]["lon"], body["place"]["lat"]) == pytest.approx((lon, lat), abs=1e-4)
    owner = http.get("/v1/locate", params={"lon": lon, "lat": lat, "at": PERIOD["to"]}).json()["unit"]
    assert body["place"]["unit"]["code"] == owner["code"]
    assert body["place"]["vi"].startswith(owner["name"])
    found = [h3.cell_to_parent(h3.latlng_to_cell(each["lat"], each["lon"], 12), 8) for each in body["reports"]]
    assert found == [busiest] * 3
    problem(http.get("/v1/hexes/nonsense"), 422)


def test_the_public_reads_no_report_of_a_cell(public: httpx.Client, sql: psycopg.Connection) -> None:
    [(busiest, n)] = Counter(cell for cell, _ in cells_in(sql, "1")).most_common(1)
    body = public.get(f"/v1/hexes/{busiest}", params=ASKED).raise_for_status().json()
    assert 0 < body["n"] <= n
    assert body["synthetic"] == body["n"]
    assert "reports" not in body
    hidden = public.get("/v1/hexes", params=ASKED | {"format": "json"}).raise_for_status().json()["hidden"]
    holding = {h3.cell_to_parent(busiest, resolution) for resolution in range(5, 8)}
    coarser = {cell: count for cell, count in hidden["coarser_cells"].items() if cell in holding}
    told = {"coarser_cells": coarser, "reports_in_coarser_cells": sum(coarser.values())}
    assert body["hidden"] == hidden | told


@pytest.mark.parametrize("boundaries_at", ["2025-06-30", "2025-07-01"])
def test_a_wards_reports_and_months_are_counted_under_the_boundaries_of_any_date(http, sql, boundaries_at) -> None:
    held = f"""FROM report JOIN boundary ON ST_Covers(boundary.geom, report.geom)
        JOIN generation ON generation.id = boundary.generation_id AND level = 'ward' AND period @> %s::date
        JOIN unit ON unit.id = boundary.unit_id WHERE {IN_PERIOD}"""
    code, n = sql.execute(f"SELECT unit.code, count(*) {held} GROUP BY 1 ORDER BY 2 DESC", [boundaries_at]).fetchone()
    wanted = ASKED | {"unit": code, "boundaries_at": boundaries_at, "format": "json"}
    answer = http.get("/v1/hexes", params=wanted).raise_for_status().json()
    assert answer["n"] == n
    month = "to_char(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')"
    by_month = dict(
        sql.execute(f"SELECT {month}, count(*) {held} AND unit.code = %s GROUP BY 1", [boundaries_at, code]).fetchall()
    )
    assert {each["from"][:7]: each["count"] for each in answer["months"] if each["count"]} == by_month


def test_a_ward_that_is_no_more_is_shown_as_the_city_of_today_judges_it(http, sql) -> None:
    code, shape = sql.execute(
        """SELECT unit.code, ST_AsText(boundary.geom) FROM boundary JOIN unit ON unit.id = boundary.unit_id
        JOIN generation ON generation.id = boundary.generation_id AND generation.level = 'ward'
        WHERE upper(period) = '2025-07-01' AND NOT EXISTS (SELECT 1 FROM boundary AS later
        JOIN generation ON generation.id = later.generation_id AND period @> '2025-07-01'::date
        JOIN unit AS other ON other.id = later.unit_id WHERE other.code = unit.code) ORDER BY 1 LIMIT 1"""
    ).fetchone()
    asked = ASKED | {"every_cell": True, "format": "json"}
    whole = http.get("/v1/hotspots", params=asked).raise_for_status().json()
    problem(http.get("/v1/hotspots", params=asked | {"unit": code}), 422, parameter="unit")
    ward = http.get("/v1/hotspots", params=asked | {"unit": code, "boundaries_at": "2025-06-30"})
    ward = ward.raise_for_status().json()
    hexagons = [Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]) for cell in whole["columns"]["cell"]]
    touching = [number for number, hexagon in enumerate(hexagons) if hexagon.intersects(from_wkt(shape))]
    assert 0 < len(touching) < len(hexagons)
    assert ward["columns"] == {name: [values[at] for at in touching] for name, values in whole["columns"].items()}
    assert (ward["unit"], ward["boundaries_at"]) == (code, "2025-06-30")
    assert ward["generation"] == whole["generation"]


@pytest.mark.parametrize("path", ["/v1/hexes", "/v1/hotspots", "/v1/series"])
def test_boundaries_without_a_unit_are_refused(http, path) -> None:
    problem(http.get(path, params={"boundaries_at": "2025-06-30"}), 422, parameter="boundaries_at")


def test_a_tag_changes_only_with_the_answer(http: httpx.Client) -> None:
    """The last test here, as it adds reports: one of another category changes no tag, one of this category does."""
    asked = ASKED | {"format": "png"}
    tags = {http.get("/v1/hotspots", params=asked).headers["etag"] for _ in range(2)}
    assert len(tags) == 1
    for category, changed in (("waste", False), ("parking", True)):
        before = counted(http, category)
        report = {"lon": 105.868664, "lat": 20.998485, "channel": "app", "category": category}
        sent = http.post("/v1/reports", json=report | {"reported_at": "2026-03-03T03:00:00Z"})
        sent.raise_for_status()
        deadline = time.monotonic() + 30
        while counted(http, category) == before:
            assert time.monotonic() < deadline, "the cube does not follow"
        assert (http.get("/v1/hotspots", params=asked).headers["etag"] not in tags) == changed


def counted(http: httpx.Client, category: str) -> int:
    answer = http.get("/v1/hexes", params=PERIOD | {"category": category, "format": "json"})
    return answer.raise_for_status().json()["n"]
