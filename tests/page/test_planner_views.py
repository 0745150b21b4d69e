"""What the planner's page can tell, and of which reports: views, filters and periods show the service's own figures."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import h3
import numpy as np
import pytest
from playwright.sync_api import Page, Response, expect

from geo.statistics.emerging import NAMES
from geo.vocabulary import CHANNELS, STATUSES
from maps.style import (
    CHANGE_COLOURS,
    COUNT_COLOURS,
    EMERGING_COLOURS,
    SIGNIFICANCE_COLOURS,
    count_classes,
    value_classes,
)
from maps.words import WORDS
from tests.page.chromium import Watched, watched

PERIOD = "from=2026-06-01&to=2026-09-30"
KEEP_SHOWN = """() => {
    const map = document.getElementById("map");
    window.shown = [];
    new MutationObserver(() => shown.push(map.dataset.reports)).observe(map, { attributes: true });
}"""


@pytest.fixture(scope="module")
def tab(browser, planner) -> Iterator[Watched]:
    """One window for all: each test opens its own address in it."""
    with watched(browser, headers=planner) as opened:
        opened.page.set_default_timeout(10_000)
        yield opened
        assert opened.errors == []


@pytest.fixture
def page(tab, page_url) -> Page:
    """The page on a fixed summer, which has every view."""
    answer_to(tab.page, lambda: tab.page.goto(f"{page_url}/?{PERIOD}"))
    return tab.page


def answer_to(page: Page, act: Callable[[], object], path: str = "/v1/hotspots") -> dict:
    """Do something that asks for the map, and wait until the page shows the answer."""

    def is_answer(response: Response) -> bool:
        return urlsplit(response.url).path == path

    with page.expect_response(is_answer) as caught:
        act()
    answer = caught.value.json()
    if path == "/v1/hotspots":
        expect(page.locator("#map")).to_have_attribute("data-reports", str(answer["n"]))
        expect(page.locator("#sentence")).to_contain_text(
            answer["sentence"][page.locator("html").get_attribute("lang")]
        )
    return answer


def next_step(page: Page, act: Callable[[], object]) -> dict:
    """Wait for the next period that is shown; before the first one the busiest is asked for, to take its colours.

    What plays may have moved on before it is looked at, so what was shown is kept.
    """
    page.evaluate(KEEP_SHOWN)
    begun = first_day(page.url)

    def is_step(response: Response) -> bool:
        url = response.url
        return urlsplit(url).path == "/v1/hotspots" and begun != first_day(url) == first_day(page.url)

    with page.expect_response(is_step) as caught:
        act()
    answer = caught.value.json()
    page.wait_for_function("(n) => shown.includes(n)", arg=str(answer["n"]))
    return answer


def first_day(url: str) -> str:
    return parse_qs(urlsplit(url).query)["from"][0]


def swatches(page: Page) -> list[str]:
    colours = page.locator("#classes i").evaluate_all("all => all.map((one) => one.style.backgroundColor)")
    return ["#" + "".join(f"{int(part):02x}" for part in rgb[4:-1].split(",")) for rgb in colours]


def matched(page: Page, page_url: str, **wanted: str) -> int:
    """How many reports the database has, by the list of single reports."""
    period = {"from": "2026-06-01", "to": "2026-09-30"}
    answer = page.request.get(f"{page_url}/v1/reports", params={**period, **wanted, "count": "true", "limit": "1"})
    return answer.json()["numberMatched"]


@pytest.mark.parametrize(
    ("view", "colours"),
    [
        ("hotspots", SIGNIFICANCE_COLOURS),
        ("change", CHANGE_COLOURS),
        ("emerging", tuple(EMERGING_COLOURS.values())),
        ("overdue", (SIGNIFICANCE_COLOURS[3], *COUNT_COLOURS)),
    ],
)
def test_each_view_shows_the_services_answer_in_the_colours_of_the_files(page, view, colours):
    answer = answer_to(page, page.locator(f"#view-{view}").check)
    assert answer["view"] == view
    assert set(swatches(page)) <= set(colours)
    told = page.locator("#classes small").all_inner_texts()
    with_colour = [f["properties"] for f in answer["features"] if view != "overdue" or f["properties"]["count"]]
    assert sum(int(text.removesuffix(" ô").replace(".", "")) for text in told) == len(with_colour)
    page.locator("#legend summary").click()
    expect(page.locator("#meaning")).to_contain_text(answer["meaning"]["vi"])
    assert parse_qs(urlsplit(page.url).query)["show"] == [view]


def test_a_trend_over_too_few_days_says_how_many_it_takes_and_offers_them(page, page_url, tab):
    page.goto(f"{page_url}/?show=emerging&from=2026-09-01&to=2026-09-30&lang=en")
    expect(page.locator("#message")).to_contain_text("at least 70 days")
    answer = answer_to(page, page.get_by_role("button", name="Show the last 12 weeks").click)
    assert answer["view"] == "emerging"
    expect(page.locator("#message")).to_be_hidden()


def test_seventy_days_are_what_the_service_takes_for_a_trend(page, page_url):
    def status(days: int) -> int:
        first = dt.date(2026, 9, 30) - dt.timedelta(days=days - 1)
        asked = {"view": "emerging", "from": str(first), "to": "2026-09-30"}
        return page.request.get(f"{page_url}/v1/hotspots", params=asked).status

    days = page.evaluate('import("/assets/planner/views.js").then((views) => views.EMERGING_DAYS)')
    assert (status(days - 1), status(days)) == (422, 200)


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_leaves_in_the_reports_that_the_database_has_of_it(page, page_url, status):
    page.locator("#status summary").click()
    answer = answer_to(page, page.locator(f"#status [value={status}]").check)
    assert answer["n"] == matched(page, page_url, status=status) > 0


def test_channels_and_overdue_leave_in_what_the_database_has_of_them(page, page_url):
    page.locator("#channel summary").click()
    by_channel = {channel: matched(page, page_url, channel=channel) for channel in CHANNELS}
    channel = max(by_channel, key=by_channel.__getitem__)
    assert answer_to(page, page.locator(f"#channel [value={channel}]").check)["n"] == by_channel[channel]
    both = answer_to(page, page.locator("#overdue").check)
    assert both["n"] == matched(page, page_url, channel=channel, overdue="true")
    expect(page.locator("#legend-title")).to_contain_text("quá hạn")


def test_a_measure_goes_with_its_views_and_falls_back_where_it_does_not(page):
    measure = page.locator("#measure")
    answer = answer_to(page, lambda: measure.select_option("per_km2"))
    expect(page.locator("#classes-title")).to_have_text("Phản ánh trên mỗi km²")
    lows, shades, _ = value_classes(
        np.array([f["properties"]["per_km2"] for f in answer["features"] if f["properties"]["count"]])
    )
    assert swatches(page) == shades
    assert page.locator("#classes li").count() == len(lows)
    assert answer_to(page, page.locator("#view-change").check)["measure"] == "count"
    expect(measure).to_have_value("count")


@pytest.mark.parametrize("values", [[], [0.3], [0.52, 1.234, 5.1, 47.8], np.linspace(0.013, 97.3, 61).tolist()])
def test_the_page_and_the_files_divide_rates_alike(page, values):
    found = page.evaluate(
        """async ([values, colours]) => {
          const { valueClasses } = await import("/assets/planner/classes.js");
          return valueClasses(values, colours).map(({ low, cells, colour }) => [low, cells, colour]);
        }""",
        [values, COUNT_COLOURS],
    )
    lows, shades, class_of = value_classes(np.array(values))
    assert found == [list(one) for one in zip(lows, np.bincount(class_of).tolist(), shades, strict=True)]


def test_the_page_names_emerging_classes_as_the_statistics_do(page):
    words = page.evaluate(
        'import("/assets/planner/view_words.js").then(({ VIEW_WORDS: { vi, en } }) => [vi.emerging, en.emerging])'
    )
    assert words == [{str(code): getattr(name, language) for code, name in NAMES.items()} for language in ("vi", "en")]


def test_cells_that_are_judged_say_how_wide_they_are(page):
    answer = answer_to(page, page.locator("#view-hotspots").check)
    cell = answer["features"][0]["id"]
    neighbours = set(h3.grid_disk(cell, 1)) - {cell}
    apart = [h3.great_circle_distance(h3.cell_to_latlng(cell), h3.cell_to_latlng(one)) for one in neighbours]
    told = re.search(r"rộng khoảng ([\d,]+) km", page.locator("#classes-title").inner_text())
    assert told is not None
    assert float(told[1].replace(",", ".")) == pytest.approx(sum(apart) / len(apart), rel=0.05)


def test_where_nothing_is_hot_the_way_to_smaller_cells_is_told(page, page_url):
    quiet = page.locator("#quiet")
    day = "from=2026-09-30&to=2026-09-30&category=fire_risk&show=hotspots"
    for place, hint in (("", "phóng to"), ("&map=14/21.0200/105.8450", "cả ở cỡ ô nhỏ nhất")):
        answer = answer_to(page, lambda place=place: page.goto(f"{page_url}/?{day}{place}"))
        assert not any(cell["properties"]["bin"] > 0 for cell in answer["features"])
        expect(quiet).to_contain_text(hint)
    hot = answer_to(page, lambda: page.goto(f"{page_url}/?{PERIOD}&show=hotspots"))
    assert any(cell["properties"]["bin"] > 0 for cell in hot["features"])
    expect(quiet).to_be_hidden()


@pytest.mark.parametrize("query", ["show=overdue", "measure=share&category=waste"])
def test_a_share_of_few_reports_is_pale_and_the_legend_says_so(page, page_url, query):
    answer = answer_to(page, lambda: page.goto(f"{page_url}/?{PERIOD}&{query}&map=13/21.0200/105.8450"))
    thin = sum(0 < cell["properties"]["count"] < 5 for cell in answer["features"])
    assert 0 < thin < len(answer["features"])
    expect(page.locator("#thin")).to_contain_text(f"{thin:,} ô có ít hơn 5 phản ánh".replace(",", "."))
    assert 0x50 in opacities(page)
    answer_to(page, lambda: page.goto(f"{page_url}/?{PERIOD}&measure=per_km2&map=13/21.0200/105.8450"))
    expect(page.locator("#thin")).to_be_hidden()
    assert 0x50 not in opacities(page)


def opacities(page: Page) -> set[int]:
    """Opacities of more than a hundred pixels of the hexagons."""
    return set(
        page.locator(".leaflet-hexagons-pane canvas").evaluate(
            """canvas => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              const pixels = new Array(256).fill(0);
              for (let i = 3; i < data.length; i += 4) pixels[data[i]] += 1;
              return pixels.flatMap((n, opacity) => (n > 100 ? [opacity] : []));
            }"""
        )
    )


@pytest.mark.parametrize(("measure", "category"), [("reporters", ""), ("share", "waste"), ("per_1000", "")])
def test_each_measure_colours_the_cells_by_what_the_service_measured(page, page_url, measure, category):
    answer = answer_to(page, lambda: page.goto(f"{page_url}/?{PERIOD}&category={category}&measure={measure}"))
    assert answer["measure"] == measure
    column = "count" if measure == "reporters" else measure  # the count is of people then
    values = [f["properties"][column] for f in answer["features"] if f["properties"]["count"]]
    measured = np.array([value for value in values if value is not None])
    if measure == "reporters":
        expected = [(one.colour, one.cells) for one in count_classes(measured.tolist())]
    else:
        lows, shades, class_of = value_classes(measured)
        expected = list(zip(shades, np.bincount(class_of, minlength=len(lows)).tolist(), strict=True))
    cells = [int(text.removesuffix(" ô").replace(".", "")) for text in page.locator("#classes small").all_inner_texts()]
    assert list(zip(swatches(page), cells, strict=True)) == expected


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-10-01", "2026-10-31"),
        ("2026-09-05", "2026-10-31"),
        ("2025-12-30", "2026-01-02"),
        ("2026-10-09", "2026-10-09"),
        ("2025-10-01", "2026-10-31"),
    ],
)
def test_the_page_and_the_files_write_periods_alike(page, language, first, last):
    told = page.evaluate(
        """async ([language, from, to]) => {
          const { datesIn } = await import("/assets/planner/dates.js");
          return datesIn(language).period({ from, to });
        }""",
        [language, first, last],
    )
    assert told == WORDS[language].period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_boundaries_of_another_day_are_drawn_and_named(page):
    days = page.locator("#at option").evaluate_all("all => all.map((one) => one.value)")
    units = answer_to(page, lambda: page.locator("#at").select_option(min(filter(None, days))), "/v1/units")
    assert units["generation"]["valid_from"] == min(filter(None, days))
    expect(page.locator("#boundaries")).to_contain_text(str(len(units["features"])))


def test_the_strip_has_every_day_and_its_chosen_days_sum_to_the_map(page, page_url):
    series = answer_to(page, page.reload, "/v1/series")
    chosen = [day["count"] for day in series["series"] if "2026-06-01" <= day["from"] <= "2026-09-30"]
    assert series["by"] == "day"
    assert sum(chosen) == matched(page, page_url)
    expect(page.locator("#brush")).to_have_attribute("aria-valuetext", "01/06 – 30/09/2026")
    assert int(page.locator("#brush-to").get_attribute("aria-valuemax")) == len(series["series"]) - 1


def test_the_chosen_period_is_widened_and_moved_by_keys(page):
    page.locator("#brush-from").focus()
    wider = answer_to(page, lambda: page.keyboard.press("ArrowLeft"))
    assert wider["period"] == {"from": "2026-05-31", "to": "2026-09-30"}
    page.locator("#brush").focus()
    moved = answer_to(page, lambda: page.keyboard.press("PageDown"))
    assert moved["period"] == {"from": "2026-05-01", "to": "2026-08-31"}
    expect(page.locator("#period-now")).to_have_text("01/05 – 31/08/2026")


def test_the_chosen_period_is_dragged_and_back_leads_to_the_one_before(page):
    box = page.locator("#brush").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 200, box["y"] + 20, steps=4)
    dragged = answer_to(page, page.mouse.up)
    assert dragged["period"]["from"] < "2026-04-01"
    days = [dt.date.fromisoformat(dragged["period"][end]) for end in ("from", "to")]
    assert (days[1] - days[0]).days == 121
    assert answer_to(page, page.go_back)["period"] == {"from": "2026-06-01", "to": "2026-09-30"}


def test_a_period_plays_on_until_it_is_stopped(page, page_url):
    # So long before the last report that it does not stop by itself meanwhile.
    answer_to(page, lambda: page.goto(f"{page_url}/?from=2025-06-01&to=2025-06-30"))
    button = page.locator("#play")
    first = next_step(page, button.click)
    expect(button).to_have_attribute("aria-label", "Dừng")
    second = next_step(page, lambda: None)
    assert "2025-06-01" < first["period"]["from"] < second["period"]["from"]
    button.click()
    expect(button).to_have_attribute("aria-label", "Chạy theo thời gian")


def test_who_wants_less_motion_moves_on_a_step_a_press(page):
    page.emulate_media(reduced_motion="reduce")
    next_step(page, page.locator("#play").click)
    expect(page.locator("#play")).not_to_have_text("❚❚")
    page.emulate_media(reduced_motion="no-preference")


def test_a_hexagon_tells_its_months_kinds_and_why_it_is_a_hot_spot(page, page_url):
    answer = answer_to(page, page.locator("#view-hotspots").check)
    hottest = max(answer["features"], key=lambda cell: cell["properties"]["z"])
    told = answer_to(page, lambda: page.goto(f"{page.url}&cell={hottest['id']}"), f"/v1/hexes/{hottest['id']}")
    drawer = page.locator("#cell")
    expect(drawer.locator("h2")).to_have_text(told["place"]["vi"])
    expect(drawer.locator(".why")).to_contain_text("Điểm nóng" if hottest["properties"]["bin"] > 0 else "không khác")
    expect(drawer.locator(".month-bars rect")).to_have_count(len(told["series"]))
    counts = sorted(told["categories"].values(), reverse=True)
    expect(drawer.locator(".kinds b")).to_have_text([f"{count:,}".replace(",", ".") for count in counts])
    expect(drawer.locator(".newest li")).to_have_count(len(told["reports"]))


def test_the_address_says_everything_that_can_be_chosen(page):
    state = {
        "category": "waste",
        "from": "2026-01-02",
        "to": "2026-03-04",
        "lang": "en",
        "show": "change",
        "measure": "reporters",
        "status": ["waiting", "rejected"],
        "channel": ["web"],
        "overdue": True,
        "at": "2025-01-01",
        "cell": "88415dd10dfffff",
        "unit": "00292",
        "report": None,
        "sort": "-overdue",
        "find": "hoàn kiếm",
        "view": {"zoom": 12.25, "lat": 21.03, "lon": 105.85},
    }
    read = page.evaluate(
        """async (state) => {
          const { readState, writeState } = await import("/assets/planner/state.js");
          return readState(writeState(state), {});
        }""",
        state,
    )
    assert read == state


def test_the_public_has_whole_months_and_is_told_what_takes_a_key(browser, page_url):
    with watched(browser) as opened:
        series = answer_to(opened.page, lambda: opened.page.goto(page_url), "/v1/series")
        assert series["by"] == "month"
        for view in ("emerging", "change", "overdue"):
            expect(opened.page.locator(f"#view-{view}")).to_be_disabled()
        expect(opened.page.locator("#help-overdue")).to_have_text("Cần khóa của cán bộ.")
        expect(opened.page.locator("#status")).to_be_hidden()
        assert opened.errors == []


def test_the_page_is_made_of_few_files_that_are_asked_for_at_once(page):
    asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
    named = page.locator("link[rel=stylesheet], script[src]").evaluate_all(
        "all => all.map((one) => new URL(one.href ?? one.src).pathname)"
    )
    assert len(named) == 4
    assert sorted(path for path in asked if path.endswith((".js", ".css"))) == sorted(named)
