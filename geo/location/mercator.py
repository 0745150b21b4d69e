"""A plane in which near things have their true shape: Mercator's, on the ellipsoid of WGS 84.

The projection is conformal: around a point all directions are stretched alike, by `scale`. So the nearest border in the
plane is the nearest on the ground, and a circle on the ground is a circle in the plane. At 21 degrees of latitude the
scale changes by 0.06 per thousand in a kilometre.

Source: J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987), equations 7-6 to 7-9.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RADIUS = 6_378_137.0
_FLATTENING = 1 / 298.257223563
_ECCENTRICITY = (_FLATTENING * (2 - _FLATTENING)) ** 0.5

MAX_LATITUDE = 85.0
"""Degrees; nearer to a pole nothing is measured."""


def forward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Project degrees to the plane, in metres at the equator.

    What is no place on earth, or beyond `MAX_LATITUDE`, becomes NaN.

    Examples
    --------
    >>> x, y = forward(np.array([105.85]), np.array([21.03]))
    >>> round(float(x[0]), 2), round(float(y[0]), 2)  # EPSG:3395
    (11783168.1, 2380129.37)
    """
    lon = np.where(np.abs(lon) <= 180, lon, np.nan)
    sine = _sine(lat)
    return _RADIUS * np.radians(lon), _RADIUS * (np.arctanh(sine) - _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))


def forward_one(lon: float, lat: float) -> tuple[float, float]:
    """Project one point as `forward` does, without the cost of arrays.

    Examples
    --------
    >>> x, y = forward_one(105.85, 21.03)
    >>> round(x, 2), round(y, 2)
    (11783168.1, 2380129.37)
    """
    if not (abs(lon) <= 180 and abs(lat) <= MAX_LATITUDE):  # NaN compares false
        return math.nan, math.nan
    sine = math.sin(math.radians(lat))
    isometric = math.atanh(sine) - _ECCENTRICITY * math.atanh(_ECCENTRICITY * sine)
    return _RADIUS * math.radians(lon), _RADIUS * isometric


def inverse(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Turn a place in the plane back into degrees."""
    isometric = y / _RADIUS
    sine = np.tanh(isometric)
    for _ in range(6):  # each step is 150 times nearer, so six reach the last digit
        sine = np.tanh(isometric + _ECCENTRICITY * np.arctanh(_ECCENTRICITY * sine))
    return np.degrees(x / _RADIUS), np.degrees(np.arcsin(sine))


def inverse_one(x: float, y: float) -> tuple[float, float]:
    """Turn one place in the plane back into degrees as `inverse` does, without the cost of arrays.

    Examples
    --------
    >>> lon, lat = inverse_one(*forward_one(105.85, 21.03))
    >>> round(lon, 12), round(lat, 12)
    (105.85, 21.03)
    """
    isometric = y / _RADIUS
    sine = math.tanh(isometric)
    for _ in range(6):
        sine = math.tanh(isometric + _ECCENTRICITY * math.atanh(_ECCENTRICITY * sine))
    return math.degrees(x / _RADIUS), math.degrees(math.asin(sine))


def scale(lat: Floats) -> Floats:
    """Say how many metres in the plane a metre on the ground is."""
    sine = _sine(lat)
    stretch: Floats = np.sqrt((1 - (_ECCENTRICITY * sine) ** 2) / (1 - sine**2))
    return stretch


def scale_one(lat: float) -> float:
    """Give the `scale` at one latitude, which is within `MAX_LATITUDE`."""
    sine = math.sin(math.radians(lat))
    return math.sqrt((1 - (_ECCENTRICITY * sine) ** 2) / (1 - sine**2))


def _sine(lat: Floats) -> Floats:
    return np.sin(np.radians(np.where(np.abs(lat) <= MAX_LATITUDE, lat, np.nan)))
