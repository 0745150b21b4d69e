"""The operator's map tiles lie below the hexagons, and the page may fetch pictures from there and nowhere else."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.api.serving import serving
from tests.page.chromium import chromium, watched

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")


class Tiles(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "image/png")
        self.end_headers()
        self.wfile.write(PIXEL)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def tiles() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_tiles_of_the_operator_are_shown_with_their_credit(demo_database, planner, tiles: str) -> None:
    settings = {
        "HIENTRUONG_BASEMAP": f"{tiles}/{{z}}/{{x}}/{{y}}.png",
        "HIENTRUONG_BASEMAP_CREDIT": "<b>Tiles & Co</b>",
    }
    with (
        serving(demo_database.url, **settings) as address,
        chromium() as browser,
        watched(browser, headers=planner) as tab,
    ):
        tab.page.goto(address)
        tab.page.wait_for_selector("#map[data-reports]")
        expect(tab.page.locator(".leaflet-tile-loaded").first).to_be_attached()
        expect(tab.page.locator(".leaflet-control-attribution")).to_have_text("<b>Tiles & Co</b>")
        assert tab.hosts == {urlsplit(address).netloc, urlsplit(tiles).netloc}
        assert tab.errors == []


def test_without_tiles_the_page_asks_the_service_alone(page_url: str, planner) -> None:
    with chromium() as browser, watched(browser, headers=planner) as tab:
        tab.page.goto(page_url)
        tab.page.wait_for_selector("#map[data-reports]")
        expect(tab.page.locator(".leaflet-tile")).to_have_count(0)
        assert tab.hosts == {urlsplit(page_url).netloc}
