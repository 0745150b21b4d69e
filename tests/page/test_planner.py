"""The planner's page in a real browser, against the real service: what it shows is what the service answers."""

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from maps.style import COUNT_COLOURS, count_classes
from tests.page.chromium import DESKTOP, PHONE, Watched, watched


@pytest.fixture
def tab(browser, planner) -> Iterator[Watched]:
    with watched(browser, headers=planner) as opened:
        yield opened


def is_hexes(response: Response) -> bool:
    return urlsplit(response.url).path == "/v1/hotspots" and "every_cell" not in response.url


def answer_to(page: Page, act: Callable[[], object]) -> dict:
    """Do something that asks for hexagons, and wait until the page shows the answer."""
    with page.expect_response(is_hexes) as caught:
        act()
    hexes = caught.value.json()
    shows(page, hexes)
    return hexes


def shows(page: Page, hexes: dict) -> None:
    """The n that is told, the sum of what is drawn, and the service's answer are one number."""
    expect(page.locator("#sentence")).to_have_attribute("data-n", str(hexes["n"]))
    expect(page.locator("#map")).to_have_attribute("data-reports", str(hexes["n"]))
    expect(page.locator("#sentence")).to_contain_text(f"{hexes['n']:,}".replace(",", dots(page)))


def dots(page: Page) -> str:
    return "." if page.locator("html").get_attribute("lang") == "vi" else ","


def opened(tab: Watched, url: str) -> dict:
    return answer_to(tab.page, lambda: tab.page.goto(url))


