"""A named source becomes a file that loads: downloaded once, held to its checksums, refused if its layout changed."""

import datetime as dt
import hashlib
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from boundaries import facts
from boundaries.files import read_units
from boundaries.gate import check
from boundaries.source_files import cache_of, cached_files, fetch
from boundaries.sources import Source, find_source, read_sources
from geo.errors import FileError, NotFoundError, SetupError
from tests.boundaries.hosting import Host, hosting

COLUMNS = {"code": "code", "name_vi": "fullName", "name_en": "fullNameEn", "stated_area_km2": "areaKm2"}


def ward(number: int, square: shapely.Polygon) -> bytes:
    """Make a file as the real source has one for each ward."""
    feature = {
        "type": "Feature",
        "id": f"{number:05}",
        "geometry": shapely.geometry.mapping(shapely.MultiPolygon([square])),
        "properties": {
            "code": f"{number:05}",
            "name": f"Số {number}",
            "fullName": f"Phường Số {number}",
            "fullNameEn": f"So {number} Ward",
            "areaKm2": 1.15,
        },
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=2).encode()


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as host:
        for number in range(1, 5):
            west = 105.8 + number / 100
            host.files[f"{number:05}.geojson"] = ward(number, shapely.box(west, 21, west + 0.01, 21.01))
        yield host


def source(host: Host, **changed: object) -> Source:
    described = {
        "name": "test-2025",
        "title": "Thử",
        "title_en": "Test",
        "territory": "hanoi",
        "level": "ward",
        "valid_from": dt.date(2025, 7, 1),
        "licence": "MIT",
        "attribution": "tests",
        "address": host.address,
        "files": tuple(host.files),
        "columns": COLUMNS,
    }
    return Source.model_validate(described | changed)


def at_once(source: Source, folder: Path, **options: object):
    return fetch(source, folder, pauses_s=(0.0,), **options)


def test_the_files_of_a_source_become_one_that_the_gate_passes(host: Host, tmp_path: Path) -> None:
    told: list[tuple[float, float]] = []
    host.cut_after = [300]
    fetched = at_once(source(host), tmp_path, advance=lambda done, total: told.append((done, total)))
    read = read_units(fetched.path)
    assert list(read.units["code"]) == ["00001", "00002", "00003", "00004"]
    assert list(read.units["name"]) == [f"Phường Số {number}" for number in range(1, 5)]
    assert list(read.units["name_en"]) == [f"So {number} Ward" for number in range(1, 5)]
    assert set(read.units["stated_area_km2"]) == {1.15}
    assert check(read.units, level="ward").passed
    assert fetched.recorded == 4
    assert told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_what_is_here_is_not_downloaded_again_and_gives_the_same_file(host: Host, tmp_path: Path) -> None:
    first = at_once(source(host), tmp_path)
    content = first.path.read_bytes()
    host.asked.clear()
    again = at_once(source(host), tmp_path)
    assert host.asked == []
    assert (again.path.read_bytes(), again.recorded) == (content, 0)
    assert cached_files(source(host), tmp_path) == 4
    assert cached_files(source(host, address=f"{host.address}elsewhere/"), tmp_path) == 0


def test_of_two_runs_at_once_one_downloads_and_both_have_all(host: Host, tmp_path: Path) -> None:
    host.cut_after = [100, 200]
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: at_once(source(host), tmp_path), range(2))
    assert read_units(first.path).units["code"].tolist() == sorted(name[:5] for name in host.files)
    assert first.path == second.path
    assert sorted(fetched.recorded for fetched in (first, second)) == [0, 4]
    assert len(host.asked) == 4 + 2


def test_the_recorded_checksums_are_those_of_sha256sum(host: Host, tmp_path: Path) -> None:
    at_once(source(host), tmp_path)
    done = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=cache_of(source(host), tmp_path), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.count(": OK")) == (0, 4), done.stderr


def test_a_file_that_is_not_the_one_meant_is_refused_and_deleted(host: Host, tmp_path: Path) -> None:
    known = {name: hashlib.sha256(body).hexdigest() for name, body in host.files.items()}
    good = host.files["00003.geojson"]
    host.files["00003.geojson"] = good.replace(b"1.15", b"1.16")
    with pytest.raises(
        FileError, match=rf"^00003\.geojson of source test-2025 .* expected is {known['00003.geojson']}"
    ):
        at_once(source(host, sha256=known), tmp_path)
    host.files["00003.geojson"] = good
    host.asked.clear()
    assert at_once(source(host, sha256=known), tmp_path).recorded == 0
    assert [path for path, _ in host.asked] == ["/00003.geojson"]


def test_a_file_that_changed_after_its_first_download_is_refused(host: Host, tmp_path: Path) -> None:
    at_once(source(host), tmp_path)
    file = cache_of(source(host), tmp_path) / "00002.geojson"
    file.write_bytes(file.read_bytes().replace(b"105.82", b"105.83"))
    with pytest.raises(FileError, match=r"^00002\.geojson of source test-2025 is not as it was first downloaded"):
        at_once(source(host), tmp_path)


