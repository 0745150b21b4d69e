"""The map of transfers names every part that moved, says which two generations it compares, and loads nothing."""

import datetime as dt
import json
import re

import geopandas as gpd
import pytest
import shapely

from geo.units.succession import find_succession, transferred_parts
from maps.transfers import TransferFacts, transfers_map

OLD = gpd.GeoDataFrame(
    {"code": ["1", "2"], "name": ["Phường Thanh Nhàn", "Phường <b>"]},
    geometry=[shapely.box(105.85, 21.0, 105.86, 21.01), shapely.box(105.86, 21.0, 105.87, 21.01)],
    crs=4326,
)
NEW = gpd.GeoDataFrame(
    {"code": ["3", "4"], "name": ["Phường Bạch Mai", "Phường Vĩnh Tuy"]},
    geometry=[shapely.box(105.85, 21.0, 105.8575, 21.01), shapely.box(105.8575, 21.0, 105.87, 21.01)],
    crs=4326,
)
FACTS = TransferFacts("survey of 2024", "survey of 2025", 1, 2, 12, True, dt.datetime(2026, 11, 1, 9, 30))


def drawn(language: str) -> str:
    found = find_succession(OLD, NEW, 12).assign(reports=5)
    return transfers_map(OLD, NEW, transferred_parts(found, OLD, NEW), FACTS, language=language).html()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ["1 đơn vị chuyển nguyên vẹn, 2 phần", "hẹp hơn 12 m", "75,0 % đơn vị cũ, 5 phản ánh", "01/11/2026"]),
        ("en", ["1 unit went over whole, 2 transfers", "narrower than 12 m", "25.0 % of the old unit, 5 reports"]),
    ],
)
def test_it_says_what_it_compares_and_each_part_that_moved(language: str, words: list[str]) -> None:
    html = drawn(language)
    face = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.search(r"<aside.*</aside>", html, re.DOTALL)[0]))
    for text in [*words, "survey of 2024", "survey of 2025", "Phường Thanh Nhàn → Phường Vĩnh Tuy"]:
        assert text in face
    assert "Phường <b>" not in html
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=|<link[^>]*\shref=|@import", html)


def test_the_parts_are_what_the_two_units_share() -> None:
    data = json.loads(re.search(r"drawTransfersMap\(\w+, (.*)\);", drawn("vi"))[1])
    parts = [shapely.geometry.shape(each["geometry"]) for each in data["moved"]]
    quarter, rest = sorted(parts, key=lambda part: part.area)
    assert quarter.symmetric_difference(shapely.box(105.8575, 21, 105.86, 21.01)).area < 1e-9
    assert rest.symmetric_difference(shapely.box(105.85, 21, 105.8575, 21.01)).area < 1e-9
    assert [len(data[side]) for side in ("before", "after")] == [2, 2]