def painted(page: Page) -> dict[str, int]:
    """How many pixels of the hexagons' canvas have which colour."""
    return page.locator(".leaflet-hexagons-pane canvas").evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const seen = {};
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] < 255) continue;
            const colour = "#" + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, "0")).join("");
            seen[colour] = (seen[colour] ?? 0) + 1;
          }
          return seen;
        }"""
    )


def busiest(page: Page, page_url: str, hexes: dict) -> tuple[dict, str]:
    """The finest cell with the most reports, and a link that has it in the middle."""
    period = {"from": hexes["period"]["from"], "to": hexes["period"]["to"]}
    finest = page.request.get(f"{page_url}/v1/hexes", params={**period, "res": 9}).json()
    cell = max(finest["features"], key=lambda feature: feature["properties"]["count"])
    lon, lat = middle_of(cell)
    return cell, f"{page_url}/?from={period['from']}&to={period['to']}&map=14/{lat:.4f}/{lon:.4f}"


def middle_of(cell: dict) -> tuple[float, float]:
    corners = cell["geometry"]["coordinates"][0][1:]
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_hexagons_are_on_the_map_and_their_sum_is_the_services_n(browser, planner, page_url, size):
    with watched(browser, size, planner) as tab:
        hexes = opened(tab, page_url)
        assert hexes["n"] == sum(cell["properties"]["count"] for cell in hexes["features"]) > 0
        classes = count_classes([cell["properties"]["count"] for cell in hexes["features"]])
        assert {one.colour for one in classes} <= set(painted(tab.page))


def test_the_legend_names_each_class_and_its_cells(tab, page_url):
    counts = [cell["properties"]["count"] for cell in opened(tab, page_url)["features"]]
    shown = tab.page.locator("#classes li")
    for item, expected in zip(shown.all(), count_classes(counts), strict=True):
        edges = f"{expected.low}" if expected.low == expected.high else f"{expected.low}–{expected.high}"
        expect(item).to_contain_text(edges)
        expect(item.locator("small")).to_have_text(f"{expected.cells} ô")


@pytest.mark.parametrize("counts", [[], [7], [1, 1, 1, 1, 1, 2, 3, 5, 40], list(range(1, 100)), [2, 2, 9] * 20])
def test_the_page_and_the_files_divide_counts_alike(tab, page_url, counts):
    opened(tab, page_url)
    found = tab.page.evaluate(
        """async ([counts, colours]) => {
          const { countClasses } = await import("/assets/planner/classes.js");
          return countClasses(counts, colours).map(({ low, high, cells, colour }) => [low, high, cells, colour]);
        }""",
        [counts, COUNT_COLOURS],
    )
    assert found == [[one.low, one.high, one.cells, one.colour] for one in count_classes(counts)]


def test_each_category_shows_its_own_reports_and_together_they_are_all(tab, page_url):
    everything = opened(tab, page_url)
    parts = []
    for category in tab.page.request.get(f"{page_url}/v1/categories").json():
        button = tab.page.get_by_role("button", name=category["name"], exact=True)
        hexes = answer_to(tab.page, button.click)
        assert hexes["categories"] == [category["code"]]
        expect(button).to_have_attribute("aria-pressed", "true")
        name = category["name"][0].lower() + category["name"][1:]
        expect(tab.page.locator("#legend-title")).to_have_text(f"Số phản ánh {name}")
        parts.append(hexes["n"])
    assert sum(parts) == everything["n"]
    assert len(set(parts)) > 1


def test_a_preset_and_typed_dates_change_the_period(tab, page_url):
    month = opened(tab, page_url)
    page = tab.page
    page.locator("#period summary").click()
    year = answer_to(page, page.get_by_role("button", name="12 tháng qua").click)
    assert year["n"] > month["n"]
    page.locator("#period summary").click()
    one_day = answer_to(page, lambda: page.locator("#from").fill(year["period"]["to"]))
    assert one_day["period"] == {"from": year["period"]["to"], "to": year["period"]["to"]}


def test_a_period_that_ends_before_it_begins_is_refused_in_place(tab, page_url):
    hexes = opened(tab, page_url)
    tab.page.locator("#period summary").click()
    tab.page.locator("#from").fill("2999-01-01")
    expect(tab.page.locator("#period-error")).to_have_text("Ngày đầu phải trước hoặc trùng ngày cuối.")
    shows(tab.page, hexes)


def test_the_language_switch_changes_words_and_keeps_the_figures(tab, page_url):
    hexes = opened(tab, page_url)
    tab.page.get_by_role("button", name="English").click()
    expect(tab.page.locator("html")).to_have_attribute("lang", "en")
    for category in tab.page.request.get(f"{page_url}/v1/categories").json():
        expect(tab.page.get_by_role("button", name=category["name_en"], exact=True)).to_be_visible()
    expect(tab.page.locator("#legend-title")).to_have_text("Reports of all kinds")
    shows(tab.page, hexes)


def test_a_link_opens_the_same_view(browser, planner, tab, page_url):
    hexes = opened(tab, page_url)
    _, link = busiest(tab.page, page_url, hexes)
    opened(tab, f"{link}&lang=en")
    answer_to(tab.page, tab.page.locator("#categories button").nth(1).click)
    tab.page.locator("#map").click()
    tab.page.wait_for_url("**cell=**")
    with watched(browser, headers=planner) as colleague:
        same = opened(colleague, tab.page.url)
        assert colleague.page.url == tab.page.url
        for part in ("#sentence", "#cell .count", "#period-now", "#categories [aria-pressed=true]"):
            expect(colleague.page.locator(part)).to_have_text(tab.page.locator(part).inner_text())
        assert [cell["id"] for cell in same["features"]]


def test_back_and_forward_walk_through_what_was_chosen(tab, page_url):
    everything = opened(tab, page_url)
    chosen = answer_to(tab.page, tab.page.locator("#categories button").nth(1).click)
    assert answer_to(tab.page, tab.page.go_back) == everything
    expect(tab.page.locator("#categories [aria-pressed=true]")).to_have_text("Tất cả")
    assert answer_to(tab.page, tab.page.go_forward) == chosen


def test_closer_is_finer(tab, page_url):
    coarse = opened(tab, page_url)
    cell, link = busiest(tab.page, page_url, coarse)
    fine = opened(tab, link)
    assert coarse["resolution"] < fine["resolution"] == 9
    assert cell["id"] in {shown["id"] for shown in fine["features"]}


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_hexagon_tells_its_ward_and_count(tab, page_url, by):
    cell, link = busiest(tab.page, page_url, opened(tab, page_url))
    opened(tab, link)
    panel = tab.page.locator("#cell")
    if by == "mouse":
        tab.page.locator("#map").click()
    else:
        tab.page.locator("#map").focus()
        tab.page.keyboard.press("Enter")
    expect(panel.locator(".count")).to_have_attribute("data-count", str(cell["properties"]["count"]))
    lon, lat = middle_of(cell)
    at = parse_qs(urlsplit(link).query)["to"][0]
    located = tab.page.request.get(f"{page_url}/v1/locate", params={"lon": lon, "lat": lat, "at": at}).json()
    expect(panel.locator("h2")).to_contain_text(located["unit"]["name"])
    tab.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_schematic_boundaries_and_demo_reports_say_so(tab, page_url):
    hexes = opened(tab, page_url)
    notices = tab.page.locator("#notices")
    assert hexes["synthetic"] > 0
    expect(notices.locator(".synthetic")).to_contain_text("minh hoạ")
    expect(notices.locator(".schematic")).to_have_count(int(hexes["generation"]["schematic"]))


def test_nothing_in_a_period_is_said_with_a_way_out(tab, page_url):
    page = tab.page
    with page.expect_response(is_hexes):
        page.goto(f"{page_url}/?from=2010-01-01&to=2010-01-31")
    expect(page.locator("#message")).to_contain_text("Không có dữ liệu trong khoảng này")
    assert answer_to(page, page.get_by_role("button", name="Xem toàn bộ").click)["n"] > 0
    expect(page.locator("#message")).to_be_hidden()


def test_a_late_answer_to_an_earlier_question_is_dropped(tab, page_url):
    opened(tab, page_url)
    held = []
    tab.page.route(lambda url: "/v1/hotspots?category=waste" in url, lambda route: held.append(route))
    with tab.page.expect_request(lambda request: "/v1/hotspots?category=waste" in request.url):
        tab.page.locator("#categories [data-value=waste]").click()
    newer = answer_to(tab.page, tab.page.locator("#categories [data-value=parking]").click)
    held[0].continue_()
    tab.page.wait_for_load_state("networkidle")
    shows(tab.page, newer)


def test_no_error_and_no_request_to_anywhere_else(tab, page_url):
    _, link = busiest(tab.page, page_url, opened(tab, page_url))
    opened(tab, link)
    tab.page.locator("#map").click()
    expect(tab.page.locator("#cell")).to_be_visible()
    tab.page.wait_for_load_state("networkidle")
    assert tab.errors == []
    assert tab.hosts == {urlsplit(page_url).netloc}


def test_a_key_in_the_address_unlocks_all_and_leaves_no_trace_in_it(browser, planner, page_url):
    with watched(browser) as tab:
        public = opened(tab, page_url)
        expect(tab.page.locator(".notice.public")).to_be_visible()
        assert public["hidden"]["fewer_reporters_than"] == 5
        tab.page.goto("about:blank")
        unlocked = opened(tab, f"{page_url}/#key={planner['x-api-key']}")
        expect(tab.page.locator(".notice.public")).to_have_count(0)
        assert "key" not in tab.page.url
        assert unlocked["period"] != public["period"]
        assert opened(tab, page_url) == unlocked
        assert not tab.errors


def test_a_key_that_is_not_known_is_told_and_the_way_on_is_the_public_view(browser, page_url):
    with watched(browser) as tab:
        tab.page.goto(f"{page_url}/#key=nobody")
        tab.page.get_by_role("button", name="Thử lại").click()
        expect(tab.page.locator(".notice.public")).to_be_visible()
