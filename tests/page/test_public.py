"""The page without a key: it asks for nothing that takes one, and says which months it shows."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import h3
import pytest
from playwright.sync_api import Page, expect

from maps.words import WORDS
from tests.page.chromium import Watched, watched


@pytest.fixture(scope="module")
def public(browser) -> Iterator[Watched]:
    with watched(browser) as opened:
        yield opened
        assert opened.errors == []


def opened(tab: Watched, url: str) -> tuple[Page, dict]:
    """The page, and what its map was told."""

    def is_answer(response) -> bool:
        return urlsplit(response.url).path == "/v1/hotspots" and "every_cell" not in response.url

    with tab.page.expect_response(is_answer) as caught:
        tab.page.goto(url)
    tab.page.wait_for_selector("#map[data-reports]")
    tab.page.wait_for_selector("#ranking tbody tr", state="attached")
    return tab.page, caught.value.json()


def written(period: dict[str, str]) -> str:
    return WORDS["vi"].period(*(dt.date.fromisoformat(period[end]) for end in ("from", "to")))


def test_a_ward_opens_and_the_series_stays_the_citys(public, page_url):
    page, _ = opened(public, page_url)
    row = page.locator("#ranking tbody tr").first
    row.click()
    expect(page.locator("#ward .count")).to_be_visible()
    expect(page.locator("#ward h2")).to_contain_text(row.locator("th").inner_text())
    expect(page.locator("#message")).to_be_hidden()
    expect(page.locator("#strip")).to_be_visible()
    assert not [url for url in public.asked if "/v1/series" in url and "unit=" in url]


def test_the_last_month_that_is_over_is_shown_and_the_header_names_it(public, page_url):
    page, answer = opened(public, page_url)
    last = dt.date.today().replace(day=1) - dt.timedelta(days=1)
    assert answer["period"] == {"from": str(last.replace(day=1)), "to": str(last)}
    expect(page.locator("#period-now")).to_have_text(written(answer["period"]))
    expect(page.locator("#ranking caption")).to_contain_text(written(answer["period"]))


def test_the_header_names_the_months_that_are_answered_not_the_days_that_were_asked(public, page_url):
    page, answer = opened(public, f"{page_url}/?from=2026-07-20&to=2026-09-05")
    assert answer["period"] == {"from": "2026-07-01", "to": "2026-09-30"}
    expect(page.locator("#period-now")).to_have_text(written(answer["period"]))


def test_a_cell_of_which_nothing_is_told_has_no_empty_chart(public, page_url):
    page, answer = opened(public, page_url)
    told = {cell["id"] for cell in answer["features"]}
    children = (h3.cell_to_children(cell, 7) for cell in answer["hidden"]["coarser_cells"])
    hidden = next(
        cell
        for cell in sorted(set().union(*children) - told)
        if not any(step["count"] for step in page.request.get(f"{page_url}/v1/hexes/{cell}").json()["series"])
    )
    place = page.request.get(f"{page_url}/v1/hexes/{hidden}").json()["place"]["vi"]
    page.goto(f"{page_url}/?cell={hidden}")
    expect(page.locator("#cell h2")).to_have_text(place)
    expect(page.locator("#cell .month-bars")).to_have_count(0)


def test_what_is_not_told_is_hatched(public, page_url):
    page, answer = opened(public, page_url)
    assert answer["hidden"]["coarser_cells"]
    expect(page.locator("#hatched")).to_be_visible()
    hatched = page.locator(".leaflet-hexagons-pane canvas").evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          let n = 0;
          for (let i = 0; i < data.length; i += 4)
            n += data[i] === 0x8f && data[i + 1] === 0x88 && data[i + 2] === 0x99;
          return n;
        }"""
    )
    assert hatched > 1000


def test_colours_keep_their_meaning_while_months_are_played(public, page_url):
    page, _ = opened(public, f"{page_url}/?from=2026-01-01&to=2026-03-31")
    page.emulate_media(reduced_motion="reduce")  # one step a press

    def edges() -> list[str]:
        return page.locator("#classes span").all_inner_texts()

    def press() -> list[str]:
        before = page.url
        page.locator("#play").click()
        page.wait_for_function("before => location.href !== before", arg=before)
        now = parse_qs(urlsplit(page.url).query)
        expect(page.locator("#sentence")).to_contain_text(written({end: now[end][0] for end in ("from", "to")}))
        return edges()

    usual = edges()
    first, second = press(), press()
    expect(page.locator("#fixed")).to_be_visible()
    assert first == second != usual
    page.emulate_media(reduced_motion="no-preference")
