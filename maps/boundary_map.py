"""Shapes of units as GeoJSON, as small as a drawing allows."""

from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geo.units.simplify import simplify_coverage, simplify_each
from maps.words import Language

EXACT_DECIMALS = 8
"""Of coordinates that show a millimetre."""

_DECIMALS = 5


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


def unit_names(units: gpd.GeoDataFrame, language: Language) -> list[str]:
    """Give the names of units in a language, as far as they have them."""
    names: list[str] = units["name_en" if language == "en" and "name_en" in units else "name"].tolist()
    return names


def geojson(shapes: NDArray[np.object_], decimals: int) -> list[orjson.Fragment]:
    """Write shapes as GeoJSON geometries with so many decimals of a degree."""
    rounded = shapely.transform(shapes, lambda points: points.round(decimals))
    return [orjson.Fragment(text) for text in shapely.to_geojson(rounded)]
