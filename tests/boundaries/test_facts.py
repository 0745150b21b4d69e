"""The bundled facts are complete, consistent with each other and with the surveyed files, and named rightly."""

import unicodedata
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from boundaries.facts import (
    districts_until_2025,
    english_name,
    succession_2025,
    wards_since_2025,
    wards_until_2025,
)
from geo.errors import InputError


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return {"old": wards_until_2025(), "district": districts_until_2025(), "new": wards_since_2025()}


def test_the_published_numbers_of_units_are_there(tables):
    assert {name: len(table) for name, table in tables.items()} == {"old": 526, "district": 30, "new": 126}
    assert tables["new"]["kind"].value_counts().to_dict() == {"Xã": 75, "Phường": 51}
    assert all(table["code"].is_unique for table in tables.values())
    assert tables["new"]["area_km2"].sum() == pytest.approx(3359.8, abs=1)


def test_every_name_is_nfc_and_begins_with_its_kind(tables):
    for table in tables.values():
        assert all(unicodedata.is_normalized("NFC", name) for name in table["name"])
        assert all(name.startswith(f"{kind} ") for name, kind in zip(table["name"], table["kind"], strict=True))
        assert all(name.isascii() for name in table["name_en"])


def test_a_code_is_kept_for_each_period(tables):
    reused = {period: tables[period].set_index("code").loc["00004", "name"] for period in ("old", "new")}
    assert reused == {"old": "Phường Trúc Bạch", "new": "Phường Ba Đình"}


def test_every_old_ward_goes_somewhere_and_every_new_one_comes_from_somewhere(tables):
    succession = succession_2025()
    assert set(succession["old_code"]) == set(tables["old"]["code"])
    assert set(succession["new_code"]) == set(tables["new"]["code"])
    rows, default = succession.groupby("old_code")["extent"], succession.groupby("old_code")["default"]
    assert ((rows.nunique() == 1) & (default.sum() == 1)).all()
    assert ((rows.first() == "whole") == (rows.size() == 1)).all()


def test_every_centre_is_in_its_box_and_every_district_is_known(tables):
    old = tables["old"]
    assert (old["lon"].between(old["west"], old["east"]) & old["lat"].between(old["south"], old["north"])).all()
    assert set(old["district_code"]) == set(tables["district"]["code"])


@pytest.mark.surveyed
def test_codes_and_english_names_are_those_of_the_surveyed_wards(tables, test_data: Path):
    surveyed = gpd.read_parquet(test_data / "hanoi_wards_2025.parquet").set_index("code")["name_en"]
    ours = tables["new"].set_index("code")["name_en"]
    assert surveyed.sort_index().to_dict() == ours.to_dict()


@pytest.mark.surveyed
def test_codes_of_the_districts_are_those_of_the_surveyed_ones(tables, test_data: Path):
    surveyed = gpd.read_parquet(test_data / "hanoi_districts_2024.parquet").set_index("code")["name_vi"]
    assert surveyed.sort_index().to_dict() == tables["district"].set_index("code")["name"].to_dict()


@pytest.mark.parametrize(
    ("name", "kind", "english"),
    [
        ("Thị trấn Đông Anh", "Thị trấn", "Dong Anh Township"),
        ("Xã Tả Thanh Oai", "Xã", "Ta Thanh Oai Commune"),
        ("Thành phố Hà Nội", "Thành phố", "Ha Noi City"),
    ],
)
def test_english_names(name, kind, english):
    assert english_name(name, kind) == english


@pytest.mark.parametrize(("name", "kind", "field"), [("Làng Đông Ngạc", "Làng", "kind"), ("Ba Vì", "Xã", "name")])
def test_a_name_that_does_not_fit_its_kind_is_refused(name, kind, field):
    with pytest.raises(InputError) as refused:
        english_name(name, kind)
    assert refused.value.field == field
