"""Files, link and print of a view: what is kept is what the map shows."""

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Page, expect

from tests.page.chromium import PHONE, Watched, watched

VIEW = "category=fire_risk&show=hotspots"


@pytest.fixture(scope="module")
def tab(browser, planner) -> Iterator[Watched]:
    with watched(browser, (1440, 900), planner) as opened:
        yield opened
        assert opened.errors == []


@pytest.fixture(scope="module")
def view(tab, page_url) -> tuple[Page, dict]:
    """The page, and the answer that its map was drawn from."""
    with tab.page.expect_response(lambda response: "/v1/hotspots" in response.url) as caught:
        tab.page.goto(f"{page_url}/?{VIEW}")
    tab.page.wait_for_selector("#map[data-reports]")
    tab.page.wait_for_selector("#ranking tbody tr")
    tab.page.locator("#downloads summary").click()
    return tab.page, caught.value.json()


def kept(page: Page, kind: str) -> tuple[str, Path]:
    with page.expect_download() as caught:
        page.locator(f"#downloads [data-kind={kind}]").click()
    return caught.value.suggested_filename, Path(caught.value.path())


def bins_in_geojson(path: Path) -> dict[str, int]:
    return {cell["id"]: cell["properties"]["bin"] for cell in json.loads(path.read_bytes())["features"]}


def bins_in_csv(path: Path) -> dict[str, int]:
    return {row["cell"]: int(row["bin"]) for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))}


