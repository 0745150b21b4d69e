"""Simpler shapes for drawing: the whole coverage at once, so that neighbours keep one border."""

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer


def simplify_coverage(polygons: NDArray[np.object_], tolerance_m: float, metric_srid: int) -> NDArray[np.object_]:
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
    there = Transformer.from_crs(4326, metric_srid, always_xy=True)
    back = Transformer.from_crs(metric_srid, 4326, always_xy=True)
    metric = shapely.transform(polygons, there.transform, interleaved=False)
    simple = shapely.coverage_simplify(metric, tolerance_m)
    simplified: NDArray[np.object_] = shapely.transform(simple, back.transform, interleaved=False)
    return simplified
