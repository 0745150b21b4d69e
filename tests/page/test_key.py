"""Keys in the page: what a role unlocks, that a wrong key changes nothing, and that a key stays out of the address."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from geo.vocabulary import ROLES
from tests.page.chromium import DESKTOP, PHONE, Watched, watched
from tests.page.conftest import VINH_TUY

NAMES = {
    "public": "Công khai",
    "router": "Hệ thống điều phối",
    "planner": "Quy hoạch",
    "officer": "Cán bộ phường, xã",
    "analyst": "Phân tích",
    "admin": "Quản trị",
}


@pytest.fixture
def tab(browser) -> Iterator[Watched]:
    with watched(browser, DESKTOP) as opened:
        yield opened


def ready(page: Page) -> Page:
    page.wait_for_selector("#map[data-reports]")
    return page


def enter(page: Page, key: str) -> None:
    page.locator("#key .key-opener").click()
    page.locator("#key-text").fill(key)
    page.locator("#key-text").press("Enter")


def test_a_key_unlocks_what_its_role_may_see_and_signing_out_locks_it_again(tab, page_url, keys):
    page = tab.page
    page.goto(f"{page_url}/?category=waste")
    ready(page)
    expect(page.locator(".notice.public")).to_be_visible()
    with page.expect_navigation():
        enter(page, keys["planner"])
    ready(page)
    expect(page.locator("#key .key-opener")).to_have_text(NAMES["planner"])
    expect(page.locator(".notice.public")).to_have_count(0)
    assert "category=waste" in page.url
    page.locator("#key .key-opener").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Thoát, xem công khai").click()
    ready(page)
    expect(page.locator("#key .key-opener")).to_have_text("Nhập khóa")
    expect(page.locator(".notice.public")).to_be_visible()
    assert tab.errors == []


def test_a_key_is_nowhere_but_in_this_tab_and_in_the_requests_headers(tab, page_url, keys):
    page = tab.page
    page.goto(page_url)
    ready(page)
    with page.expect_navigation():
        enter(page, keys["planner"])
    ready(page)
    assert not [url for url in [page.url, *tab.asked] if keys["planner"] in url]
    assert page.evaluate("[JSON.stringify(localStorage), document.cookie]") == ["{}", ""]
    assert keys["planner"] in page.evaluate("JSON.stringify(sessionStorage)")
    beside = tab.context.new_page()
    beside.goto(page_url)
    expect(ready(beside).locator(".notice.public")).to_be_visible()


@pytest.mark.parametrize("wrong", ["ht_0000000000_nothing", "chìa khóa"])
def test_a_wrong_key_is_told_and_the_right_one_stays(tab, page_url, keys, wrong):
    page = tab.page
    page.goto(f"{page_url}/#key={keys['analyst']}")
    ready(page)
    enter(page, wrong)
    expect(page.locator(".key-dialog [role=alert]")).to_contain_text("không dùng được")
    page.keyboard.press("Escape")
    page.reload()
    expect(ready(page).locator("#key .key-opener")).to_have_text(NAMES["analyst"])


@pytest.mark.parametrize("role", ROLES)
def test_the_dialog_says_who_one_is_and_what_that_unlocks(browser, page_url, keys, role):
    with watched(browser, PHONE, {"x-api-key": keys[role]} if role in keys else {}) as tab:
        page = tab.page
        page.goto(page_url)
        ready(page).locator("#key .key-opener").click()
        dialog = page.locator(".key-dialog")
        expect(dialog.locator(".role strong")).to_contain_text(NAMES[role])
        counts, reports = dialog.locator("li").all_text_contents()
        assert counts.startswith("Mọi" if role not in ("public", "router") else "Các tháng đã qua")
        told = {"public": "Không có", "officer": "Từng phản ánh của đơn vị mình"}.get(role, "Từng phản ánh, ")
        assert reports.startswith(told)
        if role == "officer":
            unit = page.request.get(f"{page_url}/v1/units/{VINH_TUY}").json()
            expect(dialog.locator(".role strong")).to_contain_text(unit["properties"]["name"])


def test_an_officer_sees_points_of_the_own_unit_only(browser, page_url, keys):
    with watched(browser, DESKTOP, {"x-api-key": keys["officer"]}) as tab:
        page = tab.page
        with page.expect_response(lambda response: "/v1/reports?" in response.url) as caught:
            page.goto(f"{page_url}/?from=2024-01-01&to=2030-12-31&map=15/20.9985/105.8687")
        units = {report["properties"]["unit_code"] for report in caught.value.json()["features"]}
        assert units == {VINH_TUY}
        expect(page.locator("#points")).to_be_visible()
