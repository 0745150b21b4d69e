"""A map of hexagons as one HTML file that opens anywhere, without the internet."""

import geopandas as gpd
import numpy as np

from geo.hexagons.cells import cell_polygons
from geo.units.simplify import simplify_coverage
from maps.card_map import Script, face_map
from maps.drawing import HexDrawing
from maps.leaflet import OfflineMap
from maps.rings import Rings, rings_of

OUTLINE_TOLERANCE_M = 30.0
"""How far an outline may be moved: it is there for orientation, not to decide anything."""


def drawn_map(drawing: HexDrawing, wards: gpd.GeoDataFrame | None = None) -> OfflineMap:
    """Make the map of a drawing.

    Parameters
    ----------
    drawing : HexDrawing
    wards : GeoDataFrame of polygons, optional
        Longitude and latitude, EPSG:4326; for orientation.

    Returns
    -------
    OfflineMap
        A folium map without a tile layer; everything it needs is inside.
    """
    tips, tip_of = np.unique(drawing.tips, return_inverse=True)
    drawn = {
        "hexagons": rings_of(cell_polygons(drawing.cells)),
        "colours": drawing.colours,
        "classOf": drawing.class_of.tolist(),
        "hatched": np.flatnonzero(drawing.hatched).tolist(),
        "tips": tips.tolist(),
        "tipOf": tip_of.tolist(),
        "outline": outline_of(wards),
        "dashed": drawing.facts.schematic,
    }
    return face_map(drawing, Script(("hexagon_map.js",), "drawHexagonMap", drawn))


def outline_of(wards: gpd.GeoDataFrame | None) -> Rings:
    """Write the borders of wards, simplified; none for no wards."""
    if wards is None or wards.empty:
        return rings_of(np.array([], object))
    shapes = np.asarray(wards.geometry)
    return rings_of(simplify_coverage(shapes, OUTLINE_TOLERANCE_M, wards.estimate_utm_crs().to_epsg()))
