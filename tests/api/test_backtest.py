"""Which map foretold best: the figures are those of a sum by hand, at both doors and for everybody."""

from collections.abc import Iterator

import h3
import httpx
import pytest
from pyproj import Geod
from shapely import Polygon

from tests.api.answers import problem
from tests.api.serving import api_key, run
from tests.conftest import Database

ASKED = {"category": "parking", "from": "2025-01-01", "to": "2025-12-31"}


@pytest.fixture(scope="module")
def http(demo: Database, address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, headers=api_key(demo.url, "planner"), trust_env=False, timeout=60) as client:
        yield client


def counts(http: httpx.Client, first: str, last: str) -> dict[str, int]:
    asked = {"category": "parking", "from": first, "to": last, "format": "json"}
    columns = http.get("/v1/hexes", params=asked).raise_for_status().json()["columns"]
    return dict(zip(columns["cell"], columns["count"], strict=True))


def area_m2(cell: str) -> float:
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(Polygon((lon, lat) for lat, lon in h3.cell_to_boundary(cell)))
    return abs(area)


def test_last_months_counts_foretell_as_a_sum_by_hand_says(http: httpx.Client) -> None:
    body = http.get("/v1/backtest", params=ASKED | {"train": 3}).raise_for_status().json()
    assert [month["foretold"]["from"] for month in body["months"]] == [f"2025-{month:02}-01" for month in range(4, 13)]
    grid = http.get("/v1/hotspots", params=ASKED | {"format": "json", "every_cell": True}).json()["columns"]
    area = {cell: inside * area_m2(cell) for cell, inside in zip(grid["cell"], grid["inside"], strict=True) if inside}
    past, future = counts(http, "2025-11-01", "2025-11-30"), counts(http, "2025-12-01", "2025-12-31")
    ranked = sorted(area, key=lambda cell: (-past.get(cell, 0), future.get(cell, 0)))
    total, n = sum(area.values()), sum(future.get(cell, 0) for cell in area)
    assert body["months"][-1]["n"] == n > 100
    for share, pai in zip(body["area_shares"], body["months"][-1]["pai"]["last period"], strict=True):
        ground, caught = 0.0, 0
        for cell in ranked:
            if ground + area[cell] > share * total:
                break
            ground, caught = ground + area[cell], caught + future.get(cell, 0)
        assert pai == pytest.approx(caught / n / (ground / total), rel=1e-6)


def test_the_means_name_the_best_map_and_the_command_prints_it(demo: Database, http: httpx.Client) -> None:
    body = http.get("/v1/backtest", params=ASKED).raise_for_status().json()
    for method, told in body["methods"].items():
        by_month = [month["pai"][method] for month in body["months"]]
        assert told["pai"] == pytest.approx([sum(column) / len(by_month) for column in zip(*by_month, strict=True)])
    best = max(body["methods"], key=lambda method: sum(body["methods"][method]["pai"]))
    assert body["best"] == best
    assert sum(told["best_in"] for told in body["methods"].values()) == len(body["months"]) == 6
    arguments = ("--category", "parking", "--from", ASKED["from"], "--to", ASKED["to"])
    printed = run("backtest", *arguments, "--language", "en", DATABASE_URL=demo.url)
    assert printed.returncode == 0, printed.stderr
    assert body["sentence"]["en"] in printed.stdout
    assert body["sentence"]["vi"] in run("backtest", *arguments, DATABASE_URL=demo.url).stdout


def test_everybodys_backtest_is_made_of_what_everybody_may_see(http: httpx.Client, address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as public:
        asked = ASKED | {"res": 7}
        body = public.get("/v1/backtest", params=asked).raise_for_status().json()
        hexes = public.get("/v1/hexes", params=asked | {"from": "2025-07-01", "format": "json"}).json()
        assert body["n"] <= hexes["n"] < http.get("/v1/backtest", params=asked).json()["n"]
        problem(public.get("/v1/backtest", params=asked | {"status": "waiting"}), 403)


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"from": "2025-10-01"}, "from"),
        ({"res": 10}, "res"),
        ({"train": 0}, "train"),
        ({"category": "zoo"}, "category"),
    ],
)
def test_a_backtest_that_can_not_be_names_the_parameter(http: httpx.Client, wrong: dict, parameter: str) -> None:
    problem(http.get("/v1/backtest", params=ASKED | wrong), 422, parameter=parameter)
