"""The service by HTTP: answers equal to SQL and h3, and every refusal a problem that says where it is."""

from collections import Counter

import h3
import httpx
import numpy as np
import psycopg
import pytest
import shapely

from tests.api.answers import problem
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

VINH_TUY = {"lon": 105.868664, "lat": 20.998485}
REPORT = VINH_TUY | {"category": "waste", "channel": "app"}
PERIOD = {"from": "2026-01-01", "to": "2026-03-31"}
IN_PERIOD = "(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN '2026-01-01' AND '2026-03-31'"
BBOX = (105.80, 20.98, 105.90, 21.06)


def shapes(body: dict) -> np.ndarray:
    return np.array([shapely.geometry.shape(feature["geometry"]) for feature in body["features"]])


def exterior_rings(polygons: np.ndarray) -> np.ndarray:
    return shapely.get_exterior_ring(shapely.get_parts(polygons))


def test_locate_says_whose_a_point_is_how_sure_that_is_and_who_must_act(http: httpx.Client) -> None:
    wanted = VINH_TUY | {"at": "2026-01-05", "accuracy": 30, "category": "waste"}
    body = http.get("/v1/locate", params=wanted).raise_for_status().json()
    assert body["unit"]["name"] == "Phường Vĩnh Tuy"
    assert (body["lon"], body["lat"], body["at"]) == (*VINH_TUY.values(), "2026-01-05")
    assert (body["how"], body["certain"]) == ("inside", True)
    assert body["border_m"] > 30
    assert [candidate["code"] for candidate in body["candidates"]] == [body["unit"]["code"]]
    assert body["generation"]["schematic"] is True
    assert body["ancestors"][-1]["level"] == "city"
    assert {"lead", "rule", "due", "intake_due", "why"} <= body["responsible"].keys()


@pytest.mark.parametrize(
    ("query", "status", "parameter", "says"),
    [
        ({"lat": 21}, 422, "lon", "required"),
        ({"lon": "east"}, 422, "lon", "number"),
        ({"lon": VINH_TUY["lat"], "lat": VINH_TUY["lon"]}, 422, None, "swapped"),
        ({"lon": 2.35, "lat": 48.86}, 422, None, "outside the territory"),
        ({"lat": 200}, 422, "lat", "out of range"),
        ({"lon": "nan"}, 422, None, "missing"),
        ({"category": "zoo"}, 422, "category", "waste, parking, fire_risk"),
        ({"at": "31-12-2026"}, 422, "at", "valid date"),
        ({"at": "1990-01-01"}, 404, None, "loaded periods"),
        ({"accuracy": 0}, 422, "accuracy", "radius"),
    ],
)
def test_locate_refuses_with_the_parameter_and_the_reason(
    http: httpx.Client, query: dict, status: int, parameter: str | None, says: str
) -> None:
    wanted = {"lat": 21} if says == "required" else VINH_TUY | query
    members = {} if parameter is None else {"parameter": parameter}
    assert says in problem(http.get("/v1/locate", params=wanted), status, **members)


@pytest.mark.parametrize("resolution", [7, 9])
def test_hexes_count_every_report_once_in_the_cell_that_h3_gives_it(
    http: httpx.Client, sql: psycopg.Connection, resolution: int
) -> None:
    rows = sql.execute(f"SELECT ST_Y(geom), ST_X(geom) FROM report WHERE category = 'waste' AND {IN_PERIOD}").fetchall()
    expected = Counter(h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 12), resolution) for lat, lon in rows)
    answer = http.get("/v1/hexes", params=PERIOD | {"category": "waste", "res": resolution})
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert {feature["id"]: feature["properties"]["count"] for feature in body["features"]} == expected
    assert len(rows) > 100
    assert body["n"] == body["synthetic"] == len(rows)
    assert (body["period"], body["category"], body["resolution"]) == (PERIOD, "waste", resolution)
    assert body["generation"]["schematic"] is True


def test_hexes_are_h3_cells_with_exterior_rings_counter_clockwise(http: httpx.Client) -> None:
    body = http.get("/v1/hexes", params=PERIOD).json()
    polygons = shapes(body)
    assert shapely.is_ccw(exterior_rings(polygons)).all()
    names = [feature["id"] for feature in body["features"]]
    theirs = np.array([shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(name)]) for name in names])
    assert shapely.hausdorff_distance(polygons, theirs).max() < 1e-6


