"""A map of hexagons as one HTML file that opens anywhere, without the internet."""

from dataclasses import asdict
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
from jinja2 import Environment, FileSystemLoader
from markupsafe import escape
from numpy.typing import ArrayLike

from geo.cells import cell_areas_m2, cell_polygons
from geo.errors import InputError
from maps.assets import planner_folder
from maps.drawing import HexClass, HexDrawing, MapFacts
from maps.files import write_whole
from maps.leaflet import Drawing, add_script, add_style, add_verbatim, figure_of, without_network
from maps.rings import STEPS_PER_DEGREE, Rings, rings_of
from maps.style import count_classes
from maps.words import WORDS, Language

OUTLINE_TOLERANCE_M = 20.0
"""How far an outline may be moved: it is there for orientation, not to decide anything."""

_TEMPLATES = Path(__file__).parent / "templates"
_PAGES = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
_LAYERS = ("canvas_layer.js", "hexagon_layer.js", "borders.js")


def hexagon_map(
    cells: ArrayLike,
    counts: ArrayLike,
    facts: MapFacts,
    *,
    outline: gpd.GeoSeries | gpd.GeoDataFrame | None = None,
    language: Language = "vi",
) -> folium.Map:
    """Draw counts by cell, with a legend and all that a reader must know.

    Parameters
    ----------
    cells : array_like of int, shape (n,)
        H3 cells of one resolution.
    counts : array_like of int, shape (n,)
        Reports in each.
    facts : MapFacts
        What the map says about itself.
    outline : GeoSeries or GeoDataFrame of polygons, optional
        Wards or the city, for orientation; any CRS.
    language : {"vi", "en"}, optional

    Returns
    -------
    folium.Map
        Without a tile layer; everything it needs is inside.

    Raises
    ------
    InputError
        Cells and counts differ in number, a count is not whole, a number is no cell, or there are more reports on the
        map than were counted.

    Examples
    --------
    >>> import datetime as dt
    >>> day = dt.date(2026, 10, 1)
    >>> made_at = dt.datetime(2026, 11, 1, 9, 30)
    >>> facts = MapFacts("Rác thải", (day, day), 3, "Đếm theo ô H3.", "Phường, xã", False, False, made_at)
    >>> "Rác thải" in to_html(hexagon_map([0x89415CB419BFFFF], [3], facts))
    True
    """
    return drawn_map(counts_drawing(cells, counts, facts, language), outline)


def counts_drawing(cells: ArrayLike, counts: ArrayLike, facts: MapFacts, language: Language = "vi") -> HexDrawing:
    """Give counts by cell their colours and words; parameters and errors are those of `hexagon_map`."""
    drawn, numbers, words = np.asarray(cells, np.int64), np.asarray(counts), WORDS[language]
    classes = count_classes(numbers)
    if drawn.shape != numbers.shape:
        raise InputError(f"as many counts as cells are needed, not {numbers.size} and {drawn.size}", "counts")
    if numbers.sum() > facts.n:
        raise InputError(f"the cells hold {numbers.sum()} reports, but n is {facts.n}", "n")
    area = f"{cell_areas_m2(drawn).mean() / 1e6:.2g}".replace(".", words.decimal) if drawn.size else ""
    period = words.period(*facts.period)
    n, filled = words.number(facts.n), words.number(int(np.count_nonzero(numbers)))
    return HexDrawing(
        title=words.title.format(category=facts.category or words.everything),
        sentence=f"{period} · {words.summary.format(n=n, cells=filled)}",
        heading=words.per_cell.format(area=area),
        classes=tuple(HexClass(words.span(one.low, one.high), one.colour, one.cells) for one in classes),
        stacked=False,
        cells=drawn,
        class_of=np.searchsorted([one.low for one in classes], numbers, "right") - 1,
        hatched=np.zeros(len(drawn), bool),
        stands_out=np.zeros(len(drawn), bool),
        tips=words.counted(numbers),
        notes=((words.method, f"{facts.method} {words.blank}"), (words.boundaries, facts.boundaries)),
        facts=facts,
        language=language,
    )


def drawn_map(drawing: HexDrawing, outline: gpd.GeoSeries | gpd.GeoDataFrame | None = None) -> folium.Map:
    """Make the map of a drawing; returns and outline are those of `hexagon_map`."""
    words = WORDS[drawing.language]
    figure_map = without_network(folium.Map(tiles=None, attribution_control=False, zoom_snap=0.25))
    figure = figure_of(figure_map)
    figure.title = str(escape(drawing.title))
    add_style(figure, (_TEMPLATES / "hexagon_map.css").read_text("utf-8"), "hexagon_map_css")
    for folder, name in [*((planner_folder(), name) for name in _LAYERS), (_TEMPLATES, "hexagon_map.js")]:
        add_script(figure, (folder / name).read_text("utf-8"), name)
    card = _PAGES.get_template("hexagon_map.html").render(drawing=drawing, words=words)
    add_verbatim(figure.html, card, "card")
    tips, tip_of = np.unique(drawing.tips, return_inverse=True)
    drawn = {
        "language": drawing.language,
        "label": drawing.title,
        "stepsPerDegree": STEPS_PER_DEGREE,
        "hexagons": rings_of(cell_polygons(drawing.cells)),
        "classes": [asdict(one) for one in drawing.classes],
        "classOf": drawing.class_of.tolist(),
        "hatched": np.flatnonzero(drawing.hatched).tolist(),
        "tips": tips.tolist(),
        "tipOf": tip_of.tolist(),
        "outline": _outline(outline),
        "dashed": drawing.facts.schematic,
    }
    figure_map.add_child(Drawing("drawHexagonMap", drawn))
    return figure_map


def to_html(figure_map: folium.Map) -> str:
    """Give the map as the text of one HTML file."""
    html: str = figure_of(figure_map).render()
    return html


def save(figure_map: folium.Map, path: Path) -> None:
    """Write the map as one HTML file, whole or not at all.

    Raises
    ------
    FileError
        The file can't be written.
    """
    write_whole(path, to_html(figure_map).encode())


def _outline(outline: gpd.GeoSeries | gpd.GeoDataFrame | None) -> Rings | None:
    if outline is None or outline.empty:
        return None
    metric = outline.geometry.to_crs(outline.estimate_utm_crs())
    return rings_of(metric.simplify_coverage(OUTLINE_TOLERANCE_M).to_crs(4326).to_numpy())
