"""The page on a phone: nothing needs sideways scrolling, whoever looks, and the city is not behind its legend."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from geo.vocabulary import ROLES
from tests.page.chromium import PHONE, Watched, watched
from tests.page.painting import box_of, overlap, painted_box

LANGUAGES = ("vi", "en")
LONG_PERIOD = "from=2025-09-30&to=2026-09-28"


@pytest.fixture(scope="module")
def phone(browser, planner) -> Iterator[Watched]:
    with watched(browser, PHONE, planner) as opened:
        yield opened
        assert opened.errors == []


def open_page(tab: Watched, page_url: str, query: str) -> None:
    tab.page.goto(f"{page_url}/?{query}")
    tab.page.wait_for_selector("#map[data-reports]")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_needs_sideways_scrolling_in_either_language(browser, page_url, keys, role):
    with watched(browser, PHONE, {"x-api-key": keys[role]} if role in keys else {}) as tab:
        for language in LANGUAGES:
            open_page(tab, page_url, f"lang={language}&{LONG_PERIOD}")
            assert tab.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
            for part in ("#categories", "#period", "#languages", "#key", "#legend", "#tabs"):
                left, _, right, _ = box_of(tab.page, part)
                assert 0 <= left < right <= PHONE[0], (language, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_city_lies_free_of_legend_and_notices(phone, page_url, language):
    for view in ("counts", "emerging", "change"):
        open_page(phone, page_url, f"lang={language}&show={view}&from=2026-06-01&to=2026-09-30")
        phone.page.wait_for_selector("#boundaries:not(:empty)", state="attached")
        city = painted_box(phone.page, "land")
        for part in ("#legend", "#notices"):
            assert not overlap(city, box_of(phone.page, part)), (view, part)


def test_the_city_lies_free_in_the_public_view(browser, page_url):
    with watched(browser, PHONE) as tab:
        open_page(tab, page_url, "lang=en")
        tab.page.wait_for_selector("#boundaries:not(:empty)", state="attached")
        assert not overlap(painted_box(tab.page, "land"), box_of(tab.page, "#legend"))


def test_a_tap_unfolds_the_legend_and_another_folds_it(phone, page_url):
    open_page(phone, page_url, "")
    sentence, more = phone.page.locator("#sentence"), phone.page.locator("#legend-more")
    expect(sentence).to_be_hidden()
    expect(phone.page.locator("#classes i").first).to_be_visible()
    more.click()
    expect(sentence).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    more.click()
    expect(sentence).to_be_hidden()


def test_the_name_of_an_open_tab_stays_on_one_line(phone, page_url):
    open_page(phone, page_url, "")
    for name in ("controls", "wards", "series"):
        tab = phone.page.locator(f"#tabs [data-tab={name}]")
        tab.click()
        lines = tab.evaluate("""tab => {
          const range = document.createRange();
          range.selectNodeContents(tab);
          return range.getClientRects().length;
        }""")
        assert lines == 1
