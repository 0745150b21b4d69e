"""`hientruong boundaries load NAME`: from a server to the database, with nothing to say but the name."""

import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from tests.api.serving import run
from tests.boundaries.hosting import Host, hosting
from tests.boundaries.test_sources import ward
from tests.conftest import Database

REGISTRY = """
[grid-2031]
title = "Lưới"
title_en = "A grid"
territory = "hanoi"
level = "ward"
valid_from = 2025-07-01
licence = "CC0"
attribution = "made by the tests"
address = "{address}"
columns = {{ code = "code", name_vi = "fullName", name_en = "fullNameEn", stated_area_km2 = "areaKm2" }}
files = {files}
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Serve four wards, and name their source in the data folder's registry."""
    with hosting() as host:
        for number in range(1, 5):
            west = 105.8 + number / 100
            host.files[f"{number:05}.geojson"] = ward(number, shapely.box(west, 21, west + 0.01, 21.01))
        registry = REGISTRY.format(address=host.address, files=json.dumps(list(host.files)))
        (tmp_path / "sources.toml").write_text(registry, encoding="utf-8")
        yield host


def test_a_source_is_loaded_by_its_name_and_brings_its_period_and_licence(
    host: Host, tmp_path: Path, city_database: Database
) -> None:
    surroundings = {"DATABASE_URL": city_database.url, "HIENTRUONG_DATA_DIR": str(tmp_path)}
    dry = run("boundaries", "load", "grid-2031", **surroundings)
    assert dry.returncode == 0, dry.stderr
    assert "4 files came for the first time and no checksum of theirs is known" in dry.stderr
    assert "A grid; made by the tests; licence: CC0" in dry.stderr
    assert "dry run" in dry.stderr
    host.asked.clear()
    done = run("boundaries", "load", "grid-2031", "--commit", "--licence", "CC-BY", **surroundings)
    assert done.returncode == 0, done.stderr
    assert "no checksum" not in done.stderr
    assert host.asked == []
    with city_database.connect() as sql:
        stored = sql.execute(
            "SELECT level, valid_from::text, valid_to, state, source, licence,"
            " (SELECT count(*) FROM boundary WHERE generation_id = g.id) FROM generation AS g WHERE NOT schematic"
        ).fetchall()
    assert stored == [("ward", "2025-07-01", None, "active", "made by the tests", "CC-BY", 4)]
    listed = json.loads(run("boundaries", "sources", "--json", **surroundings).stdout)
    assert {each["name"]: (each["cached"], len(each["files"])) for each in listed} == {
        "hanoi-2025": (0, 126),
        "hcmc-2025": (0, 168),
        "grid-2031": (4, 4),
    }


def test_a_source_that_fails_is_one_line_and_exit_status_1(host: Host, tmp_path: Path) -> None:
    host.files["00002.geojson"] = host.files["00002.geojson"].replace(b"fullName", b"full_name")
    changed = run("boundaries", "check", "grid-2031", HIENTRUONG_DATA_DIR=str(tmp_path))
    assert changed.returncode == 1
    assert "00002.geojson of source grid-2031: unit 1 has no property 'fullName'" in changed.stderr.splitlines()[-1]
    del host.files["00003.geojson"]
    for file in (tmp_path / "sources").rglob("00003.geojson"):
        file.unlink()
    gone = run("boundaries", "check", "grid-2031", HIENTRUONG_DATA_DIR=str(tmp_path))
    assert gone.returncode == 1
    assert "00003.geojson can't be downloaded: HTTP status 404" in gone.stderr.splitlines()[-1]


def test_what_is_neither_a_file_nor_a_source_is_wrong_usage(tmp_path: Path) -> None:
    refused = run("boundaries", "check", "hanoi-2052", "--level", "ward", HIENTRUONG_DATA_DIR=str(tmp_path))
    assert refused.returncode == 2
    assert "known sources: hanoi-2025, hcmc-2025" in refused.stderr


@pytest.mark.surveyed
def test_hanoi_in_the_layout_of_its_real_source_comes_as_it_was_surveyed(tmp_path: Path, test_data: Path) -> None:
    """The bundled source with its address on this machine: every file name, property and shape as there."""
    wards = gpd.read_parquet(test_data / "hanoi_wards_2025.parquet")
    from boundaries.files import read_units
    from boundaries.source_files import fetch
    from boundaries.sources import find_source

    hanoi = find_source(tmp_path, "hanoi-2025")
    with hosting() as host:
        for file, row in zip(hanoi.files, wards.sort_values("code").itertuples(), strict=True):
            properties = {"code": row.code, "fullName": row.name_vi, "fullNameEn": row.name_en}
            properties["areaKm2"] = row.stated_area_km2
            feature = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(row.geometry)}
            host.files[file] = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
        fetched = fetch(hanoi.model_copy(update={"address": host.address}), tmp_path)
    units = read_units(fetched.path).units.sort_values("code")
    assert list(units["name"]) == list(wards.sort_values("code")["name_vi"])
    assert shapely.equals_exact(units.geometry.to_numpy(), wards.sort_values("code").geometry.to_numpy(), 0).all()
