"""Units, their neighbours and their generations by HTTP: equal to PostGIS, and sent only to who lacks them."""

import csv
import io
import re
from collections.abc import Iterator

import geopandas as gpd
import httpx
import numpy as np
import psycopg
import pytest
import shapely

from tests.api.answers import problem
from tests.api.serving import api_key, serving
from tests.api.test_http import shapes
from tests.conftest import Database, cloned

OLD, NEW = "2024-07-01", "2026-01-01"
COUNTS = {("ward", OLD): 526, ("ward", NEW): 126, ("district", OLD): 30, ("city", NEW): 1, ("area", NEW): 2}
PARKS = """
    WITH generation AS (
        INSERT INTO generation (territory_id, level, valid_from, state, schematic, source, licence, checksum, loaded_by,
            checks)
        VALUES ('hanoi', 'area', '2020-01-01', 'active', false, 'parks', 'none', 'a', 'tests',
            '{"passed": true, "findings": []}') RETURNING id),
    park AS (
        INSERT INTO unit (territory_id, level, code, kind, name, name_en)
        VALUES ('hanoi', 'area', 'lake', 'Hồ', 'Hồ Tây', 'West Lake'),
            ('hanoi', 'area', 'road', 'Đường', 'Đường', 'Road')
        RETURNING id, code)
    INSERT INTO boundary (generation_id, unit_id, geom, area_m2)
    SELECT generation.id, park.id, geom, ST_Area(geom::geography) FROM generation, park, LATERAL (SELECT ST_Multi(
        ST_Buffer(ST_Point(105.82 + CASE code WHEN 'lake' THEN 0 ELSE 0.005 END, 21.05, 4326), 0.01, 64)) AS geom) AS x
"""


@pytest.fixture(scope="module")
def places(shared_cluster, city: Database) -> Iterator[Database]:
    """Hanoi with two named areas that overlap."""
    with cloned(shared_cluster, city.name) as database:
        with database.connect() as connection:
            connection.execute(PARKS)
        yield database


