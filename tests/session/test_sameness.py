"""Three doors, one answer: a session has the figures of the API and of the command line, for the same parameters."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import InputError
from geo.lookup.answers import FIELDS
from geo.session import Session
from geo.wards.figures import NAMES
from tests.api.serving import api_key, run, serving
from tests.conftest import Database
from tests.session.conftest import PERIOD

ASKED = {"from": PERIOD["since"], "to": PERIOD["until"]}
BOX = (105.80, 20.98, 105.88, 21.05)
WARD = {"unit": "00292", "boundaries_at": "2025-06-30"}
COMMAND = ("--from", PERIOD["since"], "--to", PERIOD["until"])


@pytest.fixture(scope="module")
def residents(db: Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some residents in every cell of resolution 8."""
    cells = db.hexes(**PERIOD, every_cell=True)
    path = tmp_path_factory.mktemp("residents") / "residents.csv"
    people = pd.DataFrame({"population": 500 + np.arange(len(cells)) % 1000}, index=cells.index[cells["inside"] > 0])
    people.to_csv(path)
    return path


@pytest.fixture(scope="module")
def http(demo: Database, residents: Path) -> Iterator[httpx.Client]:
    with serving(demo.url, HIENTRUONG_POPULATION=str(residents)) as address:
        key = api_key(demo.url, "analyst")
        with httpx.Client(base_url=address, headers=key, trust_env=False, timeout=60) as client:
            yield client


def columns_of(http: httpx.Client, path: str, **asked: object) -> tuple[pd.DataFrame, dict]:
    body = http.get(path, params=ASKED | {"format": "json"} | as_query(asked)).raise_for_status().json()
    return pd.DataFrame(body.pop("columns")).set_index("cell"), body


def as_query(asked: dict[str, object]) -> dict[str, object]:
    """Write boxes and circles as the API takes them."""
    return {name: ",".join(map(str, value)) if isinstance(value, tuple) else value for name, value in asked.items()}


def assert_the_same_cells(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    assert ours.index.tolist() == theirs.index.tolist()
    for name in theirs:
        found, expected = ours[name].to_numpy(), theirs[name].to_numpy()
        if found.dtype.kind == "f":  # JSON has no infinity
            found, expected = np.where(np.isfinite(found), found, np.nan), expected.astype(float)
        np.testing.assert_array_equal(found, expected, name)


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
        ("hotspots", {"status": "waiting", "status_at": "2026-05-15", "channel": "app", "bbox": BOX}),
        ("emerging", {"res": 7, "channel": "hotline_1022"}),
        ("change", {"res": 7, "overdue": True}),
        ("overdue", {"category": "waste", "res": 7}),
        ("overdue", {"channel": "app", "duplicates": False, "unit": "00292"}),
        ("hotspots", WARD),
        ("emerging", {"res": 7, **WARD}),
        ("change", WARD),
        ("overdue", WARD),
    ],
)
def test_what_stands_out_is_what_the_api_says(db, http, view, asked):
    theirs, facts = columns_of(http, "/v1/hotspots", view=view, **asked)
    ours = getattr(db, view)(**PERIOD, **asked)
    assert_the_same_cells(ours, theirs)
    assert len(ours) > 0
    told = "view", "measure", "period", "n", "n_city", "method", "parameters", "generation", "hot", "cold", "only"
    for name in (*told, "unit", "boundaries_at"):
        assert json.loads(json.dumps(ours.attrs[name])) == facts[name], name


@pytest.mark.parametrize(
    "asked",
    [
        {"category": "waste", "res": 9},
        {"measure": "reporters"},
        WARD,
        {"res": 12, **WARD},
        {"res": 11, "bbox": BOX},
        {"res": 10, "bbox": BOX, "measure": "reporters", "channel": "app"},
        {"status": "resolved", "status_at": "2026-05-15"},
        {"overdue": True, "duplicates": False, "bbox": BOX},
    ],
)
def test_counts_by_cell_are_those_of_the_api(db, http, asked):
    theirs, facts = columns_of(http, "/v1/hexes", **asked)
    ours = db.hexes(**PERIOD, **asked)
    assert ours["count"].to_dict() == theirs["count"].to_dict()
    assert ours.attrs["n"] == facts["n"] > 0
    assert json.loads(json.dumps(ours.attrs["only"])) == facts["only"]


@pytest.mark.parametrize(
    "asked", [WARD, {"res": 9, "bbox": BOX}, {"res": 11, "bbox": BOX, "channel": "app"}, {"overdue": True}]
)
def test_counts_by_day_are_those_of_the_api(db, http, asked):
    series = http.get("/v1/series", params=ASKED | as_query(asked)).raise_for_status().json()["series"]
    ours = db.series(**PERIOD, **asked)["count"]
    assert ours.sum() > 0
    assert ours.tolist() == [day["count"] for day in series]
    assert [str(day.date()) for day in ours.index] == [day["from"] for day in series]


def test_rates_by_residents_are_those_of_the_api(db, http, residents, monkeypatch):
    with pytest.raises(InputError, match="no residents"):
        db.hexes(**PERIOD, measure="per_1000")
    theirs, _ = columns_of(http, "/v1/hotspots", view="counts", measure="per_1000")
    monkeypatch.setenv("HIENTRUONG_POPULATION", str(residents))
    assert_the_same_cells(db.hexes(**PERIOD, measure="per_1000"), theirs)
    monkeypatch.delenv("HIENTRUONG_POPULATION")
    assert_the_same_cells(db.hexes(**PERIOD, measure="per_1000", population=residents), theirs)


