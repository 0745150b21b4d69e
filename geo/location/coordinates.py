"""Longitude and latitude as people send them: which ones can't be meant, and why.

One rule for every door: a single request raises the reason, a bulk import keeps it with the row.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import CoordinateError

Extent = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

FAR_DEGREES = 1.0
"""A point further than this outside the extent of a territory is refused as far away."""


class CoordinateFault(IntEnum):
    """What is wrong with one point; `OK` is false, every fault is true."""

    OK = 0
    MISSING = 1
    INFINITE = 2
    SWAPPED = 3
    LON_OUT_OF_RANGE = 4
    LAT_OUT_OF_RANGE = 5
    FAR_AWAY = 6

    @property
    def reason(self) -> str:
        """The fault in words, with what to do about it."""
        return _REASONS[self]

    @property
    def field(self) -> str | None:
        """Which of the two values to look at first."""
        return {CoordinateFault.LON_OUT_OF_RANGE: "lon", CoordinateFault.LAT_OUT_OF_RANGE: "lat"}.get(self)


_REASONS = {
    CoordinateFault.OK: "nothing is wrong",
    CoordinateFault.MISSING: "longitude or latitude is missing: give both, in degrees",
    CoordinateFault.INFINITE: "longitude or latitude is infinite: give both, in degrees",
    CoordinateFault.SWAPPED: "longitude and latitude look swapped: give longitude first",
    CoordinateFault.LON_OUT_OF_RANGE: "longitude is out of range: give WGS 84 degrees from -180 to 180",
    CoordinateFault.LAT_OUT_OF_RANGE: "latitude is out of range: give WGS 84 degrees from -90 to 90",
    CoordinateFault.FAR_AWAY: f"the point is more than {FAR_DEGREES:g} degree outside the territory: "
    "check the signs, the order and the coordinate system",
}


def coordinate_faults(lon: ArrayLike, lat: ArrayLike, extent: Extent | None = None) -> NDArray[np.uint8]:
    """Say for each point what is wrong with it.

    Parameters
    ----------
    lon, lat : array_like of float, same shape
        Degrees, WGS 84.
    extent : (west, south, east, north), optional
        Of the territory, in degrees. With it, points that are far away are faults too, and a point that would lie near
        the extent with its values exchanged is called swapped.

    Returns
    -------
    ndarray of uint8
        A `CoordinateFault` for each point, 0 where all is well.

    Raises
    ------
    CoordinateError
        The values are no numbers, or the shapes differ.

    Examples
    --------
    >>> hanoi = (105.28, 20.56, 106.03, 21.39)
    >>> faults = coordinate_faults([105.85, 21.03, 2.35], [21.03, 105.85, 48.86], hanoi)
    >>> [CoordinateFault(fault).name for fault in faults]
    ['OK', 'SWAPPED', 'FAR_AWAY']
    """
    x, y = _as_floats(lon, lat)
    fine = (np.abs(x) <= 180) & (np.abs(y) <= 90)  # NaN compares false
    if extent is not None:
        fine &= _within(x, y, extent)
    if fine.all():  # nearly always; what follows takes ten times as long
        return np.zeros(x.shape, dtype=np.uint8)
    out_of_lon, out_of_lat = np.abs(x) > 180, np.abs(y) > 90
    could_be_swapped = out_of_lat & (np.abs(y) <= 180) & (np.abs(x) <= 90)
    far = np.zeros(x.shape, dtype=bool)
    if extent is not None:
        far = ~_within(x, y, extent)
        could_be_swapped = far & _within(y, x, extent)
    return np.select(
        [np.isnan(x) | np.isnan(y), np.isinf(x) | np.isinf(y), could_be_swapped, out_of_lon, out_of_lat, far],
        [
            np.uint8(fault)
            for fault in (
                CoordinateFault.MISSING,
                CoordinateFault.INFINITE,
                CoordinateFault.SWAPPED,
                CoordinateFault.LON_OUT_OF_RANGE,
                CoordinateFault.LAT_OUT_OF_RANGE,
                CoordinateFault.FAR_AWAY,
            )
        ],
        default=np.uint8(CoordinateFault.OK),
    )


def check_coordinates(
    lon: ArrayLike, lat: ArrayLike, extent: Extent | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coordinates as float64 arrays, or refuse them with the likely mistake.

    Parameters
    ----------
    lon, lat : array_like of float, same shape
        Degrees, WGS 84.
    extent : (west, south, east, north), optional
        Of the territory, in degrees; see `coordinate_faults`.

    Returns
    -------
    lon, lat : ndarray of float64

    Raises
    ------
    CoordinateError
        Some point is missing, infinite, swapped, out of range or far away; the message has its values and, when there
        are several points, the position of the first bad one (from 0).

    Examples
    --------
    >>> check_coordinates(21.0285, 105.8542, extent=(105.28, 20.56, 106.03, 21.39))
    Traceback (most recent call last):
        ...
    geo.errors.CoordinateError: lon 21.0285, lat 105.8542: longitude and latitude look swapped: give longitude first
    """
    x, y = _as_floats(lon, lat)
    faults = coordinate_faults(x, y, extent)
    if faults.any():
        first = int(np.flatnonzero(faults)[0])
        fault = CoordinateFault(int(faults.flat[first]))
        where = f"point {first}: " if x.size > 1 else ""
        raise coordinate_error(float(x.flat[first]), float(y.flat[first]), fault, where)
    return x, y


def coordinate_error(lon: float, lat: float, fault: CoordinateFault, where: str = "") -> CoordinateError:
    """Put a fault of one point into words, with its values."""
    return CoordinateError(f"{where}lon {lon}, lat {lat}: {fault.reason}", fault.field)


def _as_floats(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    except (TypeError, ValueError):
        raise CoordinateError("longitude and latitude must be numbers, in degrees") from None
    if x.shape != y.shape:
        raise CoordinateError(f"as many longitudes as latitudes are needed, not {x.size} and {y.size}")
    return x, y


def _within(x: NDArray[np.float64], y: NDArray[np.float64], extent: Extent) -> NDArray[np.bool_]:
    west, south, east, north = extent
    near_in_lon = (x >= west - FAR_DEGREES) & (x <= east + FAR_DEGREES)
    near_in_lat = (y >= south - FAR_DEGREES) & (y <= north + FAR_DEGREES)
    inside: NDArray[np.bool_] = near_in_lon & near_in_lat
    return inside
