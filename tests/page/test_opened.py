"""What is opened is seen: beside its drawer, with ranks that say in which direction; and keys move the map."""

import math
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.page.chromium import DESKTOP, PHONE, Watched, watched
from tests.page.painting import box_of, overlap, painted_box


@pytest.fixture(scope="module")
def tab(browser, planner) -> Iterator[Watched]:
    with watched(browser, DESKTOP, planner) as opened:
        yield opened
        assert opened.errors == []


def opened(tab: Watched, url: str) -> Page:
    tab.page.goto(url)
    tab.page.wait_for_selector("#map[data-reports]")
    tab.page.wait_for_selector("#ranking tbody tr", state="attached")
    return tab.page


def eastmost(page: Page, page_url: str) -> str:
    """Code of the ward that reaches farthest east: at the right edge of the city."""
    wards = page.request.get(f"{page_url}/v1/units?level=ward&tolerance=60").json()["features"]

    def east(ward: dict) -> float:
        parts = ward["geometry"]["coordinates"]
        rings = parts if ward["geometry"]["type"] == "Polygon" else [ring for part in parts for ring in part]
        return max(point[0] for ring in rings for point in ring)

    return str(max(wards, key=east)["properties"]["code"])


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_an_opened_ward_lies_beside_its_drawer_and_stays_so_when_zoomed_to(browser, planner, page_url, size):
    with watched(browser, size, planner) as tab:
        page = opened(tab, page_url)
        code = eastmost(page, page_url)
        if size == PHONE:
            page.locator("#tabs [data-tab=wards]").click()
        page.locator(f"#ranking tr[data-code='{code}']").click()
        page.locator("#ward .month-bars").wait_for()
        page.wait_for_function("new Promise(requestAnimationFrame)")  # the drawer has grown, and the map has moved
        assert not overlap(painted_box(page, "pointed"), box_of(page, "#ward"))
        before = page.url
        page.locator("#ward .zoom").click()
        page.wait_for_function("before => location.href !== before", arg=before)
        expect(page.locator("#progress")).to_be_hidden()
        outline = painted_box(page, "pointed")
        assert not overlap(outline, box_of(page, "#ward"))
        if size == DESKTOP:
            assert not overlap(outline, box_of(page, "#legend"))


def test_a_ward_that_is_seen_anyway_does_not_move_the_map(tab, page_url):
    page = opened(tab, f"{page_url}/?map=9.25/21.0252/105.9000")  # the middle of the city lies left of a drawer
    wards = page.request.get(f"{page_url}/v1/units?level=ward&tolerance=60").json()["features"]
    middle = min(wards, key=lambda ward: math.dist(_first_point(ward), (105.8, 21.15)))
    page.locator(f"#ranking tr[data-code='{middle['properties']['code']}']").click()
    page.locator("#ward .month-bars").wait_for()
    assert parse_qs(urlsplit(page.url).query)["map"] == ["9.25/21.0252/105.9000"]


def test_a_ward_larger_than_the_place_beside_its_drawer_moves_the_map_once(tab, page_url):
    """A map that moved for it drew all again, moved again, and so on for a minute."""
    page = opened(tab, f"{page_url}/?map=16/21.0108/105.8400")
    page.evaluate("window.moves = 0; document.querySelector('#map').focus()")
    page.evaluate(
        """() => {
          const replace = history.replaceState;
          history.replaceState = (...given) => { window.moves += 1; replace.apply(history, given); };
        }"""
    )
    page.keyboard.press("Enter")
    page.locator("#ward .month-bars").wait_for()
    page.wait_for_function("new Promise(requestAnimationFrame)")
    assert page.evaluate("window.moves") <= 2  # once when it opens, and once more when the drawer has grown
    page.locator("#points:not([hidden])").wait_for()
    assert not overlap(box_of(page, "#points"), box_of(page, "#ward"))


def _first_point(ward: dict) -> list[float]:
    ring = ward["geometry"]["coordinates"][0]
    return ring[0] if ward["geometry"]["type"] == "Polygon" else ring[0][0]


def test_a_rank_says_which_end_is_one_and_nothing_has_no_rank(tab, page_url):
    page = opened(tab, f"{page_url}/?from=2026-09-01&to=2026-09-30&category=fire_risk&lang=en")
    params = {"from": "2026-09-01", "to": "2026-09-30", "category": "fire_risk", "boundaries_at": "2026-09-30"}
    wards = page.request.get(f"{page_url}/v1/wards/ranking", params=params).json()["wards"]
    nothing = next(ward for ward in wards if ward["received"] == 0)
    worst = max(wards, key=lambda ward: ward["overdue"])
    drawer = page.locator("#ward")
    page.locator(f"#ranking tr[data-code='{nothing['code']}']").click()
    expect(drawer.locator("h2")).to_have_text(nothing["name_en"])
    expect(drawer).not_to_contain_text("wards by reports")
    expect(drawer.locator("tr[data-figure=overdue] td").nth(2)).to_have_text("–")
    page.locator(f"#ranking tr[data-code='{worst['code']}']").click()
    expect(drawer.locator("caption")).to_have_text("Rank 1 has the most.")
    expect(drawer.locator("tr[data-figure=overdue] td").nth(2)).to_contain_text("1/")


def test_the_report_of_an_address_opens_with_the_page(tab, page_url):
    report = tab.page.request.get(f"{page_url}/v1/reports?status=resolved&limit=1").json()["features"][0]["id"]
    page = opened(tab, f"{page_url}/?report={report}")
    known = page.request.get(f"{page_url}/v1/reports/{report}").json()
    expect(page.locator("#report .description")).to_have_text(known["description"])
    assert f"report={report}" in page.url
    page.locator("#report .close").click()
    page.wait_for_function("!location.search.includes('report=')")


def test_arrows_move_the_map_and_plus_and_minus_zoom_it(tab, page_url):
    page = opened(tab, f"{page_url}/?map=12/21.0200/105.8450")
    page.locator("#map").focus()

    def after(key: str) -> tuple[float, float, float]:
        before = page.url
        page.keyboard.press(key)
        page.wait_for_function("before => location.href !== before", arg=before)
        zoom, lat, lon = parse_qs(urlsplit(page.url).query)["map"][0].split("/")
        return float(zoom), float(lat), float(lon)

    zoom, lat, east = after("ArrowRight")
    assert (zoom, lat) == (12, pytest.approx(21.02, abs=0.001))
    assert east > 105.845
    _, north, _ = after("ArrowUp")
    assert north > 21.02
    closer, _, _ = after("+")
    assert closer > 12
    farther, _, _ = after("-")
    assert farther < closer


@pytest.mark.parametrize("language", ["vi", "en"])
def test_link_and_files_are_at_hand_and_the_link_is_confirmed_in_sight(tab, page_url, language):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(tab, f"{page_url}/?lang={language}")
    for selector in ("#downloads summary", "#downloads .link"):
        expect(page.locator(selector)).to_be_in_viewport(ratio=1)
    page.locator("#downloads .link").click()
    told = page.locator("#downloads [role=status]")
    expect(told).not_to_be_empty()
    expect(told).to_be_in_viewport(ratio=1)
