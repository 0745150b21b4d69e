"""A map file opens from the disk, alone: no request leaves it, and the hexagons are drawn."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from playwright.sync_api import expect

from geo.hexagons.cells import cell_polygons, cells_of, parents
from maps.hexagons import drawn_map
from maps.hotspot_drawing import hotspot_drawing
from tests.maps.answers import FACTS, counted
from tests.page.chromium import DESKTOP, chromium, watched


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    random = np.random.default_rng(7)
    points = random.normal([105.85, 21.02], 0.03, (3_000, 2))
    stored = cells_of(points[:, 0], points[:, 1])
    cells, counts = np.unique(parents(stored, 9), return_counts=True)
    outline = gpd.GeoDataFrame(geometry=cell_polygons(np.unique(parents(stored, 6))), crs=4326)
    path = tmp_path / "waste.html"
    facts = replace(FACTS, schematic=True, synthetic=True)
    drawn_map(hotspot_drawing(counted(cells, counts), facts), outline).save(path)
    return path


def test_its_panes_are_drawn_without_the_internet(map_file):
    with chromium() as browser, watched(browser) as tab:
        tab.context.set_offline(True)
        tab.page.goto(map_file.as_uri())
        expect(tab.page.locator(".facts")).to_contain_text("3.000 phản ánh")
        for pane in ("land", "hexagons", "borders"):
            drawn = tab.page.locator(f".leaflet-{pane}-pane canvas").evaluate(
                "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
            )
            assert drawn, pane
        tab.page.mouse.move(DESKTOP[0] * 0.6, DESKTOP[1] * 0.25)
        tab.page.mouse.wheel(0, -200)
        assert tab.errors == []
        assert tab.asked == [map_file.as_uri()]


def test_a_hexagon_tells_its_count_under_the_pointer(tmp_path):
    cell = cells_of([105.85], [21.02], 7)
    path = tmp_path / "one.html"
    drawn_map(hotspot_drawing(counted(cell, [2_345]), FACTS)).save(path)
    with chromium() as browser, watched(browser) as tab:
        tab.page.goto(path.as_uri())
        tab.page.mouse.move(DESKTOP[0] / 2, DESKTOP[1] / 2)
        expect(tab.page.locator(".leaflet-tooltip")).to_have_text("2.345 phản ánh")
