"""The page for those who do not see it or have no mouse: axe-core finds nothing serious in any of its main states."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.page.chromium import DESKTOP, PHONE, watched

SERIOUS = ("serious", "critical")


def found(page: Page, state: str) -> list[str]:
    """What axe-core finds serious, each with the elements."""
    violations = [each for each in Axe().run(page).response["violations"] if each["impact"] in SERIOUS]
    return [f"{state}: {each['id']}: {node['html']}" for each in violations for node in each["nodes"]]


def click(*selectors: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return act


def in_the_middle(page: Page) -> None:
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator(".drawer:not([hidden])").wait_for()


NOTHING = "from=2010-01-01&to=2010-01-31"
FEW = "find=hoan"
"""Wards for states that are not about them: their rows are all alike, and axe looks at each cell of each."""
STATES: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "menus": (FEW, click("#period summary", "#downloads summary")),
    "key": (f"{FEW}&lang=en", click("#key .key-opener")),
    "ward in the whole table": ("sort=-overdue", click("#ranking tbody tr", "#wards .widen")),
    "close": (f"{FEW}&map=16/21.0108/105.8400", in_the_middle),
    "nothing": (f"{NOTHING}&find=Atlantis", None),
    "change": (f"{FEW}&show=change&lang=en", None),
    "emerging": (f"{FEW}&show=emerging&from=2026-06-01&to=2026-09-30", None),
    "overdue": (f"{FEW}&show=overdue", None),
}
ON_A_PHONE: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "key": (f"{FEW}&{NOTHING}", click("#key .key-opener")),
    "controls": (f"{FEW}&lang=en", click("#tabs [data-tab=controls]")),
    "wards": ("", click("#tabs [data-tab=wards]")),
    "series": (FEW, click("#tabs [data-tab=series]")),
    "close": (f"{FEW}&map=16/21.0108/105.8400", in_the_middle),
}


@pytest.mark.parametrize(("size", "states"), [(DESKTOP, STATES), (PHONE, ON_A_PHONE)], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(browser, planner, page_url, size, states):
    with watched(browser, size, planner) as tab:
        problems = []
        for state, (query, act) in states.items():
            tab.page.goto(f"{page_url}/?{query}")
            tab.page.wait_for_selector("#map[data-reports]")
            tab.page.wait_for_selector("#wards .notes *", state="attached")
            if act is not None:
                act(tab.page)
            problems += found(tab.page, state)
        assert problems == []


def test_axe_finds_nothing_serious_when_something_is_wrong_or_a_report_is_open(browser, planner, page_url):
    with watched(browser, DESKTOP, planner) as tab:
        page = tab.page
        page.goto(f"{page_url}/?{FEW}&category=no-such-category")
        page.locator("#message button").wait_for()
        problems = found(page, "error")
        report = page.request.get(f"{page_url}/v1/reports?limit=1").json()["features"][0]["id"]
        page.goto(f"{page_url}/?{FEW}&report={report}")
        page.locator("#report .status").wait_for()
        problems += found(page, "report")
        tab.context.set_offline(True)
        page.locator("#categories button").nth(1).click()
        page.locator("#lost:not([hidden])").wait_for()
        assert problems + found(page, "offline") == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_axe_finds_nothing_serious_in_the_public_view(browser, page_url, size):
    with watched(browser, size) as tab:
        tab.page.goto(page_url)
        tab.page.wait_for_selector("#map[data-reports]")
        assert found(tab.page, "public") == []


def test_focus_reaches_every_control_and_is_seen(browser, planner, page_url):
    """From the top of the page, Tab goes to each visible control once, and each shows that it has the focus."""
    with watched(browser, DESKTOP, planner) as tab:
        page = tab.page
        page.goto(f"{page_url}/?find=hoan+kiem")
        page.wait_for_selector("#map[data-reports]")
        page.wait_for_selector("#ranking tbody tr")
        one_of_a_group = "input:not([type=radio]:not(:checked)):visible"
        controls = page.locator(f"button:visible, {one_of_a_group}, select:visible, summary:visible, a[href]:visible")
        enabled = [control for control in controls.all() if control.is_enabled()]
        reached, unseen = set(), []
        for _ in range(len(enabled) + 5):
            page.keyboard.press("Tab")
            told = page.evaluate(
                """() => {
                  const focused = document.activeElement;
                  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
                  return [focused.outerHTML.slice(0, 120), outlineStyle !== "none" && outlineWidth !== "0px"];
                }"""
            )
            if told[0].startswith("<body"):  # past the last one
                break
            reached.add(told[0])
            if not told[1]:
                unseen.append(told[0])
        assert unseen == []
        assert len(reached) >= len(enabled) * 0.9