@pytest.fixture(scope="module")
def http(places: Database) -> Iterator[httpx.Client]:
    key = api_key(places.url)
    with serving(places.url) as address, httpx.Client(base_url=f"{address}/v1", headers=key, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def sql(places: Database) -> Iterator[psycopg.Connection]:
    with places.connect() as connection:
        yield connection


def generation_of(sql: psycopg.Connection, level: str, day: str) -> int:
    query = "SELECT id FROM generation WHERE level = %s AND period @> %s::date AND state = 'active'"
    return sql.execute(query, [level, day]).fetchone()[0]


def in_metres(polygons: np.ndarray) -> np.ndarray:
    return gpd.GeoSeries(polygons, crs=4326).to_crs(32648).to_numpy()


@pytest.mark.parametrize(("level", "day"), COUNTS)
def test_units_of_every_level_are_those_of_the_database_with_the_areas_that_postgis_measures(
    http: httpx.Client, sql: psycopg.Connection, level: str, day: str
) -> None:
    body = http.get("/units", params={"level": level, "at": day}).raise_for_status().json()
    generation = generation_of(sql, level, day)
    rows = sql.execute(
        "SELECT code, name, name_en, kind, ST_Area(geom::geography), ST_AsBinary(geom) FROM boundary"
        " JOIN unit ON unit.id = unit_id WHERE generation_id = %s ORDER BY code",
        [generation],
    ).fetchall()
    told = [feature["properties"] for feature in body["features"]]
    assert len(told) == COUNTS[level, day]
    assert [(each["code"], each["name"], each["name_en"], each["kind"]) for each in told] == [row[:4] for row in rows]
    assert [each["area_m2"] for each in told] == pytest.approx([row[4] for row in rows], rel=1e-6, abs=0.1)
    assert {(each["level"], each["generation"], each["schematic"]) for each in told} == {
        (level, generation, level != "area")
    }
    assert body["generation"]["id"] == generation
    assert shapely.equals(shapes(body), shapely.from_wkb([row[5] for row in rows])).all()


@pytest.mark.parametrize(("level", "day"), [("ward", NEW), ("district", OLD)])
@pytest.mark.parametrize("tolerance", [20, 500])
def test_simplified_units_stay_one_coverage(http: httpx.Client, level: str, day: str, tolerance: int) -> None:
    asked = {"level": level, "at": day}
    simple = shapes(http.get("/units", params=asked | {"tolerance": tolerance}).json())
    exact = shapes(http.get("/units", params=asked).json())
    assert shapely.coverage_is_valid(simple)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(exact).sum()


def test_simplified_areas_may_overlap_and_stay_in_place(http: httpx.Client) -> None:
    asked = {"level": "area", "at": NEW}
    exact = shapes(http.get("/units", params=asked).json())
    simple = shapes(http.get("/units", params=asked | {"tolerance": 20}).json())
    assert shapely.is_valid(simple).all()
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(exact).sum() / 2
    assert shapely.hausdorff_distance(in_metres(exact), in_metres(simple)).max() <= 20
    assert shapely.overlaps(*simple)


@pytest.mark.parametrize(("level", "day"), [("ward", NEW), ("ward", OLD), ("district", OLD)])
def test_the_units_of_a_bbox_are_those_that_postgis_finds(
    http: httpx.Client, sql: psycopg.Connection, level: str, day: str
) -> None:
    box = (105.80, 20.98, 105.90, 21.06)
    body = http.get("/units", params={"level": level, "at": day, "bbox": ",".join(map(str, box))}).json()
    expected = sql.execute(
        "SELECT code FROM boundary JOIN unit ON unit.id = unit_id"
        " WHERE generation_id = %s AND ST_Intersects(geom, ST_MakeEnvelope(%s, %s, %s, %s, 4326)) ORDER BY code",
        [generation_of(sql, level, day), *box],
    ).fetchall()
    assert [feature["id"] for feature in body["features"]] == [code for (code,) in expected]
    assert 0 < len(expected) < COUNTS[level, day]


@pytest.mark.parametrize(
    ("level", "day", "code"), [("ward", NEW, "00292"), ("ward", OLD, "00004"), ("district", OLD, "001")]
)
def test_a_unit_tells_its_place_its_parents_and_the_neighbours_that_postgis_measures(
    http: httpx.Client, sql: psycopg.Connection, level: str, day: str, code: str
) -> None:
    feature = http.get(f"/units/{code}", params={"level": level, "at": day}).raise_for_status().json()
    told = feature["properties"]
    generation = generation_of(sql, level, day)
    of_unit = "boundary.generation_id = %s AND unit.code = %s"
    box = sql.execute(
        "SELECT ST_XMin(geom), ST_YMin(geom), ST_XMax(geom), ST_YMax(geom), ST_Covers(geom, ST_Point(%s, %s, 4326)),"
        f" ST_Area(geom::geography) FROM boundary JOIN unit ON unit.id = unit_id WHERE {of_unit}",
        [*told["centre"], generation, code],
    ).fetchone()
    assert (*feature["bbox"], True, pytest.approx(told["area_m2"], abs=0.1)) == box
    borders = sql.execute(
        "SELECT other.code, ST_Length(ST_Intersection(boundary.geom, beside.geom)::geography) AS metres FROM boundary"
        " JOIN unit ON unit.id = boundary.unit_id"
        " JOIN boundary AS beside ON beside.generation_id = boundary.generation_id"
        "   AND beside.unit_id != unit.id AND ST_Intersects(boundary.geom, beside.geom)"
        f" JOIN unit AS other ON other.id = beside.unit_id WHERE {of_unit}",
        [generation, code],
    ).fetchall()
    assert len(told["neighbours"]) > 2
    assert {each["code"]: each["border_m"] for each in told["neighbours"]} == {
        other: pytest.approx(metres, abs=0.1) for other, metres in borders if metres > 0
    }
    lengths = [each["border_m"] for each in told["neighbours"]]
    assert lengths == sorted(lengths, reverse=True)
    assert told["ancestors"][-1]["level"] == "city"
    assert [each["level"] for each in told["ancestors"]] == (
        ["district", "city"] if (level, day) == ("ward", OLD) else ["city"]
    )


def test_a_code_is_whose_it_was_on_the_day(http: httpx.Client) -> None:
    """00004 was Trúc Bạch, and since July 2025 it is Ba Đình."""
    old, new = (http.get("/units/00004", params={"at": day}).json()["properties"] for day in (OLD, NEW))
    assert (old["name"], new["name"]) == ("Phường Trúc Bạch", "Phường Ba Đình")
    assert [(each["valid_to"], each["area_m2"]) for each in old["history"]] == [("2025-07-01", old["area_m2"])]
    assert [(each["valid_from"], each["valid_to"]) for each in new["history"]] == [("2025-07-01", None)]


def test_a_unit_tells_from_whom_its_land_came_and_to_whom_it_went(http: httpx.Client, sql: psycopg.Connection) -> None:
    new = http.get("/units/00004", params={"at": NEW}).json()["properties"]
    shares = sql.execute(
        "SELECT u.code, ST_Area(ST_Intersection(old.geom, new.geom)::geography) / new.area_m2 FROM boundary AS new"
        " JOIN boundary AS old ON ST_Intersects(old.geom, new.geom) JOIN unit AS u ON u.id = old.unit_id"
        " WHERE new.generation_id = %s AND old.generation_id = %s"
        " AND new.unit_id = (SELECT id FROM unit WHERE code = '00004' AND name = 'Phường Ba Đình')",
        [generation_of(sql, "ward", NEW), generation_of(sql, "ward", OLD)],
    ).fetchall()
    assert {each["code"]: each["share_of_new"] for each in new["predecessors"]} == {
        code: pytest.approx(share, abs=1e-5) for code, share in shares if share > 0.01
    }
    assert new["successors"] == []
    old = http.get("/units/00004", params={"at": OLD}).json()["properties"]
    assert old["predecessors"] == []
    assert "00004" in [each["code"] for each in old["successors"]]
    assert sum(each["share_of_old"] for each in old["successors"]) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/units/00001?at=2026-01-01", "give a date of then as at"),
        ("/units/00293?at=2026-01-01", "closest are .*0029"),
        ("/units/vinh tuy?at=2026-01-01", "closest are .*Phường Vĩnh Tuy"),
        ("/units/Hồ Tay?level=area&at=2026-01-01", "closest are lake Hồ Tây"),
        ("/units/@@@@?at=2026-01-01", "see /v1/units"),
        ("/units?at=1990-01-01", "loaded periods"),
        ("/units?level=district&at=2026-01-01", r"level district .*loaded periods: \[.*, 2025-07-01\)"),
        ("/generations/99999999999999999999", "no generation 99999999999999999999 .*known: 1, "),
        ("/generations/1/succession/77", "no generation 77"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(http: httpx.Client, path: str, says: str) -> None:
    detail = problem(http.get(path), 404)
    assert re.search(says, detail), detail


@pytest.mark.parametrize("query", ["level=region", "tolerance=-1", "tolerance=nan", "tolerance=inf", "at=yesterday"])
def test_a_wrong_parameter_is_named(http: httpx.Client, query: str) -> None:
    problem(http.get(f"/units?{query}"), 422, parameter=query.split("=")[0])


def test_generations_tell_their_source_who_loaded_them_and_what_the_gate_found(
    http: httpx.Client, sql: psycopg.Connection
) -> None:
    listed = http.get("/generations").json()
    rows = sql.execute(
        "SELECT id, level, valid_from::text, valid_to::text, state, source, licence, checksum, loaded_by,"
        " checks - 'findings', (SELECT count(*) FROM boundary WHERE generation_id = generation.id)"
        " FROM generation ORDER BY level, valid_from, id"
    ).fetchall()
    names = ["id", "level", "valid_from", "valid_to", "state", "source", "licence", "checksum", "loaded_by", "checks"]
    names.append("units")
    assert [tuple(each[name] for name in names) for each in listed] == rows
    [area] = [each for each in listed if each["level"] == "area"]
    assert area["checks"] == {"passed": True}
    assert http.get(f"/generations/{area['id']}").json() == area | {"checks": {"passed": True, "findings": []}}


def test_succession_is_the_same_as_json_and_as_csv(http: httpx.Client, sql: psycopg.Connection) -> None:
    old, new = generation_of(sql, "ward", OLD), generation_of(sql, "ward", NEW)
    path = f"/generations/{old}/succession/{new}"
    body = http.get(path).json()
    assert (body["old"]["id"], body["new"]["id"]) == (old, new)
    pairs = body["pairs"]
    assert np.sum([pair["area_m2"] for pair in pairs]) == pytest.approx(
        sql.execute("SELECT sum(area_m2) FROM boundary WHERE generation_id = %s", [old]).fetchone()[0], rel=1e-3
    )
    for answer in (http.get(path, params={"format": "csv"}), http.get(path, headers={"accept": "text/csv"})):
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [tuple(row.values()) for row in rows] == [tuple(map(str, pair.values())) for pair in pairs]
        assert list(rows[0]) == list(pairs[0])


def test_succession_by_reports_counts_them_as_postgis_does(demo: Database, address: str) -> None:
    with (
        httpx.Client(base_url=f"{address}/v1", headers=api_key(demo.url), trust_env=False) as http,
        demo.connect() as sql,
    ):
        old, new = generation_of(sql, "ward", OLD), generation_of(sql, "ward", NEW)
        answer = http.get(f"/generations/{old}/succession/{new}", params={"reports": True}).raise_for_status()
        expected = sql.execute(
            "SELECT u.code, v.code, count(*) FROM report, boundary AS b JOIN unit AS u ON u.id = b.unit_id,"
            " boundary AS c JOIN unit AS v ON v.id = c.unit_id WHERE b.generation_id = %s AND c.generation_id = %s"
            " AND ST_Covers(b.geom, report.geom) AND ST_Covers(c.geom, report.geom) GROUP BY 1, 2",
            [old, new],
        ).fetchall()
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    counted = {(pair["old_code"], pair["new_code"]): pair["reports"] for pair in answer.json()["pairs"]}
    assert {pair: count for pair, count in counted.items() if count} == {row[:2]: row[2] for row in expected}
    assert len(expected) > 100


PATHS = ["/units?at=2026-01-01&tolerance=50", "/units/00292?at=2026-01-01", "/generations", "/generations/1"]


@pytest.mark.parametrize("path", [*PATHS, "/generations/1/succession/1"])
def test_who_has_an_answer_is_not_sent_it_again(http: httpx.Client, path: str) -> None:
    plain = {"accept-encoding": "identity"}
    first = http.get(path, headers=plain).raise_for_status()
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "public, no-cache"
    for known in (tag, f"W/{tag}", "*", f'"other, one", {tag}', f'W/"x",{tag}'):
        again = http.get(path, headers=plain | {"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
    for unknown in ('"other"', tag.strip('"'), f'"{tag[2:]}'):
        assert http.get(path, headers=plain | {"if-none-match": unknown}).status_code == 200
    packed = http.get(path, headers={"accept-encoding": "gzip"})
    assert packed.content == first.content
    expected = (f"W/{tag}", "Accept, Accept-Encoding") if "content-encoding" in packed.headers else (tag, "Accept")
    assert (packed.headers["etag"], packed.headers["vary"]) == expected
    assert first.headers["vary"] == packed.headers["vary"]
    head = http.head(path, headers=plain)
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in ("etag", "content-type", "content-length")} == {
        name: first.headers[name] for name in ("etag", "content-type", "content-length")
    }


def test_different_answers_have_different_tags(http: httpx.Client) -> None:
    queries = ["", "tolerance=50", "at=2024-07-01", "bbox=105.8,21,105.9,21.1", "level=city"]
    tags = [http.head(f"/units?{query}").headers["etag"] for query in queries]
    as_json = http.head("/units", headers={"accept": "application/json"})
    assert as_json.headers["content-type"] == "application/json"
    assert len({*tags, as_json.headers["etag"]}) == len(queries) + 1


def test_a_tag_changes_when_the_boundaries_do(city_database: Database) -> None:
    with (
        serving(city_database.url) as address,
        httpx.Client(base_url=f"{address}/v1", trust_env=False) as http,
        city_database.connect() as connection,
    ):
        before = {path: http.get(path).headers["etag"] for path in ("/generations", "/units/00292")}
        connection.execute(PARKS)
        after = http.get("/generations", headers={"if-none-match": before["/generations"]})
        assert after.status_code == 200
        assert after.headers["etag"] != before["/generations"]
        assert http.get("/units/00292", headers={"if-none-match": before["/units/00292"]}).status_code == 304


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["image/png", "text/html, application/xml", "*/*;q=0", "application/*;q=0, */*"])
def test_what_cannot_be_given_is_refused_with_what_can(http: httpx.Client, path: str, accept: str) -> None:
    detail = problem(http.get(path, headers={"accept": accept}), 406)
    assert accept in detail
    assert "application/json can be given" in detail