def bins_in_parquet(path: Path) -> dict[str, int]:
    table = gpd.read_parquet(path)
    return dict(zip(table["cell"], table["bin"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("kind", "read"), [("geojson", bins_in_geojson), ("csv", bins_in_csv), ("parquet", bins_in_parquet)]
)
def test_a_table_has_the_cells_of_the_map(view, kind: str, read: Callable[[Path], dict[str, int]]):
    page, answer = view
    name, path = kept(page, kind)
    assert name == f"hien-truong-hotspots-fire_risk-{answer['period']['from']}-{answer['period']['to']}.{kind}"
    assert read(path) == {cell["id"]: cell["properties"]["bin"] for cell in answer["features"]}
    expect(page.locator("#downloads [role=status]")).to_contain_text(name)


@pytest.mark.parametrize(("kind", "shape"), [("png_slide", 16 / 9), ("png_a4", 297 / 210)])
def test_a_picture_has_the_shape_of_a_slide_or_a_page(view, kind, shape):
    with Image.open(kept(view[0], kind)[1]) as picture:
        ratio = max(picture.size) / min(picture.size)
        assert ratio == pytest.approx(shape, rel=0.02)
        assert max(picture.size) >= 1400


def map_pixels(shape: tuple[int, ...], view: shapely.Polygon) -> float:
    """How many pixels of a slide a map of a box takes: as large as two thirds of it allow."""
    west, south, east, north = view.bounds
    ratio = (east - west) * math.cos(math.radians((south + north) / 2)) / (north - south)
    high = min(shape[0], 0.66 * shape[1] / ratio)
    return ratio * high**2


def test_a_picture_shows_the_view_and_not_the_city(browser, planner, page_url):
    """The share of the picture's map that is coloured is the share that hexagons take of what the page shows."""
    with watched(browser, (1440, 900), planner) as tab:
        page = tab.page
        with page.expect_response(lambda response: "/v1/hotspots" in response.url) as caught:
            page.goto(f"{page_url}/?category=waste&show=counts&map=12.5/21.0285/105.8520")
        page.wait_for_selector("#map[data-reports]")
        page.locator("#downloads summary").click()
        with page.expect_request(lambda request: "format=png" in request.url) as sent:
            path = kept(page, "png_slide")[1]
        west, south, east, north = map(float, parse_qs(urlsplit(sent.value.url).query)["bbox"][0].split(","))
        assert ((west + east) / 2, (south + north) / 2) == pytest.approx((105.852, 21.0285), abs=1e-3)
        frame = page.locator("#map").bounding_box()
        assert east - west == pytest.approx(360 * frame["width"] / (256 * 2**12.5), rel=0.01)
        view = shapely.box(west, south, east, north)
        cells = shapely.from_geojson([json.dumps(cell["geometry"]) for cell in caught.value.json()["features"]])
        seen = shapely.area(shapely.intersection(cells, view)).sum() / view.area
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB")).astype(int)
            assert "trong khung nhìn" in picture.text["Description"]
        coloured = (np.ptp(pixels, axis=2) > 25)[:, int(0.34 * pixels.shape[1]) :]
        drawn = coloured.sum() / map_pixels(pixels.shape, view)
        assert drawn == pytest.approx(seen, abs=0.03)
        assert seen > 0.05


def test_the_map_file_opens_offline_and_says_what_it_shows(browser, view):
    page, answer = view
    path = kept(page, "html")[1]
    with watched(browser) as offline:
        offline.context.set_offline(True)
        offline.page.goto(f"file://{path}")
        expect(offline.page.locator("body")).to_contain_text(f"{answer['n']:,}".replace(",", "."))
        assert offline.errors == []
        assert offline.hosts == set()


def test_the_link_is_copied_or_shown(tab, view):
    page, _ = view
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#downloads .link").click()
    expect(page.locator("#downloads [role=status]")).to_have_text("Đã sao chép liên kết")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.locator("#downloads .link").click()
    expect(page.locator("#downloads [role=status]")).to_contain_text(page.url)


def test_print_is_one_sheet_and_leaves_the_page_as_it_was(view):
    page, _ = view
    before = page.url, page.locator("#map").bounding_box(), page.locator("#sentence").inner_text()
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert (page.url, page.locator("#map").bounding_box(), page.locator("#sentence").inner_text()) == before


def test_what_is_printed_is_the_map_the_legend_and_the_table_alone(view):
    page, _ = view
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for selector in ("#map", "#sentence", "#classes", "#ranking"):
        expect(page.locator(selector)).to_be_visible()
    for selector in ("#controls", "#series", "#key", "#languages", "#find-ward"):
        expect(page.locator(selector)).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#controls")).to_be_visible()


@pytest.mark.parametrize(
    ("lang", "when"), [("vi", r"Lập lúc \d\d:\d\d {0:%d/%m/%Y}"), ("en", r"Made on \d\d:\d\d {0.day} {0:%B %Y}")]
)
def test_what_is_printed_says_when_it_was_made_by_which_boundaries_and_how_to_read_it(view, lang, when):
    page, answer = view
    page.locator(f"#languages [data-value={lang}]").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    legend = page.locator("#legend")
    assert re.search(when.format(dt.date.today()), legend.inner_text())
    for text in (answer["meaning"][lang], answer["generation"]["source"]):
        expect(legend).to_contain_text(text)
        expect(legend.get_by_text(text)).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(legend.locator(".made")).to_be_hidden()
    expect(legend.locator("#meaning")).to_be_hidden()
    page.locator("#languages [data-value=vi]").click()


def test_an_open_drawer_is_not_printed_and_is_open_afterwards(view):
    page, _ = view
    page.locator("#ranking tbody tr").first.click()
    expect(page.locator("#ward")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#ward")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#ward")).to_be_visible()
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.locator("#ward .close").click()


def test_a_refused_download_says_why_in_the_pages_language(tab, view):
    page, _ = view
    problem = {"status": 503, "title": "Service Unavailable", "detail": "the counts are being made"}
    page.route("**/v1/hotspots?*format=csv*", lambda route: route.fulfill(status=503, json=problem))
    page.locator("#downloads [data-kind=csv]").click()
    expect(page.locator("#downloads [role=status]")).to_have_text(
        "Không tải được: Dịch vụ đang chuẩn bị số liệu: hãy thử lại sau ít phút."
    )
    page.unroute_all()
    tab.errors[:] = [text for text in tab.errors if "503" not in text]


def test_the_public_downloads_what_it_sees_on_a_phone(browser, page_url):
    with watched(browser, PHONE) as public:
        page = public.page
        # The grid of what is hidden is asked for at the same address.
        with page.expect_response(lambda each: "/v1/hotspots" in each.url and "every_cell" not in each.url) as caught:
            page.goto(page_url)
        page.wait_for_selector("#map[data-reports]")
        page.locator("#tabs [data-tab=controls]").click()
        page.locator("#downloads summary").click()
        file = json.loads(kept(page, "geojson")[1].read_bytes())
        assert file["features"] == caught.value.json()["features"]
        assert file["hidden"] == caught.value.json()["hidden"]
