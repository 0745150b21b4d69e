"""A map of counts by H3 cell as one HTML file that opens anywhere, without the internet."""

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
from jinja2 import Environment, FileSystemLoader
from markupsafe import escape
from numpy.typing import ArrayLike, NDArray

from geo.cells import cell_areas_m2, cell_polygons
from geo.errors import FileError, InputError
from maps.assets import planner_folder
from maps.leaflet import Drawing, add_script, add_style, add_verbatim, figure_of, without_network
from maps.rings import STEPS_PER_DEGREE, Rings, rings_of
from maps.style import CountClass, count_classes
from maps.words import WORDS, Language, Words

OUTLINE_TOLERANCE_M = 20.0
"""How far an outline may be moved: it is there for orientation, not to decide anything."""

_TEMPLATES = Path(__file__).parent / "templates"
_PAGES = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
_LAYERS = ("canvas_layer.js", "hexagon_layer.js", "borders.js")


@dataclass(frozen=True)
class MapFacts:
    """What a map says about itself on its face.

    Parameters
    ----------
    category : str or None
        In the map's language; None for all.
    period : (datetime.date, datetime.date)
        First and last local day, both included.
    n : int
        Reports counted.
    method : str
        How the counts came about, in a sentence.
    boundaries : str
        Which boundaries are drawn, and whose.
    schematic : bool
        Whether these boundaries are schematic: they are drawn dashed, and the map says so.
    synthetic : bool
        Whether there are demo reports among those counted.
    made_at : datetime.datetime
        In the territory's time.
    """

    category: str | None
    period: tuple[dt.date, dt.date]
    n: int
    method: str
    boundaries: str
    schematic: bool
    synthetic: bool
    made_at: dt.datetime


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
    >>> day = dt.date(2026, 10, 1)
    >>> made_at = dt.datetime(2026, 11, 1, 9, 30)
    >>> facts = MapFacts("Rác thải", (day, day), 3, "Đếm theo ô H3.", "Phường, xã", False, False, made_at)
    >>> "Rác thải" in to_html(hexagon_map([0x89415CB419BFFFF], [3], facts))
    True
    """
    cells, counts = np.asarray(cells, np.int64), np.asarray(counts)
    classes = count_classes(counts)
    _check(cells, counts, facts)
    words = WORDS[language]

    figure_map = without_network(folium.Map(tiles=None, attribution_control=False, zoom_snap=0.25))
    figure = figure_of(figure_map)
    figure.title = str(escape(words.title.format(category=facts.category or words.everything)))
    add_style(figure, (_TEMPLATES / "hexagon_map.css").read_text("utf-8"), "hexagon_map_css")
    for folder, name in [*((planner_folder(), name) for name in _LAYERS), (_TEMPLATES, "hexagon_map.js")]:
        add_script(figure, (folder / name).read_text("utf-8"), name)
    add_verbatim(figure.html, _card(cells, counts, classes, facts, words), "card")
    drawn = {
        "language": language,
        "stepsPerDegree": STEPS_PER_DEGREE,
        "hexagons": rings_of(cell_polygons(cells)),
        "counts": counts.tolist(),
        "classes": [asdict(one) for one in classes],
        "outline": _outline(outline),
        "dashed": facts.schematic,
        "words": {"map": words.map, "report": words.report, "reports": words.reports},
    }
    figure_map.add_child(Drawing("drawHexagonMap", drawn))
    return figure_map


def to_html(figure_map: folium.Map) -> str:
    """Give the map as the text of one HTML file."""
    html: str = figure_of(figure_map).render()
    return html


def save(figure_map: folium.Map, path: Path) -> None:
    """Write the map as one HTML file.

    Raises
    ------
    FileError
        The file can't be written.
    """
    try:
        path.write_text(to_html(figure_map), "utf-8")
    except OSError as error:
        raise FileError(f"{path} can't be written: {error.strerror}") from error


def _check(cells: NDArray[np.int64], counts: NDArray[np.int64], facts: MapFacts) -> None:
    if cells.shape != counts.shape:
        raise InputError(f"as many counts as cells are needed, not {counts.size} and {cells.size}", "counts")
    if counts.sum() > facts.n:
        raise InputError(f"the cells hold {counts.sum()} reports, but n is {facts.n}", "n")


def _card(
    cells: NDArray[np.int64],
    counts: NDArray[np.int64],
    classes: tuple[CountClass, ...],
    facts: MapFacts,
    words: Words,
) -> str:
    area = f"{cell_areas_m2(cells).mean() / 1e6:.2g}" if cells.size else ""
    return _PAGES.get_template("hexagon_map.html").render(
        facts=facts, words=words, classes=classes, cells=np.count_nonzero(counts), area=area.replace(".", words.decimal)
    )


def _outline(outline: gpd.GeoSeries | gpd.GeoDataFrame | None) -> Rings | None:
    if outline is None or outline.empty:
        return None
    metric = outline.geometry.to_crs(outline.estimate_utm_crs())
    return rings_of(metric.simplify_coverage(OUTLINE_TOLERANCE_M).to_crs(4326).to_numpy())
