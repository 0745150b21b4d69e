"""A real Chromium, and pages that remember what went wrong and where they asked."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

# Without these a fresh Chromium looks for its own servers, which would hide a request of ours.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 800)
PHONE = (360, 740)
ARTEFACTS = Path(__file__).parents[2] / "artefacts/page"
"""Where each test's last state of a page is kept, to be looked at."""
_OPEN: list[Page] = []


@dataclass
class Watched:
    """A page, the errors it met, and every address it asked."""

    page: Page
    context: BrowserContext
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        """Where the requests went; data: and file: addresses have no host."""
        return {urlsplit(url).netloc for url in self.asked if not url.startswith(("data:", "file:"))}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the machine's Chromium."""
    binary = next(filter(None, map(shutil.which, NAMES)), None)
    assert binary, "the page tests need Chromium: scripts/install --browser"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def watched(
    browser: Browser, size: tuple[int, int] = DESKTOP, headers: dict[str, str] | None = None
) -> Iterator[Watched]:
    """Open an empty page in a profile of its own, which sends these headers with each request."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="vi-VN", extra_http_headers=headers or {}
    )
    page = context.new_page()
    tab = Watched(page, context)
    page.on("console", lambda message: tab.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: tab.errors.append(str(error)))
    page.on("request", lambda request: tab.asked.append(request.url))
    _OPEN.append(page)
    yield tab
    if "(teardown)" not in os.environ.get("PYTEST_CURRENT_TEST", ""):  # a fixture's page is kept by `keep_states`
        _keep(page)
    _OPEN.remove(page)
    context.close()


def keep_states() -> None:
    """Keep a picture of every page that is open, under the name of the test that runs."""
    for page in _OPEN:
        _keep(page)


def _keep(page: Page) -> None:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
    if not test or page.is_closed():
        return
    name = re.sub(r"[^\w.-]+", "-", test.removeprefix("tests/page/")).strip("-")
    with suppress(Error):  # of a page that hangs there is no picture
        page.screenshot(path=ARTEFACTS / f"{name}-{page.evaluate('innerWidth')}.jpg", quality=60, timeout=5_000)