def test_units_are_those_of_the_api(db, http):
    for asked in ({"at": "2025-06-30"}, {"at": "2026-01-05", "bbox": BOX}, {"level": "city"}):
        body = http.get("/v1/units", params=as_query(asked)).raise_for_status().json()
        ours = db.units(**asked)
        theirs = {each["id"]: each for each in body["features"]}
        assert ours.index.tolist() == list(theirs)
        for code, unit in ours.iterrows():
            told = theirs[code]["properties"]
            assert all(unit[name] == told[name] for name in ("level", "kind", "name", "name_en"))
            assert round(unit["area_m2"], 1) == told["area_m2"]
            assert shapely.equals(shapely.geometry.shape(theirs[code]["geometry"]), unit["geometry"])
        assert ours.attrs["generation"] == body["generation"]


def test_points_are_located_as_the_api_locates_them(db, http):
    places = db.reports(**PERIOD, columns=["category"]).head(200)
    lon, lat = places.geometry.x + 0.002, places.geometry.y
    table = pd.DataFrame(
        {"lon": lon, "lat": lat, "category": places["category"], "day": ["2025-06-30", "2026-01-05"] * 100}
    )
    table.loc[table.index[0], "lat"] = 210.0
    points = [
        {"lon": lon, "lat": lat, "category": category, "at": day}
        for lon, lat, category, day in table.itertuples(index=False)
    ]
    asked = {"fields": ",".join(FIELDS), "accuracy": 30}
    theirs = http.post("/v1/locate", params=asked, json={"points": points}).raise_for_status().json()["answers"]
    theirs = [each | {"problem": each.get("problem", {}).get("detail")} for each in theirs]
    ours = db.locate(table, at="day", accuracy=30, category="category", fields=list(FIELDS))
    for name in FIELDS:
        values = ours[name].astype(object)
        assert values.where(values.notna(), None).tolist() == [answer.get(name) for answer in theirs], name
    assert {"inside", "invalid"} <= set(ours["how"])
    assert 0 < ours["certain"].sum() < len(ours)


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


@pytest.mark.parametrize(
    "asked",
    [
        {"overdue": True},
        {"overdue": False, "category": "parking"},
        {"bbox": BOX},
        {"near": (105.8544, 21.0285, 1500)},
        {"cell": "88415cb69bfffff", "channel": "web"},
        {"text": "rac thai"},
        {"text": "RÁC đường", "bbox": BOX},
    ],
)
def test_reports_are_found_by_what_the_api_finds_them_by(db, http, asked):
    if "cell" in asked:
        asked = asked | {"cell": db.hexes(**PERIOD, channel="web")["count"].idxmax()}
    listed = http.get("/v1/reports", params=ASKED | as_query(asked) | {"limit": 10_000}).raise_for_status().json()
    ours = db.reports(**PERIOD, **asked, columns=["status"])
    assert ours.index.tolist() == [feature["id"] for feature in listed["features"]]
    assert 0 < len(ours) < len(db.reports(**PERIOD, columns=["status"]))


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


@pytest.mark.parametrize(
    ("view", "asked", "names"),
    [
        ("hotspots", {"category": "parking"}, ("count", "z", "p", "q", "bin")),
        ("hotspots", WARD, ("count", "z", "p", "q", "bin")),
        ("emerging", {"res": 7, "channel": "app"}, ("count", "class", "hot_steps", "trend_z", "last_z")),
        ("change", {"category": "waste", "res": 7}, ("count", "before", "percent", "p", "q", "bin")),
        ("counts", {"status": "waiting", "status_at": "2026-05-15"}, ("count",)),
        ("overdue", {"res": 7}, ("count", "overdue", "share")),
    ],
)
def test_the_command_line_finds_the_same(db, demo, tmp_path, view, asked, names):
    given = [f"--{name.replace('_', '-')}={value}" for name, value in asked.items()]
    done = run("hotspots", "--view", view, *given, *COMMAND, "--out", tmp_path / "cells.csv", DATABASE_URL=demo.url)
    assert done.returncode == 0, done.stderr
    theirs = pd.read_csv(tmp_path / "cells.csv", index_col="cell", dtype=str)
    assert_the_same_cells(
        getattr(db, {"counts": "hexes"}.get(view, view))(**PERIOD, **asked), theirs[list(names)].astype(float)
    )


def test_the_command_line_ranks_the_same(db, demo):
    asked = ("--category", "waste", "--boundaries-at", "2025-06-30", "--sort=-answer_hours", "--format", "json")
    done = run("ranking", *COMMAND, *asked, DATABASE_URL=demo.url)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    ours = db.ranking("waste", **PERIOD, boundaries_at="2025-06-30", sort="-answer_hours")
    assert ours.index.tolist() == [ward["code"] for ward in body["wards"]]
    for name in NAMES:
        np.testing.assert_array_equal(
            ours[name].to_numpy(float), np.array([w[name] for w in body["wards"]], float), name
        )
    assert ours.attrs["city"] == body["city"]


def test_the_command_line_locates_the_same(db, demo, tmp_path):
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
