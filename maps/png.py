"""A drawing of hexagons as a picture for a report (A4) or for slides, made without a browser."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scipy.spatial import KDTree

from geo.hexagons.cells import cell_polygons
from maps.drawing import NOT_COLOURED, Box, HexDrawing, Size
from maps.words import WORDS, Words

_FONT: Final = "DejaVu Sans"  # comes with matplotlib and has every Vietnamese mark
_INK, _QUIET, _ACCENT, _LAND, _SEA, _CAUTION = "#1f1b26", "#5c5665", "#5d4582", "#ffffff", "#f1eff3", "#fff6d6"
_BORDER, _HATCH = "#8a8494", "#6b6574"
_KM_PER_DEGREE = 111.32
_LEAD = 1.4
"""Height of a line of text, in font sizes."""


_Place = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Layout:
    """Where things stand on a page: inches, and shares of the page as (left, bottom, width, height)."""

    inches: tuple[float, float]
    dpi: int
    map: _Place
    panel: _Place
    detail: _Place
    alone: _Place
    text: float


_LAYOUTS: Final[dict[Size, _Layout]] = {
    "a4": _Layout(
        inches=(8.268, 11.694),
        dpi=150,
        map=(0.04, 0.35, 0.92, 0.63),
        panel=(0.06, 0.02, 0.5, 0.31),
        detail=(0.6, 0.02, 0.36, 0.31),
        alone=(0.04, 0.35, 0.92, 0.63),
        text=7.5,
    ),
    "slide": _Layout(
        inches=(40 / 3, 7.5),
        dpi=108,
        map=(0.34, 0, 0.4, 1),
        panel=(0.02, 0.03, 0.31, 0.94),
        detail=(0.74, 0, 0.26, 1),
        alone=(0.34, 0, 0.66, 1),
        text=9.5,
    ),
}
_AROUND = 0.1
"""How much of their extent is shown around the cells that stand out."""
_NEAR_KM = 6.0
"""How far from the middle the cells of the second map lie."""
_LEAST_KM = 5.0
"""A second map shows at least so much from side to side: of less nobody would see where in the city it lies."""
_MARGIN = 0.03
"""And around the city."""
_LARGER = 2.0
"""A second map is worth its place if it is at least so many times larger."""
_MOST_NAMES = 40
_LETTER = 0.6
_NAME_MARGIN = 0.14
_COLOURS = 256


def picture(drawing: HexDrawing, wards: gpd.GeoDataFrame, size: Size = "slide", box: Box | None = None) -> bytes:
    """Draw a PNG: the whole city, and again, larger, where most stands out; or a part of it alone.

    Parameters
    ----------
    drawing : HexDrawing
    wards : GeoDataFrame of polygons
        With a column ``name``; for orientation; longitude and latitude.
    size : {"a4", "slide"}, optional
        A page upright, 1240 x 1754 pixels, or a slide of 16:9, 1440 x 810.
    box : (west, south, east, north), optional
        Degrees: the part that is drawn, to its edges and not beyond, as large as the page allows.

    Returns
    -------
    bytes
    """
    layout = _LAYOUTS[size]
    figure = Figure(figsize=layout.inches, dpi=layout.dpi, facecolor="white")
    canvas: Any = FigureCanvasAgg(figure)
    _draw_maps(figure, drawing, wards, layout, box)
    _Panel(figure, canvas.get_renderer(), layout).write(drawing)
    canvas.draw()
    said = PngInfo()
    said.add_itxt("Title", drawing.title)
    said.add_itxt("Description", drawing.sentence)
    opened = BytesIO()
    # A palette makes the file a third as large; a map has few colours.
    Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(
        _COLOURS, Image.Quantize.MAXCOVERAGE
    ).save(opened, "png", pnginfo=said, optimize=True, dpi=(layout.dpi, layout.dpi))
    return opened.getvalue()


def _draw_maps(figure: Figure, drawing: HexDrawing, wards: gpd.GeoDataFrame, layout: _Layout, box: Box | None) -> None:
    if box is not None:
        part = _Map(figure, layout, _shaped(layout.alone, layout.inches, box), np.array(box), 0)
        part.draw(drawing, wards)
        part.name(wards, cell_polygons(drawing.cells[drawing.class_of != NOT_COLOURED]))
        return
    whole = shapely.total_bounds(wards.geometry.to_numpy())
    cells = cell_polygons(drawing.cells[drawing.stands_out])
    if len(cells):
        near = _where_most_are(cells, cell_polygons(drawing.cells))
        part = _Map(figure, layout, layout.detail, near, _AROUND)
        city = _Map(figure, layout, layout.map, whole, _MARGIN)
        if part.metres_per_inch * _LARGER < city.metres_per_inch:
            city.draw(drawing, wards)
            part.draw(drawing, wards)
            part.name(wards, cells)
            city.frame(part)
            return
        part.remove()
        city.remove()
    _Map(figure, layout, layout.alone, whole, _MARGIN).draw(drawing, wards)


def _shaped(place: _Place, inches: tuple[float, float], box: Box) -> _Place:
    """Give the middle of a place on the page the shape of a box: nothing is known of what lies beside it."""
    west, south, east, north = box
    wide, high = (east - west) * _km_per_degree(south, north), (north - south) * _KM_PER_DEGREE
    left, bottom, width, height = place
    scale = min(width * inches[0] / wide, height * inches[1] / high)
    shaped = wide * scale / inches[0], high * scale / inches[1]
    return left + (width - shaped[0]) / 2, bottom + (height - shaped[1]) / 2, *shaped


def _km_per_degree(south: float, north: float) -> float:
    """Give the length of a degree of longitude between two latitudes."""
    return float(_KM_PER_DEGREE * np.cos(np.radians((south + north) / 2)))


def _where_most_are(cells: NDArray[np.object_], others: NDArray[np.object_]) -> NDArray[np.float64]:
    """Give the bounds of the place with most of the cells; of places with as many, that with most others around."""
    south, north = shapely.total_bounds(cells)[[1, 3]]
    wide = _km_per_degree(south, north)
    km, km_of_others = (
        shapely.get_coordinates(shapely.centroid(each)) * (wide, _KM_PER_DEGREE) for each in (cells, others)
    )
    nearby, others_nearby = (
        KDTree(points).query_ball_point(km, _NEAR_KM, return_length=True) for points in (km, km_of_others)
    )
    middle = km[np.lexsort((others_nearby, nearby))[-1]]
    near = np.hypot(*(km - middle).T) <= _NEAR_KM
    west, south, east, north = shapely.total_bounds(cells[near])
    margin = np.maximum(_LEAST_KM / np.array([wide, _KM_PER_DEGREE]) - (east - west, north - south), 0) / 2
    return np.array([west - margin[0], south - margin[1], east + margin[0], north + margin[1]])


class _Map:
    """A map of a part of the city, as large as its place on the page allows."""

    def __init__(
        self, figure: Figure, layout: _Layout, place: _Place, bounds: NDArray[np.float64], margin: float
    ) -> None:
        self._axes = figure.add_axes(place, facecolor=_SEA)
        self._axes.set_xticks([])
        self._axes.set_yticks([])
        for spine in self._axes.spines.values():
            spine.set(edgecolor=_BORDER, linewidth=0.6)
        west, south, east, north = bounds
        self._km = _km_per_degree(south, north)
        inches = place[2] * layout.inches[0], place[3] * layout.inches[1]
        wide, high = ((east - west) * self._km * (1 + 2 * margin), (north - south) * _KM_PER_DEGREE * (1 + 2 * margin))
        self.metres_per_inch = 1000 * max(wide / inches[0], high / inches[1])
        half = [length * self.metres_per_inch / 2000 for length in inches]
        middle = (west + east) / 2, (south + north) / 2
        self._axes.set_xlim(middle[0] - half[0] / self._km, middle[0] + half[0] / self._km)
        self._axes.set_ylim(middle[1] - half[1] / _KM_PER_DEGREE, middle[1] + half[1] / _KM_PER_DEGREE)
        self._text = layout.text

    def remove(self) -> None:
        """Take it off the page."""
        self._axes.remove()

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what is seen."""
        (west, east), (south, north) = self._axes.get_xlim(), self._axes.get_ylim()
        return west, south, east, north

    def draw(self, drawing: HexDrawing, wards: gpd.GeoDataFrame) -> None:
        """Draw land, cells, borders and a scale."""
        land = wards.geometry.to_numpy()
        self._axes.add_collection(PolyCollection(_rings(land), facecolor=_LAND, edgecolor="none"))
        self._draw_cells(drawing)
        # Each border once: dashes drawn twice look like a line.
        lines = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(land))))
        style = (0, (4, 3)) if drawing.facts.schematic else "solid"
        corners = [shapely.get_coordinates(line) for line in lines]
        self._axes.add_collection(LineCollection(corners, colors=_BORDER, linewidths=0.5, linestyles=[style]))
        self._draw_scale(WORDS[drawing.language])

    def frame(self, other: "_Map") -> None:
        """Show where another map is."""
        west, south, east, north = other.extent
        frame = Rectangle((west, south), east - west, north - south, fill=False, edgecolor=_ACCENT, linewidth=1.2)
        self._axes.add_patch(frame)

    def name(self, wards: gpd.GeoDataFrame, cells: NDArray[np.object_]) -> None:
        """Write the names of some wards where they lie: those with the most of these cells, then the largest."""
        west, south, east, north = self.extent
        aside = _NAME_MARGIN * (east - west)
        readable = shapely.box(west + aside, south, east - aside, north)
        seen = shapely.intersection(wards.geometry.to_numpy(), readable)
        held = shapely.area(shapely.intersection(seen, shapely.union_all(cells)))
        order = np.lexsort((-shapely.area(seen), -held))
        size, written = self._text - 2, shapely.Point()
        for number in order[shapely.area(seen[order]) > 0][:_MOST_NAMES].tolist():
            middle, name = shapely.point_on_surface(seen[number]), wards["name"].iloc[number]
            box = self._text_box(middle, len(name), size)
            if written.intersects(box):
                continue
            written = written.union(box)
            text = self._axes.text(
                middle.x, middle.y, name, size=size, color=_INK, font=_FONT, ha="center", va="center", clip_on=True,
                parse_math=False,
            )  # fmt: skip
            text.set_path_effects([withStroke(linewidth=2, foreground="white", alpha=0.8)])

    def _text_box(self, middle: shapely.Point, letters: int, size: float) -> shapely.Polygon:
        """Give the place that a text takes, nearly."""
        km = self.metres_per_inch / 1000 / 72 * size
        wide, high = _LETTER * letters * km / self._km / 2, km / _KM_PER_DEGREE / 2
        return shapely.box(middle.x - wide, middle.y - high, middle.x + wide, middle.y + high)

    def _draw_cells(self, drawing: HexDrawing) -> None:
        hexagons = cell_polygons(drawing.cells)
        coloured = drawing.class_of != NOT_COLOURED
        faces = np.array(drawing.palette)[drawing.colour_of[coloured]] if coloured.any() else "none"
        cells = PolyCollection(_rings(hexagons[coloured]), facecolors=faces, edgecolors="white", linewidths=0.15)
        veiled = PolyCollection(_rings(hexagons[drawing.hatched]), facecolors="none", edgecolors=_HATCH, linewidths=0.0)
        veiled.set_hatch("//////")
        self._axes.add_collection(cells)
        self._axes.add_collection(veiled)

    def _draw_scale(self, words: Words) -> None:
        """Draw a bar of a round number of kilometres, near a fifth of the width."""
        west, south, east, north = self.extent
        wanted = (east - west) * self._km / 5
        km = max(length for length in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if length <= max(wanted, 0.1))
        left, low = west + 0.03 * (east - west), south + 0.02 * (north - south)
        self._axes.plot([left, left + km / self._km], [low, low], color=_INK, linewidth=1.5, solid_capstyle="butt")
        self._axes.annotate(
            f"{words.short(km)} km", (left + km / self._km / 2, low), (0, 3), textcoords="offset points", ha="center",
            font=_FONT, size=self._text - 1,
        )  # fmt: skip


