"""A real Chromium, and pages that remember what went wrong and where they asked."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Without these a fresh Chromium looks for its own servers, which would hide a request of ours.
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
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert binary, "the page tests need Chromium: apt-get install chromium"
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
    yield tab
    context.close()
