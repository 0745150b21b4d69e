"""A file becomes a generation only if it passes the gate, and with all that the database must know of it."""

import datetime as dt
import hashlib
import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from boundaries.checked import read_checked, require_passed
from boundaries.exceptions import Exemption
from boundaries.load import new_generation
from geo.errors import FileError, InputError, RefusedError
from geo.store.boundaries import NewGeneration

JULY = dt.date(2025, 7, 1)


def squares(**columns: list[str]) -> gpd.GeoDataFrame:
    names = {"code": ["00002", "00001"], "name": ["Phường Đống Đa", "Xã Ba Vì"]}
    boxes = [shapely.box(105.80, 21.0, 105.81, 21.01), shapely.box(105.81, 21.0, 105.82, 21.01)]
    return gpd.GeoDataFrame(names | columns, geometry=boxes, crs=4326)


def saved(units: gpd.GeoDataFrame, folder: Path) -> Path:
    path = folder / "units.parquet"
    units.to_parquet(path)
    return path


def generation_of(
    path: Path, level: str = "ward", valid_from: dt.date = JULY, valid_to: dt.date | None = None
) -> NewGeneration:
    file, report = read_checked(path, level)
    return new_generation(
        file,
        report,
        level=level,
        valid_from=valid_from,
        valid_to=valid_to,
        source="survey",
        licence="open",
        loaded_by="clerk",
    )


def test_units_get_the_kind_and_the_english_name_that_their_file_does_not_give(tmp_path: Path) -> None:
    new = generation_of(saved(squares(), tmp_path))
    told = new.units[["code", "kind", "name_en"]].to_numpy().tolist()
    assert told == [["00001", "Xã", "Ba Vi Commune"], ["00002", "Phường", "Dong Da Ward"]]
    assert not new.schematic


def test_english_names_of_the_file_are_kept(tmp_path: Path) -> None:
    new = generation_of(saved(squares(name_en=["Dong Da", "Ba Vi"]), tmp_path))
    assert list(new.units["name_en"]) == ["Ba Vi", "Dong Da"]


def test_a_unit_without_a_kind_is_refused_by_its_code(tmp_path: Path) -> None:
    path = saved(squares(name=["Phường Đống Đa", "Ba Vì"]), tmp_path)
    with pytest.raises(FileError, match="unit 00001 needs columns kind and name_en"):
        generation_of(path)


def test_named_places_need_neither_kind_nor_english_name(tmp_path: Path) -> None:
    new = generation_of(saved(squares(name=["Hồ Tây", "Công viên Thống Nhất"]), tmp_path), level="area")
    assert list(new.units["name_en"]) == ["Công viên Thống Nhất", "Hồ Tây"]
    assert set(new.units["kind"]) == {"Khu vực"}


def test_a_generation_knows_its_file_and_how_its_coordinates_came_to_wgs84(tmp_path: Path) -> None:
    path = saved(squares().to_crs(5897), tmp_path)
    new = generation_of(path)
    assert new.checksum == hashlib.sha256(path.read_bytes()).hexdigest()
    checks = json.loads(json.dumps(new.checks))
    assert (checks["file"], checks["units"], checks["passed"]) == ("units.parquet", 2, True)
    assert "VN-2000 to WGS 84 (2)" in checks["transformation"]["name"]


@pytest.mark.parametrize("valid_to", [JULY, dt.date(2025, 6, 30)])
def test_an_empty_period_is_refused(tmp_path: Path, valid_to: dt.date) -> None:
    with pytest.raises(InputError, match="is empty") as refusal:
        generation_of(saved(squares(), tmp_path), valid_to=valid_to)
    assert refusal.value.field == "valid_to"


def test_a_refusal_names_the_first_defects_and_counts_the_rest(tmp_path: Path) -> None:
    boxes = [shapely.box(105.8 + 0.01 * i, 21.0, 105.8101 + 0.01 * i, 21.01) for i in range(6)]
    codes = [f"{number:05}" for number in range(1, 7)]
    units = gpd.GeoDataFrame({"code": codes, "name": [f"Phường {code}" for code in codes]}, geometry=boxes, crs=4326)
    path = saved(units, tmp_path)
    with pytest.raises(
        RefusedError, match=r"units\.parquet is refused: .*00001 Phường 00001.*; and 2 more$"
    ) as refusal:
        generation_of(path)
    assert "\n" not in str(refusal.value)
    assert "00004 Phường 00004, 00005" not in str(refusal.value)
    pairs = [(codes[i], codes[i + 1]) for i in range(5)]
    require_passed(*read_checked(path, "ward", exceptions=[Exemption(pair, "known", "office") for pair in pairs]))
