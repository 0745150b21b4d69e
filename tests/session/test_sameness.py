"""Three doors, one answer: a session has the figures of the API and of the command line, for the same parameters."""

import csv
import json
from collections.abc import Iterator

import httpx
import numpy as np
import pandas as pd
import pytest

from geo.wards.figures import NAMES
from tests.api.serving import api_key, run, serving
from tests.conftest import Database
from tests.session.conftest import PERIOD

ASKED = {"from": PERIOD["since"], "to": PERIOD["until"]}
COMMAND = ("--from", PERIOD["since"], "--to", PERIOD["until"])


@pytest.fixture(scope="module")
def http(demo: Database) -> Iterator[httpx.Client]:
    with serving(demo.url) as address:
        key = api_key(demo.url, "analyst")
        with httpx.Client(base_url=address, headers=key, trust_env=False, timeout=60) as client:
            yield client


def columns_of(http: httpx.Client, path: str, **asked: object) -> tuple[pd.DataFrame, dict]:
    body = http.get(path, params=ASKED | {"format": "json"} | asked).raise_for_status().json()
    return pd.DataFrame(body.pop("columns")).set_index("cell"), body


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        ("hotspots", {"category": "parking", "k": 2, "alpha": 0.1}),
        ("hotspots", {"measure": "per_km2", "status": "resolved", "unit": "00292"}),
        ("emerging", {"res": 7, "step": 14}),
        (
            "change",
            {"category": "waste", "compare_from": "2025-07-01", "compare_to": "2025-12-31", "res": 7},
        ),
    ],
)
def test_what_stands_out_is_what_the_api_says(db, http, view, asked):
    theirs, facts = columns_of(http, "/v1/hotspots", view=view, **asked)
    ours = getattr(db, view)(**PERIOD, **asked)
    assert ours.index.tolist() == theirs.index.tolist()
    for name in theirs:
        expected = theirs[name].to_numpy()
        found = ours[name].to_numpy()
        if found.dtype.kind == "f":  # JSON has no infinity
            found, expected = np.where(np.isfinite(found), found, np.nan), expected.astype(float)
        np.testing.assert_array_equal(found, expected, name)
    for name in ("view", "measure", "period", "n", "n_city", "method", "parameters", "generation", "hot", "cold"):
        assert json.loads(json.dumps(ours.attrs[name])) == facts[name], name


def test_counts_by_cell_and_day_are_those_of_the_api(db, http):
    ward = {"unit": "00292", "boundaries_at": "2025-06-30"}
    for asked in ({"category": "waste", "res": 9}, {"measure": "reporters"}, ward):
        theirs, facts = columns_of(http, "/v1/hexes", **asked)
        ours = db.hexes(**PERIOD, **asked)
        assert ours["count"].to_dict() == theirs["count"].to_dict()
        assert ours.attrs["n"] == facts["n"] > 0
    series = http.get("/v1/series", params=ASKED | ward).raise_for_status().json()["series"]
    ours = db.series(**PERIOD, **ward)["count"]
    assert ours.tolist() == [day["count"] for day in series]
    assert [str(day.date()) for day in ours.index] == [day["from"] for day in series]


def test_wards_are_ranked_as_the_api_ranks_them(db, http):
    asked = {"category": "waste", "boundaries_at": "2025-06-30", "sort": "-answer_hours"}
    body = http.get("/v1/wards/ranking", params=ASKED | asked).raise_for_status().json()
    ours = db.ranking(**PERIOD, **asked)
    assert ours.index.tolist() == [ward["code"] for ward in body["wards"]]
    for name in NAMES:
        theirs = [ward[name] for ward in body["wards"]], [ward["previous"][name] for ward in body["wards"]]
        for column, expected in zip((name, f"previous_{name}"), theirs, strict=True):
            np.testing.assert_array_equal(ours[column].to_numpy(float), np.array(expected, float), column)
    assert ours.attrs["city"] == body["city"]
    assert ours.attrs["median"] == body["median"]
    assert ours.attrs["synthetic"] == ours.attrs["n"] > 0


@pytest.mark.parametrize("boundaries_at", [None, "2025-06-30"])
def test_reports_are_those_that_the_api_lists(db, http, boundaries_at):
    asked = {"category": "waste", "status": "resolved", "channel": "app"}
    day = {} if boundaries_at is None else {"boundaries_at": boundaries_at}
    busiest = db.reports(**PERIOD, **asked, **day)["unit_code"].mode()[0]
    for ward in ({}, {"unit": busiest} | day):
        listed = http.get("/v1/reports", params=ASKED | asked | ward | {"limit": 10_000}).raise_for_status().json()
        ours = db.reports(**PERIOD, **asked, **ward)
        assert ours.index.tolist() == [feature["id"] for feature in listed["features"]]
        assert {*ours} - {"geometry"} <= listed["features"][0]["properties"].keys()


def test_who_became_whom_is_what_the_api_says(db, http):
    old, new = (db.units(day).attrs["generation"]["id"] for day in ("2025-06-30", "2025-07-01"))
    body = http.get(f"/v1/generations/{old}/succession/{new}", params={"reports": True}).raise_for_status().json()
    ours = db.succession("2025-06-30", new, reports=True)
    theirs = pd.DataFrame(body["pairs"])
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)
    assert ours.attrs["noise_width_m"] == body["noise_width_m"]


def test_the_command_line_says_the_same(db, demo, tmp_path):
    asked = ("--category", "parking", *COMMAND, "--out", tmp_path / "parking.csv")
    assert run("hotspots", *asked, DATABASE_URL=demo.url).returncode == 0
    with (tmp_path / "parking.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    ours = db.hotspots("parking", **PERIOD)
    assert [row["cell"] for row in rows] == ours.index.tolist()
    for name in ("count", "z", "p", "q", "bin"):
        assert [float(row[name]) for row in rows] == ours[name].tolist()
    points = db.reports(**PERIOD, columns=["status"]).head(200)
    table = pd.DataFrame({"lon": points.geometry.x + 0.01, "lat": points.geometry.y})
    table.to_parquet(tmp_path / "points.parquet")
    asked = ("--file", tmp_path / "points.parquet", "--out", tmp_path / "located.parquet", "--at", "2025-06-30")
    done = run("locate", *asked, "--category", "waste", DATABASE_URL=demo.url)
    assert done.returncode == 0, done.stderr
    theirs = pd.read_parquet(tmp_path / "located.parquet")
    ours = db.locate(table, at="2025-06-30", category="waste")
    pd.testing.assert_frame_equal(ours, theirs[ours.columns], check_dtype=False)


def test_the_command_exports_what_geo_connect_reads(db, demo, tmp_path):
    import geo

    folder = tmp_path / "export"
    done = run("export", folder, *COMMAND, "--category", "waste", "--licence", "CC-BY-4.0", DATABASE_URL=demo.url)
    assert done.returncode == 0, done.stderr
    assert f"{db.hexes('waste', **PERIOD).attrs['n']:,} reports from 2026-01-01 to 2026-06-30" in done.stderr
    pd.testing.assert_frame_equal(geo.connect(folder).reports("waste"), db.reports("waste", **PERIOD))
    again = run("export", folder, DATABASE_URL=demo.url)
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (1, "", 1)
    assert "--replace" in again.stderr
