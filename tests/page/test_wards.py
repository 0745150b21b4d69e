"""The ranking, a ward and single reports: they show what the service answers and the database holds."""

import csv
import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Database
from tests.page.chromium import PHONE, Watched, watched

WIDE = (1440, 900)
FIGURES = ("received", "change", "overdue", "on_time_share", "answer_hours", "satisfied_share", "evidence_share")
OF_ANSWERS = FIGURES[3:]
FEW_ANSWERS = 5


@pytest.fixture(scope="module")
def tab(browser, planner) -> Iterator[Watched]:
    with watched(browser, WIDE, planner) as opened:
        yield opened
        assert opened.errors == []


@pytest.fixture(scope="module")
def http(page_url, planner) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=page_url, headers=planner, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def month(http) -> dict[str, str]:
    """The last month that is over: everybody may be told of it."""
    public = httpx.get(f"{http.base_url}/v1/wards/ranking", trust_env=False, timeout=60).json()
    return public["period"]


@pytest.fixture(scope="module")
def ranking(http, month) -> dict:
    return http.get("/v1/wards/ranking", params={**month, "boundaries_at": month["to"]}).json()


def opened(tab: Watched, url: str) -> Page:
    tab.page.goto(url)
    tab.page.wait_for_selector("#ranking tbody tr", state="attached")
    tab.page.wait_for_selector("#map[data-reports]")
    return tab.page


def address(page_url: str, month: dict[str, str], **others: str) -> str:
    return str(httpx.URL(page_url, path="/", params=month | others))


def value(row: dict, figure: str) -> float | None:
    if figure != "change":
        return row[figure]
    return (
        None
        if None in (row["received"], row["previous"]["received"])
        else row["received"] - row["previous"]["received"]
    )


def written(row: dict, figure: str) -> str:
    """A figure in Vietnamese, as the page should write it."""
    number = value(row, figure)
    if number is None:
        return "–"
    exact = Decimal(str(number))
    if figure.endswith("_share"):
        return f"{significant(exact * 100)}\N{NO-BREAK SPACE}%"
    if figure == "answer_hours":
        return significant(exact) if exact < 10 else f"{exact.quantize(Decimal(1), ROUND_HALF_UP):,}".replace(",", ".")
    text = f"{abs(number):,.0f}".replace(",", ".")
    return f"{'+' if number > 0 else '−'}{text}" if figure == "change" and number else text


def significant(number: Decimal) -> str:
    """Two digits that count, at least: 7,5 and 81 and 100."""
    if not number:
        return "0"
    step = Decimal(1).scaleb(min(number.adjusted() - 1, 0))
    return f"{number.quantize(step, ROUND_HALF_UP).normalize():f}".replace(".", ",")


def ordered(wards: list[dict], figure: str, *, descending: bool) -> list[str]:
    """Codes by a figure; those of fewer than five answers after the others, those without a value last."""

    def key(ward: dict) -> tuple:
        number = value(ward, figure)
        if number is None:
            return (2, 0, ward["code"])
        thin = figure in OF_ANSWERS and ward["answered"] < FEW_ANSWERS
        return (int(thin), -number if descending else number, ward["code"])

    return [ward["code"] for ward in sorted(wards, key=key)]


def codes(page: Page) -> list[str]:
    return page.locator("#ranking tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.code)")


def cells(page: Page, figure: str) -> list[str]:
    return page.locator(f"#ranking tbody td[data-figure={figure}]").evaluate_all(
        "cells => cells.map((cell) => cell.textContent)"
    )


def test_each_ward_has_the_figures_of_the_service_and_of_the_database(
    tab, page_url, month, ranking, demo_database: Database
):
    page = opened(tab, address(page_url, month))
    wards = {ward["code"]: ward for ward in ranking["wards"]}
    shown = codes(page)
    assert sorted(shown) == sorted(wards)
    for figure in FIGURES:
        assert cells(page, figure) == [written(wards[code], figure) for code in shown]
    with demo_database.connect() as sql:
        rows = sql.execute(
            "SELECT u.code, count(*) FROM report r JOIN unit u ON u.id = r.unit_id WHERE (r.reported_at AT TIME ZONE "
            "'Asia/Ho_Chi_Minh')::date BETWEEN %s AND %s GROUP BY 1",
            (month["from"], month["to"]),
        ).fetchall()
    counted = {code: int(text.replace(".", "")) for code, text in zip(shown, cells(page, "received"), strict=True)}
    assert {code: n for code, n in counted.items() if n} == dict(rows)


