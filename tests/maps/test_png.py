"""A picture shows what it was asked for, to scale: pixels are measured against H3's areas and against the ellipsoid."""

import io

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from matplotlib.axes import Axes
from PIL import Image
from PIL.ImageColor import getrgb
from pyproj import Geod

from geo.hexagons.cells import cells_named
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Question, Tally, Window
from geo.hotspots.views import find
from maps.drawing import Box
from maps.hotspot_drawing import hotspot_drawing
from maps.png import picture
from maps.style import COUNT_COLOURS, PALE
from tests.maps.answers import FACTS, OCTOBER, counted

CITY = gpd.GeoDataFrame({"name": ["Thành phố"]}, geometry=[shapely.box(105.3, 20.6, 106.0, 21.4)], crs=4326)
LIGHT, DARK = (105.83, 21.03), (105.87, 21.01)
BOX = (105.8, 21.0, 105.9, 21.06)
SLIDE, MAP, INSET = (1440, 810), 0.66, 0.26
"""Pixels, and the shares of a slide's width that a map alone and the second of two take."""
GEOD = Geod(ellps="WGS84")


def cell_at(lon: float, lat: float) -> str:
    return h3.latlng_to_cell(lat, lon, 8)


def pixels_of(places: dict[tuple[float, float], int], box: Box | None) -> np.ndarray:
    """Draw a cell with so many reports at each place on a slide, and read its pixels."""
    cells = cells_named([cell_at(*place) for place in places])
    drawing = hotspot_drawing(counted(cells, list(places.values())), FACTS)
    with Image.open(io.BytesIO(picture(drawing, CITY, "slide", box))) as image:
        assert image.size == SLIDE
        return np.asarray(image.convert("RGB")).astype(int)


def where(pixels: np.ndarray, colour: str) -> np.ndarray:
    """Find the pixels of a colour on the map: x, y; shape (n, 2)."""
    rows, columns = (np.abs(pixels - getrgb(colour)).sum(axis=2) < 12).nonzero()
    on_map = columns > SLIDE[0] * (1 - MAP)
    return np.stack([columns[on_map], rows[on_map]], axis=1)


def metres_a_pixel(box: Box) -> float:
    west, south, east, north = box
    middle = (south + north) / 2
    wide, high = GEOD.inv(west, middle, east, middle)[2], GEOD.inv(west, south, west, north)[2]
    return max(wide / (MAP * SLIDE[0]), high / SLIDE[1])


def test_the_picture_of_a_box_has_its_scale_and_its_cells_where_they_lie() -> None:
    pixels, scale = pixels_of({LIGHT: 1, DARK: 9, (105.4, 20.7): 1}, BOX), metres_a_pixel(BOX)
    found = {place: where(pixels, colour) for place, colour in ((LIGHT, COUNT_COLOURS[0]), (DARK, COUNT_COLOURS[-1]))}
    for place, area in found.items():
        assert len(area) * scale**2 == pytest.approx(h3.cell_area(cell_at(*place), "m^2"), rel=0.1)
    (lat, lon), (other_lat, other_lon) = (h3.cell_to_latlng(cell_at(*place)) for place in found)
    apart = np.subtract(*(area.mean(axis=0) for area in reversed(found.values())))
    assert np.hypot(*apart) * scale == pytest.approx(GEOD.inv(lon, lat, other_lon, other_lat)[2], rel=0.03)
    assert apart[0] > 0, "the dark one lies in the east"
    assert apart[1] > 0, "and in the south, which is below"


def test_a_share_of_few_reports_is_painted_pale() -> None:
    cells = HexGrid.of([shapely.box(*BOX)], 8)

    def tally(_window: Window) -> Tally:
        counts = np.full(len(cells), 4)
        counts[: len(cells) // 2] = 5
        return Tally(cells.cell, counts, counts * 0, cells.cell[:0])

    found = find(cells, tally, Question(Window(*OCTOBER, ("waste",)), "overdue"), tally)
    drawing = hotspot_drawing(found, FACTS)
    with Image.open(io.BytesIO(picture(drawing, CITY, "slide", BOX))) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    full = drawing.classes[drawing.class_of[0]].colour
    share = int(PALE, 16) / 255
    pale = "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in getrgb(full))
    painted = len(where(pixels, full)), len(where(pixels, pale))
    assert min(painted) > 0.5 * max(painted)


def test_the_second_map_of_a_city_is_where_most_stand_out_and_shows_a_few_kilometres() -> None:
    apart = {(105.35 + 0.1 * step, 20.65 + 0.05 * step): 50 for step in range(4)}
    around = {(105.85 + 0.012 * step, 21.2): 1 for step in range(5)}
    pixels = pixels_of({(105.85, 21.21): 50, **apart, **around}, None)
    inset = np.abs(pixels[:, int(SLIDE[0] * (1 - INSET)) :] - getrgb(COUNT_COLOURS[-1])).sum(axis=2) < 12
    scale = np.sqrt(h3.cell_area(cell_at(105.85, 21.21), "m^2") / inset.sum())
    assert INSET * SLIDE[0] * scale > 5_000
    light = np.abs(pixels[:, int(SLIDE[0] * (1 - INSET)) :] - getrgb(COUNT_COLOURS[0])).sum(axis=2) < 12
    assert light.sum() > inset.sum(), "of places with one of the highest cells that with most others around is shown"


@pytest.mark.parametrize(("language", "written"), [("vi", "0,2"), ("en", "0.2")])
def test_a_scale_is_written_as_the_language_writes_numbers(language, written, monkeypatch) -> None:
    annotate, texts = Axes.annotate, []

    def read(axes: Axes, text: str, *place: object, **style: object) -> object:
        texts.append(text)
        return annotate(axes, text, *place, **style)

    monkeypatch.setattr(Axes, "annotate", read)
    drawing = hotspot_drawing(counted(cells_named([cell_at(*LIGHT)]), [1]), FACTS, language)
    picture(drawing, CITY, "slide", (105.83, 21.03, 105.845, 21.04))
    assert texts == [f"{written} km"]
