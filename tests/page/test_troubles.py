"""What goes wrong is said in the page's language, beside what is still there, and with a way on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.page.chromium import Watched, watched
from tests.page.painting import box_of, overlap

LOST = {"vi": "Mất kết nối, đang thử lại…", "en": "Connection lost, trying again…"}
GEOJSON = {"accept": "application/geo+json"}
STALE = re.compile("stale")
STATUSES = (400, 401, 403, 404, 409, 422, 429, 500, 502, 503)


@pytest.fixture(scope="module")
def tab(browser, planner) -> Iterator[Watched]:
    with watched(browser, headers=planner) as opened:
        yield opened
        assert [error for error in opened.errors if not error.startswith("Failed to load resource")] == []


def opened(tab: Watched, url: str) -> Page:
    tab.page.goto(url)
    tab.page.wait_for_selector("#map[data-reports]")
    tab.page.wait_for_selector("#ranking tbody tr")
    return tab.page


@contextmanager
def offline(tab: Watched) -> Iterator[None]:
    tab.context.set_offline(True)
    try:
        yield
    finally:
        tab.context.set_offline(False)


@pytest.mark.parametrize("language", LOST)
def test_a_lost_connection_greys_the_last_view_says_so_in_the_open_and_heals(tab, page_url, language):
    page = opened(tab, f"{page_url}/?lang={language}")
    page.locator("#ranking tbody tr").first.click()
    page.wait_for_load_state("networkidle")
    told = page.locator("#lost")
    with page.expect_response(lambda response: "/v1/hotspots?category" in response.url), offline(tab):
        page.locator("#categories button").nth(1).click()
        expect(told).to_have_text(LOST[language])
        expect(page.locator("#map")).to_have_class(STALE)
        pane = page.locator("#map .leaflet-pane").first
        assert pane.evaluate("pane => getComputedStyle(pane).filter") == "grayscale(1)"
        beside = ["#ward", "#notices .synthetic", "#notices .schematic"]
        shown = [selector for selector in beside if page.locator(selector).is_visible()]
        assert "#ward" in shown
        assert not [selector for selector in shown if overlap(box_of(page, "#lost"), box_of(page, selector))]
    expect(told).to_be_hidden()
    expect(page.locator("#map")).not_to_have_class(STALE)


def test_offline_the_table_says_that_its_file_was_not_kept(tab, page_url):
    page = opened(tab, page_url)
    with offline(tab):
        page.locator("#wards .csv").click()
        expect(page.locator("#wards [role=alert]")).to_have_text("Không tải được tệp CSV: Mất kết nối.")


def test_a_cell_whose_answer_is_lost_says_so_and_is_asked_for_again(tab, page_url):
    page = tab.page
    cell = page.request.get(f"{page_url}/v1/hotspots", headers=GEOJSON).json()["features"][0]["id"]
    page.route("**/v1/hexes/*", lambda route: route.abort())
    page.goto(f"{page_url}/?cell={cell}")
    heading = page.locator("#cell h2")
    expect(heading).to_have_text("Mất kết nối.")
    page.unroute_all()
    expect(page.locator("#cell .month-bars")).to_be_visible(timeout=20_000)
    expect(heading).not_to_have_text("Mất kết nối.")


def test_an_unknown_choice_is_told_in_the_pages_language_and_left_by_one_click(tab, page_url):
    page = tab.page
    with page.expect_response(lambda response: "/v1/hotspots" in response.url) as caught:
        page.goto(f"{page_url}/?category=no-such-category")
    message = page.locator("#message")
    expect(message.locator("p:not([lang])")).to_have_text("Dịch vụ không hiểu một lựa chọn trong địa chỉ.")
    expect(message.locator("p[lang=en]")).to_have_text(caught.value.json()["detail"])
    expect(page.locator("#wards [role=alert]").last).to_contain_text("Dịch vụ không hiểu")
    page.get_by_role("button", name="Xem toàn bộ").click()
    page.wait_for_selector("#map[data-reports]")
    expect(message).to_be_hidden()


def test_a_refused_series_leaves_the_map_free(tab, page_url):
    page = tab.page
    problem = {"status": 403, "title": "Forbidden", "detail": "leave unit out"}
    page.route("**/v1/series?*", lambda route: route.fulfill(status=403, json=problem))
    opened(tab, page_url)
    expect(page.locator("#strip-by")).to_have_text("Không tải được số phản ánh theo thời gian")
    expect(page.locator("#message")).to_be_hidden()
    page.unroute_all()


def test_hexagons_in_outline_stand_for_a_map_that_is_still_to_come(tab, page_url):
    page, held = tab.page, []
    page.route("**/v1/hotspots?*", lambda route: held.append(route))
    with page.expect_request("**/v1/hotspots?*"):
        page.goto(page_url)
    area = page.locator("#map")
    assert "skeleton.svg" in area.evaluate("map => getComputedStyle(map).backgroundImage")
    expect(page.locator("#progress")).to_be_visible()
    held[0].continue_()
    page.wait_for_selector("#map[data-reports]")
    assert area.evaluate("map => getComputedStyle(map).backgroundImage") == "none"
    page.unroute_all()


def test_every_refusal_has_a_sentence_in_both_languages(tab, page_url):
    said = opened(tab, page_url).evaluate(
        """async (statuses) => {
          const { Problem } = await import("/assets/planner/api.js");
          const { troubleInWords } = await import("/assets/planner/trouble_words.js");
          const detail = "the service's own words";
          const told = (status, language) => troubleInWords(new Problem({ status, detail }), { language });
          return statuses.map((status) => [told(status, "vi"), told(status, "en")]);
        }""",
        list(STATUSES),
    )
    assert all(vietnamese != english for vietnamese, english in said)
    assert all(text.endswith(".") and "own words" not in text for pair in said for text in pair)