def test_the_table_sorts_by_each_figure_both_ways(tab, page_url, month, ranking):
    page = opened(tab, address(page_url, month))
    page.locator("#wards .widen").click()
    for column, figure in enumerate(FIGURES):
        head = page.locator("#ranking thead th").nth(column + 2)
        for _ in range(2):
            head.get_by_role("button").click()
            expect(head).to_have_attribute("aria-sort", re.compile("ascending|descending"))
            descending = head.get_attribute("aria-sort") == "descending"
            assert codes(page) == ordered(ranking["wards"], figure, descending=descending)
            assert parse_qs(urlsplit(page.url).query)["sort"] == [("-" if descending else "") + figure]
    page.locator("#wards .widen").click()
    page.locator(".sorting select").select_option(label="Quá hạn")
    assert codes(page) == ordered(ranking["wards"], "overdue", descending=True)
    page.reload()
    page.wait_for_selector("#ranking tbody tr")
    assert codes(page) == ordered(ranking["wards"], "overdue", descending=True)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("hoan kiem", "Hoàn Kiếm"), ("HOÀN KIẾM", "Hoàn Kiếm"), ("dong da", "Đống Đa"), ("o cho", "Ô Chợ Dừa")],
)
def test_a_ward_is_found_with_accents_and_without(tab, page_url, month, typed, found):
    page = opened(tab, address(page_url, month))
    page.keyboard.press("/")
    page.keyboard.type(typed)
    expect(page.locator("#ranking tbody tr")).to_have_count(1)
    expect(page.locator("#ranking tbody th")).to_have_text(found)


def test_a_search_that_finds_nothing_says_so_and_is_undone(tab, page_url, month, ranking):
    page = opened(tab, address(page_url, month))
    page.locator("#find-ward").fill("Atlantis")
    expect(page.locator("#wards .notes")).to_contain_text("Atlantis")
    page.get_by_role("button", name="Xoá tìm kiếm").click()
    expect(page.locator("#ranking tbody tr")).to_have_count(len(ranking["wards"]))


def outlined(page: Page) -> bool:
    """Whether the pane of pointed wards has a pixel that is drawn."""
    return page.locator(".leaflet-pointed-pane canvas").evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one)"
    )


def test_the_map_and_the_table_point_at_the_same_ward(tab, page_url, http, month):
    lon, lat = 105.868664, 20.998485
    page = opened(tab, address(page_url, month, map=f"14/{lat}/{lon}"))
    page.locator("#ranking tbody tr").first.hover()
    page.mouse.move(5, 5)
    assert not outlined(page)
    ward = http.get("/v1/locate", params={"lon": lon, "lat": lat, "at": month["to"]}).json()["unit"]["code"]
    row = page.locator(f"#ranking tr[data-code='{ward}']")
    row.get_by_role("button").focus()
    assert outlined(page)
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(row).to_have_class("pointed")
    assert outlined(page)


def test_a_ward_opens_beside_the_median_and_its_months_are_those_of_the_database(
    tab, page_url, month, ranking, demo_database: Database
):
    page = opened(tab, address(page_url, month))
    ward = ranking["wards"][1]
    page.locator(f"#ranking tr[data-code='{ward['code']}']").click()
    panel = page.locator("#ward")
    expect(panel.locator("h2")).to_have_text(ward["name"])
    expect(panel.locator(".count")).to_have_attribute("data-count", str(ward["received"]))
    for figure in FIGURES[2:]:
        here, median = (panel.locator(f"tr[data-figure={figure}] td").nth(column) for column in (0, 1))
        expect(here).to_have_text(written(ward, figure))
        expect(median).to_have_text(written(ranking["median"], figure))
    expect(panel.locator(".month-bars rect")).to_have_count(12)
    bars = panel.locator(".month-bars rect title").all_text_contents()
    with demo_database.connect() as sql:
        rows = sql.execute(
            "SELECT to_char(r.reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'MM/YYYY'), count(*) FROM report r "
            "JOIN unit u ON u.id = r.unit_id WHERE u.code = %s GROUP BY 1",
            (ward["code"],),
        ).fetchall()
    by_month = dict(rows)
    assert len(bars) == 12
    assert bars == [f"{name}: {by_month.get(name, 0)}" for name in (bar.split(":")[0] for bar in bars)]
    assert f"unit={ward['code']}" in page.url
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.go_back()
    expect(panel.locator("h2")).to_have_text(ward["name"])


