"""The planner's page in Chromium, ten million reports behind it: its first view, its filters, the figures of wards.

Run it from the project's root: ``python -m tests.bench --one page`` (``--quick``: 300,000 reports).
"""

import gc
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from tests.api.serving import Running, api_key, started
from tests.bench.bench_cube import until_counted
from tests.bench.city import hanoi_database
from tests.bench.harness import Method, Result, Size, at_most, cpu_seconds, one_by_one
from tests.bench.many_reports import fill
from tests.page.chromium import DESKTOP, chromium, watched

_WATCH = """
    const shown = {};
    window.allShown = new Promise((resolve) => {
      new MutationObserver(() => {
        const there = {
          map: document.querySelector("#map[data-reports]") && document.querySelector("#classes li"),
          series: document.querySelector("#strip-most:not(:empty)"),
          table: document.querySelector("#ranking tbody tr"),
        };
        for (const part of Object.keys(there)) {
          if (!there[part] || part in shown) continue;
          shown[part] = null;
          requestAnimationFrame(() => setTimeout(() => {
            shown[part] = performance.now() / 1000;
            if (["map", "series", "table"].every((one) => shown[one])) resolve(shown);
          }));
        }
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
"""
"""Says when each part was first painted, in seconds since the address was entered."""

_ACT = """
    ([selector, act]) => new Promise((resolve) => {
      const element = document.querySelector(selector);
      const progress = document.getElementById("progress");
      new MutationObserver((_, observer) => {
        if (!progress.hidden) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
      }).observe(progress, { attributes: true });
      const begun = performance.now();
      if (act === "click") return element.click();
      element.value = act;
      element.dispatchEvent(new Event("change"));
    })
"""
"""Does something with an element and gives the ms until the map was painted that answers it: then it waits no more."""

FILTERS = {
    "kind of report": [
        ("#categories [data-value=parking]", "click"),
        ("#categories [data-value=waste]", "click"),
        ("#categories [data-value='']", "click"),
    ],
    "period": [("#from", "2025-10-01"), ("#from", "2025-01-01"), ("#from", "2025-12-02")],
    "what the map tells": [("#view-hotspots", "click"), ("#view-change", "click"), ("#view-counts", "click")],
    "measure": [("#measure", "per_km2"), ("#measure", "count")],
    "status": [("#status [value=waiting]", "click"), ("#status [value=waiting]", "click")],
    "channel": [("#channel [value=app]", "click"), ("#channel [value=app]", "click")],
}
"""Filters of each sort, one after the other: the last one leaves the page as it was."""


def results(size: Size) -> Iterator[Result]:
    """Fill a database, start the service on it, and look at the page as a planner does, with a key."""
    n = size.of(10_000_000, 300_000)
    with hanoi_database() as city:
        fill(city, n, city.folder / "reports.parquet")
        key = api_key(city.url, "planner")
        with started("serve", DATABASE_URL=city.url) as service, chromium() as browser:
            with httpx.Client(base_url=service.address, headers=key, trust_env=False, timeout=600) as http:
                until_counted(http)
                yield ward_figures(http, n, size.of(9, 5))
            yield first_view(browser, service, key, n, size.of(9, 5))
            yield filter_change(browser, service, key, n, size.of(9, 5))


def ward_figures(http: httpx.Client, n: int, times: int) -> Result:
    """Ask for the figures of wards as the page does: of thirty days, and of the thirty before."""
    asked = {"from": "2025-12-02", "to": "2025-12-31"}
    city = http.get("/v1/wards/ranking", params=asked).raise_for_status().json()["city"]
    timed = one_by_one("GET /v1/wards/ranking", lambda: http.get("/v1/wards/ranking", params=asked), [()] * times, 1)
    note = f"Of {city['received']:,} reports, and of the {city['previous']['received']:,} before; from memory."
    return Result(f"figures of wards, thirty days of {n:,} reports", "s", [timed], note=note)


def first_view(browser: Browser, service: Running, key: dict[str, str], n: int, times: int) -> Result:
    """Open the page in a fresh profile, which has nothing kept, several times."""
    views = [_opened(browser, service, key) for _ in range(times)]
    parts = {part: [view[part] for view in views] for part in ("map", "series", "table")}
    words = {"map": "map and legend", "series": "and the strip of days", "table": "and the table of wards"}
    methods = [Method(words[part], min(seconds), max(seconds)) for part, seconds in parts.items()]
    requests, kilobytes = views[-1]["requests"], views[-1]["bytes"] / 1e3
    note = (
        f"From the address to the painted parts, {DESKTOP[0]} x {DESKTOP[1]}, nothing in the browser's cache; the"
        f" shortest and the longest of {times}. {requests:.0f} requests, {kilobytes:,.0f} kB. Time of a core: browser"
        f" {min(view['browser'] for view in views):.2f} s, service {min(view['service'] for view in views):.2f} s."
    )
    slowest_part = max(method.value for method in methods)
    bar = at_most(slowest_part, 1.5, 1.5, "s")
    return Result(f"first view of the page, {n:,} reports", "s", methods, [bar], note)


def filter_change(browser: Browser, service: Running, key: dict[str, str], n: int, times: int) -> Result:
    """Change one filter after the other, several times round."""
    taken: dict[str, list[float]] = {sort: [] for sort in FILTERS}
    with watched(browser, headers=key) as tab:
        tab.page.goto(service.address)
        _wait(tab.page, lambda page: page.locator("#ranking tbody tr").first.wait_for())
        for _ in range(times):
            for sort, changes in FILTERS.items():
                for change in changes:
                    taken[sort].append(tab.page.evaluate(_ACT, list(change)))
                    _wait(tab.page)
    methods = [Method(sort, median(each), max(each)) for sort, each in taken.items()]
    methods.sort(key=lambda method: -method.value)
    note = (
        "From the click to the painted map, whatever it asks of the service; medians, and the longest. Channels are"
        " counted from the rows, all else from the counts in memory."
    )
    return Result(f"filter change, {n:,} reports", "ms", methods, [at_most(methods[0].value, 200, 200, "ms")], note)


def _opened(browser: Browser, service: Running, key: dict[str, str]) -> dict[str, float]:
    """Open the page once: when each part was there, in seconds, and what that took."""
    with watched(browser, headers=key) as tab:
        tab.page.add_init_script(_WATCH)
        gc.collect()
        before = _browser_seconds(browser), cpu_seconds(service.process.pid)
        tab.page.goto(service.address)
        shown = tab.page.evaluate("allShown")
        _wait(tab.page)
        taken = _browser_seconds(browser) - before[0], cpu_seconds(service.process.pid) - before[1]
        sent = tab.page.evaluate(
            "performance.getEntries().filter((one) => 'transferSize' in one).map((one) => one.transferSize)"
        )
    return dict(shown) | {"browser": taken[0], "service": taken[1], "requests": len(sent), "bytes": sum(sent)}


def _wait(page: Page, until: Callable[[Page], Any] = lambda page: None) -> None:
    """Let what is under way come to its end."""
    until(page)
    page.wait_for_load_state("networkidle")


def _browser_seconds(browser: Browser) -> float:
    """Time of a core that all of the browser's processes have taken."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(process["cpuTime"] for process in processes)
