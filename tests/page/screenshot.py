"""The pictures of the README, of docs/planners.md and of docs/maps.md; run by scripts/screenshot."""

import calendar
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

import geo
import maps
from geo.session import Session
from maps.leaflet import OfflineMap
from tests.page.chromium import chromium, watched
from tests.page.morning import shown, walk

PICTURES = Path(__file__).parents[2] / "docs/images"
_SIZE = (1440, 900)
_MAP_SIZE = (880, 550)
_COLOURS = 256


def take(address: str, key: str) -> None:
    """Take the picture of hot spots, one of each step of a planner's morning in each language, and those of maps.

    Parameters
    ----------
    address : str
        Of a service with demo data.
    key : str
        Of somebody who may see all.
    """
    PICTURES.mkdir(exist_ok=True)
    with chromium() as browser, watched(browser, _SIZE, {"x-api-key": key}) as tab:
        tab.page.goto(f"{address}/?category=fire_risk&show=hotspots&map=11.5/21.0200/105.8100")
        shown(tab.page)
        _keep(tab.page, "planner")
        for language in ("vi", "en"):
            for step, found in walk(tab.page, address, language):
                name = f"morning-{step}-{language}"
                if "file" in found:  # the last step: what it made
                    shutil.copy(found["file"], PICTURES / f"{name}.png")
                else:
                    _keep(tab.page, name)
    with geo.connect() as db, chromium() as browser, watched(browser, _MAP_SIZE) as tab:
        for name, drawn in _maps(db).items():
            tab.page.set_content(drawn.html())
            _keep(tab.page, f"maps-{name}")


def _maps(db: Session) -> dict[str, OfflineMap]:
    """Draw what docs/maps.md shows."""
    months = [
        (f"2026-{month:02}-01", f"2026-{month:02}-{calendar.monthrange(2026, month)[1]}") for month in range(1, 7)
    ]
    wards = db.units()
    return {
        "wards": maps.wards(db.ranking(since="2026-01-01", until="2026-06-30"), "on_time_share"),
        "reports": maps.reports(db.reports("waste", since="2026-06-01", until="2026-06-30"), wards=wards),
        "slider": maps.time_slider([db.hexes("waste", since=first, until=last) for first, last in months], wards=wards),
        "boundaries": maps.boundaries(db.units(at="2025-06-30")),
    }


def _keep(page: Page, name: str) -> None:
    """Write a picture with so few colours that it stays small."""
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    take(*sys.argv[1:])