@pytest.mark.parametrize("missing", COLUMNS.values())
def test_a_changed_layout_names_the_file_and_the_property(host: Host, tmp_path: Path, missing: str) -> None:
    host.files["00003.geojson"] = host.files["00003.geojson"].replace(f'"{missing}"'.encode(), b'"renamed"')
    with pytest.raises(FileError, match=rf"^00003\.geojson .*unit 1 has no property '{missing}' \(it has .*renamed"):
        at_once(source(host), tmp_path)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"features": [{}]}', b'{"features": [{"properties": null, "geometry": null}]}']
)
def test_what_is_no_collection_of_features_names_the_file(host: Host, tmp_path: Path, body: bytes) -> None:
    host.files["00003.geojson"] = body
    with pytest.raises(FileError, match=r"^00003\.geojson of source test-2025 is no GeoJSON FeatureCollection"):
        at_once(source(host), tmp_path)


def test_half_a_file_that_seems_whole_is_refused_and_not_kept(host: Host, tmp_path: Path) -> None:
    """A server that tells no length can break off unnoticed."""
    host.tells_length = False
    host.cut_after = [400]
    with pytest.raises(FileError, match=r"^00001\.geojson of source test-2025 is no JSON, or not all of it"):
        at_once(source(host), tmp_path)
    assert at_once(source(host), tmp_path).recorded == 4


def test_a_missing_file_is_named_by_its_address(host: Host, tmp_path: Path) -> None:
    del host.files["00004.geojson"]
    with pytest.raises(FileError, match=r"/00004\.geojson can't be downloaded: HTTP status 404"):
        at_once(source(host, files=("00001.geojson", "00004.geojson")), tmp_path)


def test_a_full_disk_is_told(host: Host, tmp_path: Path) -> None:
    cache = cache_of(source(host), tmp_path)
    cache.mkdir(parents=True)
    (cache / "SHA256SUMS.new").symlink_to("/dev/full")
    with pytest.raises(SetupError, match=r"No space left on device\): free some space$"):
        at_once(source(host), tmp_path)


def test_a_source_may_be_one_file_of_any_kind_in_any_coordinate_system(host: Host, tmp_path: Path) -> None:
    made = gpd.GeoDataFrame(
        {"ma_xa": ["00001"], "ten_xa": ["Phường Một"]}, geometry=[shapely.box(105.8, 21, 105.9, 21.1)], crs=4326
    )
    made.to_crs(32648).to_file(tmp_path / "made.gpkg")
    host.files = {"wards.gpkg": (tmp_path / "made.gpkg").read_bytes()}
    read = read_units(at_once(source(host, columns={}), tmp_path / "cache").path)
    assert list(read.units["name"]) == ["Phường Một"]
    assert shapely.hausdorff_distance(read.units.geometry[0], made.geometry[0]) < 1e-8


def test_geojson_may_be_in_another_coordinate_system_that_the_source_names(host: Host, tmp_path: Path) -> None:
    square = gpd.GeoSeries([shapely.box(105.8, 21, 105.9, 21.1)], crs=4326)
    host.files = {"00001.geojson": ward(1, square.to_crs(32648)[0])}
    read = read_units(at_once(source(host, crs="EPSG:32648"), tmp_path).path)
    assert read.transformation.source.startswith("EPSG:32648")
    assert shapely.hausdorff_distance(read.units.geometry[0], square[0]) < 1e-8


def test_the_bundled_source_of_hanoi_names_a_file_for_each_of_its_wards(tmp_path: Path) -> None:
    hanoi = find_source(tmp_path, "hanoi-2025")
    assert [file[:5] for file in hanoi.files] == list(facts.wards_since_2025()["code"])
    assert set(hanoi.columns) == set(COLUMNS)
    hcmc = find_source(tmp_path, "hcmc-2025")
    assert (hcmc.territory, len(set(hcmc.files))) == ("hcmc", 168)


OWN = """
[parks]
title = "Công viên"
title_en = "Parks"
territory = "hanoi"
level = "area"
valid_from = 2026-01-01
licence = "own"
attribution = "Parks company"
address = "https://parks.example/"
files = ["parks.gpkg"]
"""


def test_an_operator_can_add_sources(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(OWN)
    assert set(read_sources(tmp_path)) == {"hanoi-2025", "hcmc-2025", "parks"}
    assert find_source(tmp_path, "parks").level == "area"
    with pytest.raises(NotFoundError, match=r"known sources: hanoi-2025, hcmc-2025, parks$"):
        find_source(tmp_path, "lakes")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('licence = "own"\n', "", r"source parks: licence: Field required"),
        ('"area"', '"region"', r"source parks: level: Input should be"),
        ('"parks.gpkg"', '"../parks.gpkg"', r"source parks: files\.0: String should match"),
        ("https://", "file://", r"source parks: address: String should match"),
        ('"parks.gpkg"', '"a.gpkg", "b.gpkg"', r"source parks: files: several files, columns and crs are for GeoJSON"),
        ("2026-01-01", '"soon"', r"source parks: valid_from: "),
        ("files", 'columns = { colour = "x" }\nfiles', r"source parks: columns: colour is none of "),
        ("files", 'sha256 = { other = "00" }\nfiles', r"source parks: sha256\.other: String should match"),
        ("[parks]", "parks = 3\n[lakes]", r"parks is no table"),
        ("[parks]", "[parks", r"sources\.toml is no TOML in UTF-8"),
    ],
)
def test_a_registry_that_is_wrong_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    (tmp_path / "sources.toml").write_text(OWN.replace(old, new))
    with pytest.raises(FileError, match=says) as refused:
        read_sources(tmp_path)
    assert "\n" not in str(refused.value)
