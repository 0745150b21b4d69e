"""What the maps of boundaries have in common: shapes as small as a drawing allows, beside a card with a list."""

from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import orjson
import shapely
from jinja2 import Environment, FileSystemLoader
from markupsafe import escape
from numpy.typing import NDArray

from geo.simplify import simplify_coverage, simplify_each
from maps.leaflet import Drawing, add_script, add_style, add_verbatim, figure_of, without_network

EXACT_DECIMALS = 8
"""Of coordinates that show a millimetre."""

_DECIMALS = 5
_TEMPLATES = Path(__file__).parent / "templates"
_PAGES = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)


def card_map(template: str, function: str, title: str, said: dict[str, Any], drawn: dict[str, Any]) -> folium.Map:
    """Make a map that one script draws, with a card that one template writes.

    Parameters
    ----------
    template : str
        Name of the card's template and of the script, without their endings.
    function : str
        The script's function that draws.
    title : str
        Of the page.
    said, drawn : dict
        What the template and the function are given.

    Returns
    -------
    folium.Map
        Without a tile layer; everything it needs is inside.
    """
    figure_map = without_network(folium.Map(tiles=None, attribution_control=False, zoom_snap=0.25))
    figure = figure_of(figure_map)
    figure.title = str(escape(title))
    for name in ("hexagon_map.css", "findings_map.css"):
        add_style(figure, (_TEMPLATES / name).read_text("utf-8"), name)
    for name in ("beside_card.js", f"{template}.js"):
        add_script(figure, (_TEMPLATES / name).read_text("utf-8"), name)
    add_verbatim(figure.html, _PAGES.get_template(f"{template}.html").render(said), "card")
    figure_map.add_child(Drawing(function, drawn))
    return figure_map


def features(units: gpd.GeoDataFrame, names: Any, tolerance_m: float, *, overlap: bool = False) -> list[dict[str, Any]]:
    """Write simplified units as GeoJSON features with a name; neighbours keep one border unless they may overlap."""
    if units.empty:
        return []
    simplify = simplify_each if overlap else simplify_coverage
    shapes = simplify(np.asarray(units.geometry), tolerance_m, units.estimate_utm_crs().to_epsg())
    return [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
        for name, geometry in zip(names, geojson(shapes, _DECIMALS), strict=True)
    ]


def geojson(shapes: NDArray[np.object_], decimals: int) -> list[orjson.Fragment]:
    """Write shapes as GeoJSON geometries with so many decimals of a degree."""
    rounded = shapely.transform(shapes, lambda points: points.round(decimals))
    return [orjson.Fragment(text) for text in shapely.to_geojson(rounded)]