def test_a_click_on_a_ward_without_reports_opens_it(tab, page_url, http, month):
    nothing = {"from": "2010-01-01", "to": "2010-01-31"}
    lon, lat = 105.868664, 20.998485
    below = 150  # pixels under the middle, where no message stands
    metres = below * 156_543 * math.cos(math.radians(lat)) / 2**14
    page = opened(tab, address(page_url, nothing, at=month["to"], map=f"14/{lat + metres / 110_700:.5f}/{lon}"))
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + below)
    ward = http.get("/v1/locate", params={"lon": lon, "lat": lat, "at": month["to"]}).json()["unit"]
    expect(page.locator("#ward h2")).to_have_text(ward["name"])
    expect(page.locator("#ward .count")).to_have_attribute("data-count", "0")


def test_the_table_is_kept_as_csv(tab, page_url, http, month):
    page = opened(tab, address(page_url, month, category="waste", sort="-overdue"))
    with page.expect_download() as caught:
        page.locator("#wards .csv").click()
    kept = list(csv.DictReader(io.StringIO(caught.value.path().read_text(encoding="utf-8"))))
    params = {**month, "category": "waste", "boundaries_at": month["to"], "sort": "-overdue", "format": "csv"}
    assert kept == list(csv.DictReader(io.StringIO(http.get("/v1/wards/ranking", params=params).text)))
    assert len(kept) == page.locator("#ranking tbody tr").count() + 2


def test_the_public_sees_a_dash_and_why_where_few_people_reported(browser, page_url, month):
    answer = httpx.get(f"{page_url}/v1/wards/ranking", params=month, trust_env=False, timeout=60).json()
    hidden = {ward["code"] for ward in answer["wards"] if ward["hidden"]}
    assert 0 < len(hidden) < len(answer["wards"])
    with watched(browser, PHONE) as public:
        page = opened(public, address(page_url, month))
        page.locator("#tabs [data-tab=wards]").click()
        assert {code for code, text in zip(codes(page), cells(page, "received"), strict=True) if text == "–"} == hidden
        expect(page.locator("#ranking caption")).to_contain_text("ít hơn 5 người")
        assert not any("/v1/reports" in url for url in public.asked)
        assert public.errors == []


@contextmanager
def close_to(tab: Watched, page_url: str, month: dict[str, str], report: dict) -> Iterator[Page]:
    lon, lat = report["geometry"]["coordinates"]
    with tab.page.expect_response(lambda response: "/v1/reports?" in response.url):
        page = opened(tab, address(page_url, month, map=f"17/{lat:.5f}/{lon:.5f}"))
    page.wait_for_selector("#points:not([hidden])")
    yield page


def test_a_report_tells_its_status_unit_and_answer(tab, page_url, http, month):
    report = http.get("/v1/reports", params={**month, "status": "resolved", "limit": 1}).json()["features"][0]
    known = http.get(f"/v1/reports/{report['id']}").json()
    with close_to(tab, page_url, month, report) as page:
        page.locator("#map").focus()
        page.keyboard.press("Enter")
        panel = page.locator("#report")
        expect(panel.locator(".status")).to_have_attribute("data-status", "resolved")
        expect(panel).to_contain_text(known["unit_name"])
        expect(panel).to_contain_text(known["lead"])
        expect(panel).to_contain_text(known["description"])
        expect(panel).to_contain_text(next(e["text"] for e in known["history"] if e["kind"] == "answered"))
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
