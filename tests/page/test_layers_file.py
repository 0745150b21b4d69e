"""Every map for notebooks opens from the disk and in a notebook's frame, alone, and does what its card offers."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser, expect

import maps
from geo.hotspots.question import Question, Window
from geo.hotspots.views import find
from maps.leaflet import OfflineMap
from tests.maps.answers import frame_of
from tests.maps.test_notebook_maps import FRAMES, GRID, WARDS, reports_of
from tests.page.chromium import DESKTOP, PHONE, watched

MONTHS = [(dt.date(2026, 9, 1), dt.date(2026, 9, 30)), (dt.date(2026, 10, 1), dt.date(2026, 10, 31))]
STEPS = [frame_of(find(GRID, reports_of, Question(Window(*days, None), "counts"))) for days in MONTHS]

_MAP = "Object.entries(window).find(([name, value]) => name.startsWith('map_') && value?.getCenter)[1]"


def points() -> gpd.GeoDataFrame:
    """Twenty reports at one place, and one apart."""
    status = ["waiting"] * 5 + ["resolved"] * 16
    told = pd.to_datetime(["2026-10-01 08:00"] * 21).tz_localize("Asia/Ho_Chi_Minh")
    where = np.array([[105.85, 21.02]] * 20 + [[105.86, 21.03]])
    frame = gpd.GeoDataFrame({"status": status, "reported_at": told}, geometry=shapely.points(where), crs=4326)
    frame.attrs = WARDS.attrs | {"n": 21}
    return frame


MAPS = {
    "hexes": lambda: maps.hexes(FRAMES["hexes"], wards=WARDS),
    "emerging": lambda: maps.emerging(FRAMES["emerging"], wards=WARDS),
    "wards": lambda: maps.wards(WARDS),
    "reports": lambda: maps.reports(points(), wards=WARDS),
    "time_slider": lambda: maps.time_slider(STEPS, wards=WARDS),
    "boundaries": lambda: maps.boundaries(WARDS),
}


def saved(figure_map: OfflineMap, folder: Path) -> str:
    path = folder / "map.html"
    figure_map.save(path)
    return path.as_uri()


@pytest.mark.parametrize("name", MAPS)
def test_it_opens_alone_on_a_desk_and_on_a_phone(browser: Browser, tmp_path: Path, name: str) -> None:
    address = saved(MAPS[name](), tmp_path)
    for size in (DESKTOP, PHONE):
        with watched(browser, size) as tab:
            tab.context.set_offline(True)
            tab.page.goto(address)
            card = tab.page.locator(".facts").bounding_box()
            assert min(card["x"], card["y"]) >= 0
            assert card["x"] + card["width"] <= size[0]
            assert card["y"] + card["height"] <= size[1]
            zoom = tab.page.locator(".leaflet-control-zoom").bounding_box()
            assert card["x"] + card["width"] < zoom["x"] or zoom["y"] + zoom["height"] < card["y"], "they overlap"
            assert tab.page.evaluate("document.documentElement.scrollWidth") == size[0]
            assert tab.errors == []
            assert tab.asked == [address]


def test_a_notebook_s_frame_shows_it_without_asking_anybody(browser: Browser) -> None:
    with watched(browser) as tab:
        tab.context.set_offline(True)
        tab.page.set_content(f"<body style='width: 900px'>{maps.hexes(FRAMES['hexes'], wards=WARDS)._repr_html_()}")
        framed = tab.page.frame_locator("iframe")
        expect(framed.locator(".facts h1")).to_have_text("Số phản ánh rác thải")
        expect(framed.locator(".leaflet-hexagons-pane canvas").first).to_be_visible()
        assert tab.errors == []
        assert tab.hosts == set()


def test_the_slider_plays_to_the_end_and_the_legend_follows(browser: Browser, tmp_path: Path) -> None:
    with watched(browser) as tab:
        tab.page.clock.install()
        tab.page.goto(saved(maps.time_slider(STEPS, wards=WARDS), tmp_path))
        output, sizes = tab.page.locator(".steps output"), tab.page.locator(".facts ol small")

        def shown() -> int:
            return sum(int(text.split()[0]) for text in sizes.all_inner_texts())

        expect(output).to_contain_text("tháng 10/2026")
        assert shown() == (STEPS[1]["count"] > 0).sum()
        tab.page.click(".play")
        expect(output).to_have_text(f"tháng 09/2026: {STEPS[0]['count'].sum()} phản ánh")
        assert shown() == (STEPS[0]["count"] > 0).sum()
        tab.page.clock.run_for(1_100)
        expect(output).to_contain_text("tháng 10/2026")
        expect(tab.page.locator(".play")).to_have_attribute("aria-label", "Chạy")
        tab.page.locator(".steps input").press("ArrowLeft")
        expect(output).to_contain_text("tháng 09/2026")


def test_reports_at_one_place_are_one_circle_that_says_how_many(browser: Browser, tmp_path: Path) -> None:
    crowd = points().iloc[:20]
    with watched(browser) as tab:
        tab.page.goto(saved(maps.reports(crowd), tmp_path))
        tab.page.evaluate(f"{_MAP}.setZoom(14, {{ animate: false }})")
        tab.page.mouse.move(*tab.page.evaluate(f"Object.values({_MAP}.latLngToContainerPoint([21.02, 105.85]))"))
        expect(tab.page.locator(".leaflet-tooltip")).to_have_text("20")


def test_a_unit_is_found_without_marks_and_shown(browser: Browser, tmp_path: Path) -> None:
    with watched(browser, PHONE) as tab:
        tab.page.goto(saved(maps.boundaries(WARDS), tmp_path))
        tab.page.fill(".list input", "dong da")
        rows = tab.page.locator(".list li:visible")
        expect(rows).to_have_count(1)
        rows.locator("button").click()
        expect(tab.page.locator("[aria-current]")).to_contain_text("Phường Đống Đa")
        tab.page.fill(".list input", "nowhere")
        expect(tab.page.locator("[data-none]")).to_be_visible()
        assert tab.errors == []
