"""A map file is small, complete, and says on its face what it is."""

import json
import re
from dataclasses import replace

import folium
import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely

from geo.errors import FileError
from geo.hexagons.cells import cell_polygons, cells_named, cells_of
from maps.hexagons import drawn_map
from maps.hotspot_drawing import hotspot_drawing
from maps.rings import STEPS_PER_DEGREE, rings_of
from tests.maps.answers import FACTS, counted

CELLS = cells_of([105.85, 105.9], [21.02, 21.05], 9)


@pytest.fixture(scope="module")
def city():
    """Every cell of resolution 9 in a box with as many as Hanoi."""
    box = shapely.box(105.45, 20.75, 106.02, 21.3)
    return cells_named(sorted(h3.geo_to_cells(shapely.geometry.mapping(box), 9)))


def html_of(cells, counts, facts=FACTS, *, outline=None, language="vi"):
    return drawn_map(hotspot_drawing(counted(cells, counts), facts, language), outline).html()


def polygons_in(rings):
    """Read rings back, as the browser does."""
    corners = np.array(rings["steps"]).reshape(-1, 2).cumsum(axis=0) / STEPS_PER_DEGREE
    return shapely.polygons([shapely.linearrings(ring) for ring in np.split(corners, np.cumsum(rings["corners"])[:-1])])


def drawn_in(html):
    return json.loads(re.search(r"drawHexagonMap\(\w+, (.*)\);", html)[1])


def face_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.search(r"<aside.*</aside>", html, re.DOTALL)[0]))


def test_a_city_of_cells_stays_under_three_megabytes(city):
    assert len(city) > 29_000
    outline = gpd.GeoDataFrame(
        geometry=cell_polygons(np.unique(cells_of(*shapely.get_coordinates(cell_polygons(city)).T, 6))), crs=4326
    )
    counts = np.random.default_rng(1).integers(1, 1_000, len(city))
    html = html_of(city, counts, replace(FACTS, n=10**8), outline=outline)
    assert len(html.encode()) < 3_000_000


def test_shapes_in_the_file_are_the_cells_to_a_metre(city):
    found = polygons_in(drawn_in(html_of(city[:500], np.ones(500, int)))["hexagons"])
    half_a_step = 0.5 / STEPS_PER_DEGREE
    assert shapely.hausdorff_distance(found, cell_polygons(city[:500])).max() < half_a_step * 1.5


def test_rings_keep_every_part_and_hole():
    holed = shapely.box(0, 0, 1, 1) - shapely.box(0.25, 0.25, 0.75, 0.75)
    found = polygons_in(rings_of(np.array([shapely.multipolygons([holed, shapely.box(2, 2, 3, 3)])])))
    assert sorted(shapely.area(found)) == pytest.approx([0.25, 1, 1])


def test_no_rings_are_no_numbers():
    assert rings_of(np.array([], object)) == {"corners": [], "steps": [], "stepsPerDegree": STEPS_PER_DEGREE}


def test_the_file_loads_nothing(city):
    html = html_of(city[:10], np.ones(10, int))
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=|<link[^>]*\shref=|@import", html)
    assert set(re.findall(r"url\(([a-z:#]*)", html)) <= {"data:image", "#default#", "data:image/png"} | {
        "data:",
        "#default#",
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", ["01–31/10/2026", "1.203 phản ánh; 2 trong 2 ô", "09:30 01/11/2026", "(khoảng 0,1 km²)"]),
        ("en", ["1–31 October 2026", "1,203 reports; 2 of 2 cells", "09:30 1 November 2026"]),
    ],
)
def test_it_says_what_it_shows(language, words):
    face = face_of(html_of(CELLS, [3, 1_200], language=language))
    for text in [*words, FACTS.boundaries]:
        assert text in face


@pytest.mark.parametrize("told", [True, False])
def test_schematic_and_synthetic_are_said_only_when_true(told):
    html = html_of(CELLS, [3, 4], replace(FACTS, schematic=told, synthetic=told))
    face = face_of(html)
    assert ("không phải địa giới chính thức" in face) == told
    assert ("Phản ánh minh hoạ" in face) == told
    assert drawn_in(html)["dashed"] == told


def test_text_is_text_and_never_markup():
    hostile = "</script><script>alert(1)</script>{{ 7 * 7 }}{% endraw %}"
    html = html_of(CELLS, [3, 4], replace(FACTS, category=hostile, boundaries=hostile))
    assert "<script>alert(1)" not in html
    assert html.count("&lt;/script&gt;") >= 2
    assert "{{ 7 * 7 }}" in html


def test_no_cells_make_a_map_that_says_zero():
    assert "0 phản ánh; 0 trong 0 ô có phản ánh" in face_of(html_of([], []))


def test_it_is_a_folium_map_that_takes_further_layers():
    figure_map = drawn_map(hotspot_drawing(counted(CELLS, [3, 4]), FACTS))
    folium.Rectangle([[21, 105.8], [21.1, 105.9]]).add_to(figure_map)
    assert "L.rectangle" in figure_map.html()


def test_a_place_that_can_not_be_written_is_named(tmp_path):
    with pytest.raises(FileError, match=r"nowhere/map\.html can't be written: No such file"):
        drawn_map(hotspot_drawing(counted(CELLS, [3, 4]), FACTS)).save(tmp_path / "nowhere" / "map.html")