def test_hexes_of_a_bbox_are_those_that_meet_it(http: httpx.Client) -> None:
    every = http.get("/v1/hexes", params=PERIOD).json()
    some = http.get("/v1/hexes", params=PERIOD | {"bbox": ",".join(map(str, BBOX))}).json()
    meet = shapely.intersects(shapes(every), shapely.box(*BBOX))
    expected = [feature for feature, inside in zip(every["features"], meet, strict=True) if inside]
    assert 0 < len(expected) < len(every["features"])
    assert some["features"] == expected
    assert some["n"] == sum(feature["properties"]["count"] for feature in expected)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"bbox": "105,20,106"}, "bbox"),
        ({"bbox": "106,20,105,21"}, "bbox"),
        ({"bbox": "nan,20,105,21"}, "bbox"),
        ({"bbox": "500,20,600,21"}, "bbox"),
        ({"from": "2026-02-02", "to": "2026-01-01"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"to": "0001-01-05"}, "to"),
        ({"to": "yesterday"}, "to"),
        ({"category": "zoo"}, "category"),
        ({"res": 4}, "res"),
        ({"res": 11}, "res"),
    ],
)
def test_hexes_refuse_with_the_parameter(http: httpx.Client, query: dict, parameter: str) -> None:
    problem(http.get("/v1/hexes", params=query), 422, parameter=parameter)


@pytest.mark.parametrize(("day", "count"), [("2024-07-01", 526), ("2026-01-01", 126)])
@pytest.mark.parametrize("tolerance", [0, 50])
def test_units_of_a_day_are_a_valid_coverage_also_when_simplified(
    http: httpx.Client, day: str, count: int, tolerance: int
) -> None:
    answer = http.get("/v1/units", params={"at": day, "tolerance": tolerance})
    assert answer.headers["content-type"] == "application/geo+json"
    polygons = shapes(answer.json())
    assert len(polygons) == count
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    assert shapely.is_ccw(exterior_rings(polygons)).all()


def test_units_of_a_bbox_are_those_that_postgis_finds(http: httpx.Client, sql: psycopg.Connection) -> None:
    body = http.get("/v1/units", params={"at": "2026-01-01", "bbox": ",".join(map(str, BBOX))}).json()
    expected = sql.execute(
        "SELECT code FROM boundary JOIN unit ON unit.id = unit_id"
        " WHERE generation_id = %s AND ST_Intersects(geom, ST_MakeEnvelope(%s, %s, %s, %s, 4326))",
        [body["generation"]["id"], *BBOX],
    ).fetchall()
    assert sorted(feature["id"] for feature in body["features"]) == sorted(code for (code,) in expected)
    assert 0 < len(expected) < 126


def test_categories_extent_and_generations_are_those_of_the_database(
    http: httpx.Client, sql: psycopg.Connection
) -> None:
    codes = [category["code"] for category in http.get("/v1/categories").json()]
    assert codes == [code for (code,) in sql.execute("SELECT code FROM category ORDER BY position")]
    extent = http.get("/v1/extent").json()
    query = "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (SELECT ST_Extent(geom) FROM boundary b JOIN generation g ON g.id = generation_id WHERE level = 'ward') AS x(e)"  # noqa: E501
    assert extent["bbox"] == pytest.approx(sql.execute(query).fetchone(), abs=1e-9)
    days = sql.execute(
        "SELECT min(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text,"
        " max(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date::text FROM report WHERE synthetic"
    ).fetchone()
    assert (extent["first_report"], extent["last_report"]) == days
    generations = http.get("/v1/generations").json()
    assert [each["id"] for each in generations] == [
        id for (id,) in sql.execute("SELECT id FROM generation ORDER BY level, valid_from")
    ]


def test_what_is_not_there_is_a_problem_too(http: httpx.Client) -> None:
    assert "/nowhere" in problem(http.get("/nowhere"), 404)
    wrong_method = http.put("/v1/reports")
    problem(wrong_method, 405)
    assert wrong_method.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/v1/categories", "/nowhere", "/v1/locate", "/livez"])
