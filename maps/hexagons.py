"""A map of hexagons as one HTML file that opens anywhere, without the internet."""

import geopandas as gpd
import numpy as np
import shapely

from geo.hexagons.cells import cell_polygons
from geo.units.simplify import simplify_coverage
from maps.boundary_map import unit_names
from maps.card_map import Script, face_map
from maps.drawing import Box, HexDrawing
from maps.leaflet import OfflineMap
from maps.rings import Rings, rings_of
from maps.words import Language

OUTLINE_TOLERANCE_M = 30.0
"""How far an outline may be moved: it is there for orientation, not to decide anything."""


class Outline(Rings):
    """Rings of wards, one ward's after another's: the names of the wards, and how many rings each has."""

    names: list[str]
    ringsOf: list[int]


def drawn_map(drawing: HexDrawing, wards: gpd.GeoDataFrame | None = None, box: Box | None = None) -> OfflineMap:
    """Make the map of a drawing.

    Parameters
    ----------
    drawing : HexDrawing
    wards : GeoDataFrame of polygons, optional
        Longitude and latitude, EPSG:4326; for orientation. Their names are shown if there is a column ``name``.
    box : (west, south, east, north), optional
        Degrees: what the map opens on; what lies beyond is covered, as nothing is told of it.

    Returns
    -------
    OfflineMap
        A folium map without a tile layer; everything it needs is inside.
    """
    tips, tip_of = np.unique(drawing.tips, return_inverse=True)
    drawn = {
        "hexagons": rings_of(cell_polygons(drawing.cells)),
        "colours": drawing.palette,
        "colourOf": drawing.colour_of.tolist(),
        "hatched": np.flatnonzero(drawing.hatched).tolist(),
        "tips": tips.tolist(),
        "tipOf": tip_of.tolist(),
        "outline": outline_of(wards, drawing.language),
        "dashed": drawing.facts.schematic,
        "box": box,
    }
    return face_map(drawing, Script(("hexagon_map.js",), "drawHexagonMap", drawn))


def outline_of(wards: gpd.GeoDataFrame | None, language: Language) -> Outline:
    """Write the borders of wards, simplified, and their names if they have a column ``name``; none for no wards."""
    if wards is None or wards.empty:
        return {**rings_of(np.array([], object)), "names": [], "ringsOf": []}
    shapes = simplify_coverage(np.asarray(wards.geometry), OUTLINE_TOLERANCE_M, wards.estimate_utm_crs().to_epsg())
    parts, ward = shapely.get_parts(shapes, return_index=True)
    rings = np.bincount(ward, shapely.get_num_interior_rings(parts) + 1, len(wards)).astype(int)
    names = unit_names(wards, language) if "name" in wards else []
    return {**rings_of(shapes), "names": names, "ringsOf": rings.tolist() if names else []}
