"""A map of who became whom between two generations of boundaries, as one HTML file that opens without the internet."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import orjson
import shapely
from jinja2 import Environment, FileSystemLoader

from geo.simplify import simplify_coverage
from maps.leaflet import Drawing, add_script, add_style, add_verbatim, figure_of, without_network
from maps.transfer_words import TRANSFER_WORDS
from maps.words import WORDS, Language

TOLERANCE_M = 20.0
"""How coarse the shapes are drawn."""

_DECIMALS = 5
_TEMPLATES = Path(__file__).parent / "templates"
_PAGES = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)


@dataclass(frozen=True)
class TransferFacts:
    """What a map of transfers says about itself on its face.

    Attributes
    ----------
    before, after : str
        The two generations, in words.
    whole, noise : int
        Units that went over whole, and pairs that are left out as digitising noise.
    noise_width_m : float
        How narrow a strip is that may be noise.
    schematic : bool
        Whether one of the generations is.
    made_at : datetime.datetime
        In the territory's time.
    """

    before: str
    after: str
    whole: int
    noise: int
    noise_width_m: float
    schematic: bool
    made_at: dt.datetime


def transfers_map(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    parts: gpd.GeoDataFrame,
    facts: TransferFacts,
    *,
    language: Language = "vi",
) -> folium.Map:
    """Draw old borders over new units, and the parts of old units that went to different new ones.

    Parameters
    ----------
    before, after : GeoDataFrame
        Columns code, name and geometry, lon, lat, EPSG:4326.
    parts : GeoDataFrame
        Columns old_code, old_name, new_name, area_m2, share_of_old, reports, and geometry: what the two units share.
    facts : TransferFacts
        What the map says about itself.
    language : {"vi", "en"}, optional

    Returns
    -------
    folium.Map
        Without a tile layer; everything it needs is inside. `maps.hexagons.save` writes it.
    """
    words = TRANSFER_WORDS[language]
    figure_map = without_network(folium.Map(tiles=None, attribution_control=False, zoom_snap=0.25))
    figure = figure_of(figure_map)
    figure.title = words.title
    for name in ("hexagon_map.css", "findings_map.css"):
        add_style(figure, (_TEMPLATES / name).read_text("utf-8"), name)
    for name in ("beside_card.js", "transfers_map.js"):
        add_script(figure, (_TEMPLATES / name).read_text("utf-8"), name)
    card = _PAGES.get_template("transfers_map.html").render(
        facts=facts, words=words, numbers=WORDS[language], rows=parts.to_dict("records")
    )
    add_verbatim(figure.html, card, "card")
    drawn = {
        "language": language,
        "label": words.title,
        "before": _features(before, before["name"]),
        "after": _features(after, after["name"]),
        "moved": _features(parts, parts["old_name"] + " → " + parts["new_name"]),
        "largest": (parts["share_of_old"] == parts.groupby("old_code")["share_of_old"].transform("max")).tolist(),
    }
    figure_map.add_child(Drawing("drawTransfersMap", drawn))
    return figure_map


def _features(shapes: gpd.GeoDataFrame, names: Any) -> list[dict[str, Any]]:
    """Write shapes that share borders as small as a drawing allows."""
    if shapes.empty:
        return []
    simple = simplify_coverage(np.asarray(shapes.geometry), TOLERANCE_M, shapes.estimate_utm_crs().to_epsg())
    rounded = shapely.transform(simple, lambda points: points.round(_DECIMALS))
    return [
        {"type": "Feature", "properties": {"name": name}, "geometry": orjson.Fragment(text)}
        for name, text in zip(names, shapely.to_geojson(rounded), strict=True)
    ]