class _Panel:
    """The words beside the map, written from the top down."""

    def __init__(self, figure: Figure, renderer: Any, layout: _Layout) -> None:
        left, bottom, width, height = layout.panel
        self._axes = figure.add_axes((left, bottom, width, height))
        self._axes.axis("off")
        self._renderer, self._dpi, self._text = renderer, layout.dpi, layout.text
        self._width, self._height = width * layout.inches[0] * 72, height * layout.inches[1] * 72
        self._axes.set_xlim(0, self._width)
        self._axes.set_ylim(self._height, 0)
        self._y = 0.0

    def write(self, drawing: HexDrawing) -> None:
        """Write all that a drawing says."""
        words = WORDS[drawing.language]
        self._paragraph(drawing.title, self._text + 7, _ACCENT, "bold")
        self._paragraph(drawing.sentence, self._text + 0.5)
        for caution in drawing.cautions:
            self._caution(caution)
        if drawing.classes:
            self._y += 0.5 * self._text
            self._paragraph(drawing.heading, self._text, weight="bold")
            draw_legend = self._list if drawing.stacked else self._scale
            draw_legend(drawing)
        if drawing.hides:
            self._swatch(0, 24, "white", hatch="//////")
            self._paragraph(words.hidden, self._text - 1, indent=32)
        if drawing.paleness:
            self._paragraph(drawing.paleness, self._text - 1)
        self._y += 0.5 * self._text
        for term, text in drawing.notes:
            self._paragraph(f"{term}: {text}", self._text - 1.5, _QUIET)
        self._paragraph(drawing.made, self._text - 1.5, _QUIET)

    def _scale(self, drawing: HexDrawing) -> None:
        """Draw classes side by side, from low to high."""
        wide = self._width / len(drawing.classes)
        small = self._text - 2
        for number, one in enumerate(drawing.classes):
            self._swatch(number * wide, wide - 1.5, one.colour)
            middle = (number + 0.5) * wide
            self._line(one.label, self._text - 1, _INK, x=middle, y=self._y + 13, ha="center")
            self._line(one.count, small, _QUIET, x=middle, y=self._y + 13 + _LEAD * self._text, ha="center")
        self._y += 13 + 2.9 * self._text

    def _list(self, drawing: HexDrawing) -> None:
        """Draw classes one below the other, with their names."""
        for one in drawing.classes:
            self._swatch(0, 24, one.colour)
            self._line(one.count, self._text - 1, _QUIET, x=self._width, y=self._y, ha="right")
            self._paragraph(one.label, self._text, indent=32)

    def _swatch(self, x: float, width: float, colour: str, hatch: str | None = None) -> None:
        edge = _HATCH if hatch else "none"
        self._axes.add_patch(
            Rectangle((x, self._y + 1), width, 10, facecolor=colour, edgecolor=edge, hatch=hatch, linewidth=0)
        )

    def _caution(self, text: str) -> None:
        self._y += 0.3 * self._text
        lines = self._wrapped(text, FontProperties(family=_FONT, size=self._text), self._width - 12)
        height = len(lines) * _LEAD * self._text + 4
        self._axes.add_patch(Rectangle((0, self._y), self._width, height, facecolor=_CAUTION, edgecolor="none"))
        self._axes.add_patch(Rectangle((0, self._y), 3, height, facecolor="#b58900", edgecolor="none"))
        self._y += 2
        self._paragraph(text, self._text, indent=9)
        self._y += 2

    def _paragraph(
        self, text: str, size: float, colour: str = _INK, weight: str = "normal", indent: float = 0.0
    ) -> None:
        for line in self._wrapped(text, FontProperties(family=_FONT, weight=weight, size=size), self._width - indent):
            self._line(line, size, colour, weight=weight, x=indent, y=self._y)
            self._y += _LEAD * size

    def _line(
        self, text: str, size: float, colour: str, *, x: float, y: float, ha: str = "left", weight: str = "normal"
    ) -> None:
        self._axes.text(
            x, y, text, size=size, color=colour, font=_FONT, weight=weight, ha=ha, va="top", parse_math=False
        )

    def _wrapped(self, text: str, font: FontProperties, width: float) -> list[str]:
        """Break text into lines that fit, at spaces."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            wide, _, _ = self._renderer.get_text_width_height_descent(longer, font, ismath=False)
            if lines[-1] and wide * 72 / self._dpi > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines


def _rings(polygons: NDArray[np.object_]) -> list[NDArray[np.float64]]:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    return np.split(coordinates, np.flatnonzero(np.diff(ring)) + 1) if len(rings) else []
