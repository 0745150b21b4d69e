"""The README's picture of the page; run by scripts/screenshot."""

import sys
from pathlib import Path

from tests.page.chromium import chromium, watched

PICTURE = Path(__file__).parents[2] / "docs/images/planner.png"


def take(address: str) -> None:
    """Open the page on waste of the last months and take its picture."""
    PICTURE.parent.mkdir(exist_ok=True)
    with chromium() as browser, watched(browser) as tab:
        tab.page.goto(f"{address}/?category=waste&from=2026-07-01")
        tab.page.wait_for_selector("#map[data-reports]")
        tab.page.wait_for_load_state("networkidle")
        tab.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    take(sys.argv[1])
