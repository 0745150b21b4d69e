"""Areas and lengths on the WGS 84 ellipsoid, of shapes in longitude and latitude."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

_ELLIPSOID = pyproj.Geod(ellps="WGS84")


def areas_m2(shapes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the geodesic area of each shape (Karney 2013, as in PROJ).

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        In lon, lat. Points and lines have no area.

    Returns
    -------
    ndarray of float, shape (n,)
        Square metres.

    Examples
    --------
    >>> areas_m2(np.array([shapely.box(105.8, 21.0, 105.81, 21.01)])).round(-2)
    array([1151100.])
    """
    oriented = shapely.orient_polygons(shapes)  # PROJ counts what runs clockwise as negative
    areas = np.array([_ELLIPSOID.geometry_area_perimeter(shape)[0] for shape in oriented], dtype=np.float64)
    return np.maximum(areas, 0.0)  # rounding may take a few square millimetres from what has none


def lengths_m(shapes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the geodesic length of each line, or of the rings of each polygon.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        In lon, lat.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres.

    Examples
    --------
    >>> lengths_m(np.array([shapely.LineString([(105.8, 21.0), (105.8, 21.001)])])).round(2)
    array([110.72])
    """
    return np.array([_ELLIPSOID.geometry_length(shape) for shape in shapes], dtype=np.float64)
