"""A planner's morning, as docs/planners.md tells it: each step a few clicks, for the test and for the pictures."""

import math
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

_TILE = 256


def walk(page: Page, address: str, language: str = "vi") -> Iterator[tuple[str, dict]]:
    """Do one step after the other; each gives its name and what it found, while the page still shows it."""
    page.goto(f"{address}/?lang={language}")
    shown(page)
    yield "where", where(page)
    yield "new", is_it_new(page)
    yield "late", who_is_late(page)
    yield "link", send_the_link(page)
    yield "picture", take_the_picture(page)


def where(page: Page) -> dict:
    """Parking, and closer to the ward on top of the ranking."""
    page.locator("#categories [data-value=parking]").click()
    page.wait_for_url("**category=parking**")
    shown(page)
    query = parse_qs(urlsplit(page.url).query)
    found = {
        "n": int(page.locator("#sentence").get_attribute("data-n") or 0),
        "from": query["from"][0],
        "to": query["to"][0],
        "code": page.locator("#ranking tbody tr").first.get_attribute("data-code"),
    }
    page.locator("#ranking tbody tr").first.click()
    before = page.url
    page.locator("#ward .zoom").click()
    page.wait_for_function("before => location.href !== before", arg=before)
    shown(page)
    return found


def is_it_new(page: Page) -> dict:
    """The trend of twelve weeks there, and the hexagon that stands out most."""
    with page.expect_response(lambda response: "view=emerging" in response.url and response.ok) as caught:
        page.locator("label[for=view-emerging]").click()
        page.locator("#message button").click()
    answer = caught.value.json()
    shown(page)
    hot = max(answer["features"], key=lambda cell: (cell["properties"]["class"] > 0, cell["properties"]["count"]))
    corners = hot["geometry"]["coordinates"][0][1:]
    middle = (sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1))
    page.mouse.click(*place_of(page, *middle))
    expect(page.locator("#cell .month-bars")).to_be_visible()
    return hot


def who_is_late(page: Page) -> dict:
    """The ward with most reports overdue."""
    page.locator(".sorting select").select_option("-overdue")
    page.locator("#ranking tbody tr").first.click()
    expect(page.locator("#ward .month-bars")).to_be_visible()
    return {"code": page.locator("#ranking tbody tr").first.get_attribute("data-code")}


def send_the_link(page: Page) -> dict:
    """Copy the link of what is shown."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#downloads .link").click()
    expect(page.locator("#downloads [role=status]")).not_to_be_empty()
    return {"link": page.evaluate("navigator.clipboard.readText()")}


def take_the_picture(page: Page) -> dict:
    """Keep the map as a picture for a slide."""
    page.locator("#downloads summary").click()
    with page.expect_download() as caught:
        page.locator("#downloads [data-kind=png_slide]").click()
    expect(page.locator("#downloads [role=status]")).to_contain_text(caught.value.suggested_filename)
    return {"name": caught.value.suggested_filename, "file": Path(caught.value.path())}


def shown(page: Page) -> None:
    """Wait until the map has its answer, and the table too."""
    page.wait_for_selector("#map[data-reports]")
    page.wait_for_selector("#ranking tbody tr")
    expect(page.locator("#progress")).to_be_hidden()


def place_of(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the screen: the Web Mercator projection around the middle of the map."""
    zoom, middle_lat, middle_lon = _view(page)
    box = page.locator("#map").bounding_box()
    assert box is not None
    scale = _TILE * 2**zoom
    x, y = ((a - b) * scale for a, b in zip(_world(lon, lat), _world(middle_lon, middle_lat), strict=True))
    return box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 + y


def _world(lon: float, lat: float) -> tuple[float, float]:
    return lon / 360, -math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)


def _view(page: Page) -> tuple[float, float, float]:
    """Zoom, latitude and longitude of the middle, as the address has them."""
    zoom, lat, lon = parse_qs(urlsplit(page.url).query)["map"][0].split("/")
    return float(zoom), float(lat), float(lon)
