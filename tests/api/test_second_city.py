"""Ho Chi Minh City beside Hanoi as somebody sets it up: refused, excepted, loaded, served; Hanoi does not notice."""

import json
from pathlib import Path

import geopandas as gpd
import httpx
import numpy as np
import pytest

from tests.api.serving import serving
from tests.api.test_generation_commands import HCMC, SINCE_JULY, done, run
from tests.conftest import Database
from tests.geo.location.by_postgis import COVERS, lowest_units

EXCEPTION = '[[exception]]\npair = {}\nreason = "drawn twice"\ndecided_by = "Survey office"\n'


@pytest.fixture
def database(city_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("DATABASE_URL", city_database.url)
    return city_database


@pytest.mark.surveyed
def test_surveyed_wards_of_a_second_city_are_refused_excepted_loaded_and_served(
    database: Database, test_data: Path, tmp_path: Path
) -> None:
    file, exceptions = test_data / "hcmc_wards_2025.parquet", tmp_path / "exceptions.toml"
    hanoi = done("boundaries", "list", "--json").stdout
    done(*HCMC)
    checked = run("boundaries", "check", file, "--level", "ward", "--json")
    assert checked.exit_code == 1
    refused = [each for each in json.loads(checked.stdout)["findings"] if each["severity"] == "refused"]
    assert [sum(each["check"] == what for each in refused) for what in ("overlap", "gap")] == [11, 17]
    assert all(len(each["units"]) >= 2 and each["lon"] > 106 for each in refused)
    pairs = {tuple(sorted(unit["code"] for unit in each["units"][:2])) for each in refused}
    exceptions.write_text("\n".join(EXCEPTION.format(json.dumps(pair)) for pair in sorted(pairs)), encoding="utf-8")
    done("boundaries", "load", file, *SINCE_JULY, "--territory", "hcmc", "--exceptions", exceptions, "--commit")
    wards = gpd.read_parquet(file)
    assert served(database, wards) == expected(database, wards)
    [loaded] = json.loads(done("boundaries", "list", "--json", "--territory", "hcmc").stdout)
    assert (loaded["units"], loaded["state"]) == (len(wards), "active")
    assert done("boundaries", "list", "--json").stdout == hanoi


def points() -> tuple[np.ndarray, np.ndarray]:
    """5,000 points over the mainland of the city, and around it."""
    random = np.random.default_rng(3)
    return random.uniform(106.3, 107.1, 5000), random.uniform(10.3, 11.5, 5000)


def served(database: Database, wards: gpd.GeoDataFrame) -> list[str | None]:
    """Ask the service of the city which ward covers each point."""
    asked = [{"lon": lon, "lat": lat} for lon, lat in np.column_stack(points()).tolist()]
    with (
        serving(database.url, HIENTRUONG_TERRITORY="hcmc") as address,
        httpx.Client(base_url=address, trust_env=False) as http,
    ):
        answers = http.post("/v1/locate", json={"points": asked}).raise_for_status().json()["answers"]
        units = http.get("/v1/units", params={"tolerance": 100}).raise_for_status().json()["features"]
    assert {each["properties"]["name_en"] for each in units} == set(wards["name_en"])
    return [each["unit_code"] if each["how"] in ("inside", "edge") else None for each in answers]


def expected(database: Database, wards: gpd.GeoDataFrame) -> list[str | None]:
    """Ask PostGIS about the file itself."""
    with database.connect() as connection:
        ordered = wards.sort_values("code")
        units = lowest_units(connection, ordered.geometry.to_numpy(), *points(), COVERS)
    codes = np.array([*ordered["code"], None], dtype=object)[units]
    assert 0.3 < np.mean(units >= 0) < 0.95
    return codes.tolist()
