"""Simpler shapes for drawing: a whole coverage at once, so that neighbours keep one border, or each for itself."""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Shapes = NDArray[np.object_]


def simplify_coverage(polygons: Shapes, tolerance_m: float, metric_srid: int) -> Shapes:
    """Simplify polygons that share borders.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Lon, lat, WGS 84.
    tolerance_m : float
        Corners whose triangle with their neighbours is smaller than the square of this are left out
        (Visvalingam-Whyatt, as `shapely.coverage_simplify`).
    metric_srid : int
        EPSG code of a CRS in metres.

    Returns
    -------
    ndarray of Polygon or MultiPolygon, shape (n,)
        Lon, lat, WGS 84.
    """
    return _in_metres(polygons, metric_srid, lambda metric: shapely.coverage_simplify(metric, tolerance_m))


def simplify_each(polygons: Shapes, tolerance_m: float, metric_srid: int) -> Shapes:
    """Simplify polygons that may overlap, such as named areas, each for itself.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Lon, lat, WGS 84.
    tolerance_m : float
        No border moves farther than this (Douglas-Peucker, as `shapely.simplify`).
    metric_srid : int
        EPSG code of a CRS in metres.

    Returns
    -------
    ndarray of Polygon or MultiPolygon, shape (n,)
        Lon, lat, WGS 84.
    """
    return _in_metres(polygons, metric_srid, lambda metric: shapely.simplify(metric, tolerance_m))


def _in_metres(polygons: Shapes, metric_srid: int, simplify: Callable[[Shapes], Shapes]) -> Shapes:
    there = Transformer.from_crs(4326, metric_srid, always_xy=True)
    back = Transformer.from_crs(metric_srid, 4326, always_xy=True)
    metric = shapely.transform(polygons, there.transform, interleaved=False)
    simplified: Shapes = shapely.transform(simplify(metric), back.transform, interleaved=False)
    return simplified
