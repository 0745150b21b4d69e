"""The map of findings names every place with its units and size, says what it is of, and loads nothing."""

import datetime as dt
import json
import re
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from boundaries.exceptions import Exemption
from boundaries.gate import check
from maps.findings import CheckFacts, findings_map

FACTS = CheckFacts("wards <1>.gpkg", "ward", dt.datetime(2026, 11, 1, 9, 30), 2, 3.4e6)
WARDS = gpd.GeoDataFrame(
    {"code": ["00001", "00002", "00003"], "name": ["Phường Bạch Mai", "Phường Vĩnh Tuy", "Phường <b>"]},
    geometry=[
        shapely.box(105.85, 21.0, 105.86, 21.01),
        shapely.box(105.8599, 21.0, 105.87, 21.01),
        shapely.box(105.85, 21.01, 105.87, 21.02) - shapely.box(105.855, 21.01, 105.856, 21.011),
    ],
    crs=4326,
)


def drawn(language: str) -> str:
    report = check(WARDS, level="ward")
    return findings_map(report.repaired, report.findings_frame(), FACTS, language=language).html()


def face_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.search(r"<aside.*</aside>", html, re.DOTALL)[0]))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            ["Bị từ chối: 2 chỗ", "09:30 01/11/2026", "phường, xã: 3 đơn vị, 3,4 km²", "Chồng lấn 11.51", "Khe hở"],
        ),
        ("en", ["Refused: 2 places", "09:30 1 November 2026", "3 units, 3.4 km²", "Overlap 11,51", "Gap"]),
    ],
)
def test_it_says_the_file_the_moment_the_verdict_and_every_place_with_its_units(
    language: str, words: list[str]
) -> None:
    face = face_of(drawn(language))
    for text in [*words, "wards &lt;1&gt;.gpkg", "00001 Phường Bạch Mai, 00002 Phường Vĩnh Tuy"]:
        assert text in face


@pytest.mark.parametrize(
    ("language", "words", "foreign"),
    [
        ("vi", ["chấp nhận theo ngoại lệ", "Hình không hợp lệ, sửa sẽ làm đổi diện tích"], "accepted|invalid|shape"),
        ("en", ["accepted by exception", "The shape is not valid, and making it so"], "ngoại lệ|hợp lệ"),
    ],
)
def test_exceptions_and_ring_faults_are_told_in_the_language_of_the_map(
    language: str, words: list[str], foreign: str
) -> None:
    bow_tie = shapely.Polygon([(105.9, 21), (105.91, 21.01), (105.91, 21), (105.9, 21.012)])
    units = WARDS.set_geometry([*WARDS.geometry[:2], bow_tie], crs=4326)
    exception = Exemption(("00001", "00002"), "Kênh <rộng>", "Sở Xây dựng")
    report = check(units, level="ward", exceptions=[exception])
    face = face_of(findings_map(report.repaired, report.findings_frame(), FACTS, language=language).html())
    for text in [*words, "Kênh &lt;rộng&gt; (Sở Xây dựng)"]:
        assert text in face
    assert not re.search(foreign, face)


def test_named_areas_that_overlap_are_each_drawn_where_they_are() -> None:
    areas = WARDS.set_geometry(shapely.buffer(shapely.centroid(WARDS.geometry.to_numpy()), 0.01), crs=4326)
    report = check(areas, level="area")
    html = findings_map(report.repaired, report.findings_frame(), replace(FACTS, level="area")).html()
    told = json.loads(re.search(r"drawFindingsMap\(\w+, (.*)\);", html)[1])["units"]
    shown = [shapely.geometry.shape(each["geometry"]) for each in told]
    assert shapely.hausdorff_distance(shown, areas.geometry.to_numpy()).max() < 0.0004


def test_places_and_the_borders_around_them_are_drawn_to_a_centimetre() -> None:
    found = json.loads(re.search(r"drawFindingsMap\(\w+, (.*)\);", drawn("vi"))[1])["findings"]
    overlap = shapely.geometry.shape(found[0]["shape"])
    assert overlap.symmetric_difference(shapely.box(105.8599, 21.0, 105.86, 21.01)).area < 1e-13
    borders = shapely.union_all(shapely.boundary(WARDS.geometry.to_numpy()))
    for each in found:
        around = shapely.geometry.shape(each["around"])
        assert not around.is_empty
        assert shapely.covered_by(around, borders.buffer(1e-7))


def test_nothing_is_loaded_and_no_name_becomes_markup() -> None:
    html = drawn("en")
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=|<link[^>]*\shref=|@import", html)
    assert "Phường <b>" not in html


def test_a_file_without_faults_says_so() -> None:
    sound = WARDS.iloc[:1]
    report = check(sound, level="ward")
    facts = CheckFacts("wards.gpkg", "ward", dt.datetime(2026, 11, 1, 9, 30), 0, report.area_m2)
    face = face_of(findings_map(report.repaired, report.findings_frame(), facts, language="en").html())
    assert "Passed: can be loaded" in face
    assert "No units overlap" in face
