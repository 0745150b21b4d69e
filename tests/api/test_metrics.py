"""What a process tells Prometheus is what happened to it, read by Prometheus' own parser."""

import json
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from geo.store.cluster import PrivateCluster
from tests.api.serving import api_key, run, serving
from tests.conftest import Database, cloned

POINT = {"lon": 105.868664, "lat": 20.998485}
REPORT = POINT | {"category": "waste", "channel": "app"}
OPEN311 = {"service_code": "waste", "lat": 20.998485, "long": 105.868664}
CSV = "category,lon,lat,reported_at\n" + "waste,105.868664,20.998485,2026-01-05T08:00:00\n" * 130

REQUEST = ("method", "route", "status")
Figures = dict[tuple[str, ...], float]


@pytest.fixture(scope="module")
def key(database: Database) -> dict[str, str]:
    return api_key(database.url)


@pytest.fixture(scope="module")
def database(shared_cluster: PrivateCluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def http(database: Database, key: dict[str, str]) -> Iterator[httpx.Client]:
    with (
        serving(database.url) as address,
        httpx.Client(base_url=address, headers=key, trust_env=False, timeout=30) as client,
    ):
        yield client


def figures(http: httpx.Client, name: str, *labels: str) -> Figures:
    """Give the samples of a name by the values of these labels."""
    text = http.get("/metrics").raise_for_status().text
    samples = [sample for family in parsed(text) for sample in family.samples if sample.name == name]
    return {tuple(sample.labels[label] for label in labels): sample.value for sample in samples}


def requests(http: httpx.Client) -> Figures:
    return figures(http, "hientruong_request_seconds_count", *REQUEST)


def test_every_request_is_counted_by_its_route_and_status_lookups_and_refusals_too(http, key):
    before = requests(http)
    for _ in range(5):
        http.get("/v1/locate", params=POINT)
    http.get("/v1/locate", params={"lon": "x"})
    http.post("/v1/locate", json={"points": [POINT]})
    http.get("/v1/units/00000")
    http.get("/v1/units/00001")
    http.get("/v1/categories", headers={"x-api-key": "ht_wrong"})
    http.get("/v1/reports/x")
    http.get("/v1/hexes", params={"res": 99})
    http.get("/open311/v2/services.json")
    for number in range(3):
        http.get(f"/nothing/{number}")
    http.request("PROPFIND", "/nothing")
    after = requests(http)
    counted = {labels: count - before.get(labels, 0) for labels, count in after.items() if labels[1] != "/metrics"}
    assert {labels: count for labels, count in counted.items() if count} == {
        ("GET", "/v1/locate", "200"): 5,
        ("GET", "/v1/locate", "422"): 1,
        ("POST", "/v1/locate", "200"): 1,
        ("GET", "/v1/units/{code}", "404"): 2,
        ("GET", "other", "401"): 1,
        ("GET", "/v1/reports/{id}", "422"): 1,
        ("GET", "/v1/hexes", "422"): 1,
        ("GET", "/open311/v2/services.{format}", "200"): 1,
        ("GET", "other", "404"): 3,
        ("other", "other", "404"): 1,
    }


def test_the_histogram_holds_every_request_and_its_time(http):
    for _ in range(20):
        http.get("/v1/locate", params=POINT)
    buckets = figures(http, "hientruong_request_seconds_bucket", *REQUEST, "le")
    lookups = {labels[3]: n for labels, n in buckets.items() if labels[:3] == ("GET", "/v1/locate", "200")}
    assert list(lookups.values()) == sorted(lookups.values())
    assert lookups["+Inf"] == requests(http)["GET", "/v1/locate", "200"] >= 20
    assert lookups["1.0"] > lookups["+Inf"] / 2
    seconds = figures(http, "hientruong_request_seconds_sum", *REQUEST)["GET", "/v1/locate", "200"]
    assert 0 < seconds < 20 * lookups["+Inf"]


def test_reports_are_counted_by_door_in_hundreds_and_those_that_a_file_brought_are_there_too(http, database, tmp_path):
    """An exact number would tell how many reports the public is not told of."""
    http.post("/v1/reports", json=REPORT | {"external_id": "one"}).raise_for_status()
    http.post("/v1/reports", json=REPORT | {"external_id": "one"}).raise_for_status()
    http.post("/v1/reports", json=REPORT | {"category": "noise"})
    lines = [REPORT | {"external_id": str(number)} for number in range(120)] + [{"category": "waste"}]
    ndjson = {"content-type": "application/x-ndjson"}
    for some in (lines, lines[:105]):
        http.post("/v1/reports", content="\n".join(map(json.dumps, some)), headers=ndjson).raise_for_status()
    http.post("/open311/v2/requests.json", data=OPEN311).raise_for_status()
    assert figures(http, "hientruong_reports_taken_total", "door", "outcome") == {
        ("json", "new"): 0,
        ("json", "again"): 0,
        ("ndjson", "new"): 100,
        ("ndjson", "again"): 100,
        ("open311", "new"): 0,
    }
    file = tmp_path / "reports.csv"
    file.write_text(CSV)
    imported = run("import", file, "--rejects", tmp_path / "no.csv", DATABASE_URL=database.url)
    assert imported.returncode == 0, imported.stderr
    start = http.get("/v1/changes").json()["next"]
    while figures(http, "hientruong_cube_lag_events")[()]:  # until the service has heard of it
        http.get("/v1/changes", params={"after": start, "wait": 0.1})
    assert figures(http, "hientruong_cube_reports")[()] == (1 + 120 + 1 + 130) // 100 * 100
    assert figures(http, "hientruong_cube_bytes")[()] % 1e6 == 0


def test_boundaries_the_pool_and_the_followers_are_told(http, database):
    with database.connect() as sql:
        today = "SELECT id FROM generation WHERE level = 'ward' AND state = 'active' AND period @> current_date"
        [generation] = sql.execute(today).fetchone()
    assert figures(http, "hientruong_boundaries_generation", "territory", "schematic") == {
        ("hanoi", "true"): generation
    }
    assert figures(http, "hientruong_database_up") == {(): 1}
    connections = figures(http, "hientruong_database_connections", "state")
    assert 4 <= connections[("in_use",)] <= connections[("most",)]
    followed = {("boundaries",), ("changes",), ("cube",), ("keys",)}
    assert figures(http, "hientruong_follower_listens", "follows") == dict.fromkeys(followed, 1)
    with database.connect("postgres") as sql:
        sql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    while figures(http, "hientruong_follower_connections_lost_total", "follows") != dict.fromkeys(followed, 1):
        pass
    while figures(http, "hientruong_follower_listens", "follows") != dict.fromkeys(followed, 1):
        pass


def test_prometheus_gets_the_format_that_it_asks_for(http):
    asked = http.get("/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0"})
    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    assert asked.text.endswith("# EOF\n")
    assert http.get("/metrics").headers["content-type"].startswith("text/plain")
