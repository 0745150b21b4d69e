"""What is painted on the map's canvases, for tests: colours, and where."""

from playwright.sync_api import Page

Box = tuple[float, float, float, float]


def painted_box(page: Page, pane: str) -> Box:
    """Left, top, right and bottom of what a pane's canvas has painted, in pixels of the page."""
    box = page.locator(f".leaflet-{pane}-pane canvas").evaluate(
        """canvas => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          const { left, top, width: shown } = canvas.getBoundingClientRect();
          const seen = [Infinity, Infinity, -Infinity, -Infinity];
          for (let y = 0; y < height; y += 1)
            for (let x = 0; x < width; x += 1) {
              if (!data[4 * (y * width + x) + 3]) continue;
              seen[0] = Math.min(seen[0], x);
              seen[1] = Math.min(seen[1], y);
              seen[2] = Math.max(seen[2], x + 1);
              seen[3] = Math.max(seen[3], y + 1);
            }
          const density = width / shown;
          return seen.map((at, index) => at / density + (index % 2 ? top : left));
        }"""
    )
    left, top, right, bottom = box
    return left, top, right, bottom


def box_of(page: Page, selector: str) -> Box:
    """Left, top, right and bottom of an element."""
    box = page.locator(selector).bounding_box()
    assert box is not None, selector
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