def test_every_answer_forbids_foreign_content(http: httpx.Client, path: str) -> None:
    headers = http.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_without_a_database_all_but_liveness_says_503_until_it_is_back(shared_cluster, city: Database) -> None:
    def admit(connections: bool) -> None:
        with shared_cluster.connect("postgres") as connection:
            connection.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS {connections}")
            if not connections:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name]
                )

    with (
        cloned(shared_cluster, city.name) as database,
        serving(database.url) as address,
        httpx.Client(base_url=address, headers=api_key(database.url), trust_env=False) as http,
    ):
        assert http.get("/readyz").status_code == 200
        admit(connections=False)
        for answer in (http.get("/readyz"), http.get("/v1/reports"), http.post("/v1/reports", json=REPORT)):
            told = problem(answer, 503)
            assert "try again" in told
            assert database.name not in told
        # What is held in memory is answered on.
        held = ("/livez", "/v1/locate?lon=105.85&lat=21.02")
        assert [http.get(path).status_code for path in held] == [200, 200]
        admit(connections=True)
        assert http.get("/readyz").status_code == 200


def test_a_report_is_stored_as_it_is_answered_and_the_same_external_id_answers_the_same(
    http: httpx.Client, sql: psycopg.Connection
) -> None:
    said = "Rác \"lớn\", 'đổ' trước\nngõ; DROP TABLE report; \\"
    sent = REPORT | {"description": said, "external_id": "quoted-1", "reported_at": "2025-08-01T00:30:00+07:00"}
    first = http.post("/v1/reports", json=sent)
    again = http.post("/v1/reports", json=sent | {"description": "another text"})
    assert (first.status_code, again.status_code) == (201, 201)
    body = first.json()
    assert again.json() == body
    rows = sql.execute(
        "SELECT report.id::text, description, ST_X(geom), ST_Y(geom), status, category, channel, lead, cooperating,"
        " synthetic, reported_at = '2025-07-31T17:30Z', due_at = %s, unit.code FROM report"
        " JOIN unit ON unit.id = unit_id"
        " WHERE external_id = 'quoted-1'",
        [body["due_at"]],
    ).fetchall()
    told = [body[name] for name in ("lead", "cooperating")]
    assert rows == [
        (body["id"], said, *VINH_TUY.values(), "waiting", "waste", "app", *told, False, True, True, body["unit_code"])
    ]
    events = sql.execute("SELECT kind FROM report_event WHERE report_id = %s ORDER BY at", [body["id"]]).fetchall()
    assert events == [("received",)]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"lon": "east"}, "#/lon"),
        ({"lon": None}, "#/lon"),
        ({"lon": VINH_TUY["lat"], "lat": VINH_TUY["lon"]}, "#/lon"),
        ({"lon": 106.5}, "#/lon"),
        ({"lat": 91}, "#/lat"),
        ({"category": "zoo"}, "#/category"),
        ({"channel": "fax"}, "#/channel"),
        ({"accuracy_m": -1}, "#/accuracy_m"),
        ({"description": "x" * 4001}, "#/description"),
        ({"description": "a\0b"}, "#/description"),
        ({"external_id": ""}, "#/external_id"),
        ({"external_id": "x" * 201}, "#/external_id"),
        ({"reported_at": "2026-01-01T00:00:00"}, "#/reported_at"),
        ({"reported_at": "2101-01-01T00:00:00Z"}, "#/reported_at"),
        ({"reported_at": "1990-01-01T00:00:00Z"}, "#/reported_at"),
        ({"reported_at": "0001-01-01T00:00:00+07:00"}, "#/reported_at"),
        ({"reported_at": "9999-12-31T23:59:59-07:00"}, "#/reported_at"),
        ({"phone": "0900000000"}, "#/phone"),
    ],
)
def test_a_report_is_refused_with_a_pointer_and_nothing_is_stored(
    http: httpx.Client, sql: psycopg.Connection, change: dict, pointer: str
) -> None:
    before = sql.execute("SELECT count(*) FROM report").fetchone()
    problem(http.post("/v1/reports", json=REPORT | change), 422, pointer=pointer)
    assert sql.execute("SELECT count(*) FROM report").fetchone() == before


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"[]", b'{"category": "waste"'])
def test_a_body_that_is_no_object_is_refused_as_a_whole(http: httpx.Client, body: bytes) -> None:
    json = {"content-type": "application/json"}
    problem(http.post("/v1/reports", content=body, headers=json), 422, pointer="#")
