"""The pictures of the README and of docs/planners.md; run by scripts/screenshot."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.page.chromium import chromium, watched
from tests.page.morning import shown, walk

PICTURES = Path(__file__).parents[2] / "docs/images"
_SIZE = (1440, 900)
_COLOURS = 256


def take(address: str, key: str) -> None:
    """Take the picture of hot spots, then one of each step of a planner's morning.

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
        for step, _ in walk(tab.page, address):
            _keep(tab.page, f"morning-{step}")


def _keep(page: Page, name: str) -> None:
    """Write a picture with so few colours that it stays small."""
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    take(*sys.argv[1:])
