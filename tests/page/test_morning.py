"""docs/planners.md holds: a planner's morning, each step in a few clicks, and what is found is true."""

from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.conftest import Database
from tests.page.chromium import chromium, watched
from tests.page.morning import shown, walk

SIZE = (1440, 900)


@pytest.fixture(scope="module")
def morning(planner, page_url) -> Iterator[tuple[Page, dict[str, dict], dict[str, str]]]:
    """The page at the end of the walk, what each step found, and what the drawers then said."""
    with chromium() as browser, watched(browser, SIZE, planner) as tab:
        found, said = {}, {}
        for name, what in walk(tab.page, page_url):
            found[name] = what
            drawer = tab.page.locator(".drawer:not([hidden])")
            said[name] = drawer.inner_text() if drawer.count() else ""
        yield tab.page, found, said
        assert tab.errors == []


def test_where_it_is_concentrated_is_what_the_database_counts(morning, demo_database: Database):
    told = morning[1]["where"]
    with demo_database.connect() as sql:
        row = sql.execute(
            "SELECT count(*) FROM report WHERE category = 'parking' AND (reported_at AT TIME ZONE "
            "'Asia/Ho_Chi_Minh')::date BETWEEN %s AND %s",
            (told["from"], told["to"]),
        ).fetchone()
    assert (told["n"],) == row


def test_the_ward_that_is_shown_first_is_the_one_with_most_reports(morning, page_url, planner):
    told = morning[1]["where"]
    params = {"category": "parking", "from": told["from"], "to": told["to"], "boundaries_at": told["to"]}
    answer = httpx.get(f"{page_url}/v1/wards/ranking", params=params, headers=planner, trust_env=False, timeout=60)
    most = max(answer.json()["wards"], key=lambda ward: ward["received"])
    assert told["code"] == most["code"]
    assert most["name"] in morning[2]["where"]


def test_a_hexagon_says_how_many_and_in_which_way_it_is_hot(morning):
    hot = morning[1]["new"]["properties"]
    assert hot["class"] > 0
    assert f"{hot['count']} phản ánh" in morning[2]["new"]
    assert "bước thời gian" in morning[2]["new"]


def test_the_ward_on_top_is_the_one_with_most_overdue(morning, page_url, planner):
    page, found, said = morning
    query = httpx.URL(page.url).params
    params = {"category": "parking", "from": query["from"], "to": query["to"], "boundaries_at": query["to"]}
    answer = httpx.get(f"{page_url}/v1/wards/ranking", params=params, headers=planner, trust_env=False, timeout=60)
    latest = max(answer.json()["wards"], key=lambda ward: ward["overdue"])
    assert found["late"]["code"] == latest["code"]
    assert latest["name"] in said["late"]


def test_the_link_shows_a_colleague_the_same(morning, planner):
    page, found, said = morning
    with watched(page.context.browser, SIZE, planner) as colleague:
        colleague.page.goto(found["link"]["link"])
        shown(colleague.page)
        expect(colleague.page.locator("#ward .month-bars")).to_be_visible()
        assert colleague.page.locator("#ward").inner_text() == said["late"]
        expect(colleague.page.locator("#sentence")).to_have_text(page.locator("#sentence").inner_text())


def test_the_picture_is_one_that_a_slide_can_hold(morning):
    picture = morning[1]["picture"]
    assert picture["name"].startswith("hien-truong-emerging-parking-")
    with Image.open(picture["file"]) as image:
        assert image.width / image.height == pytest.approx(16 / 9, rel=0.01)
        assert image.width >= 1400
        assert len(set(image.convert("RGB").resize((200, 112)).getdata())) > 20
