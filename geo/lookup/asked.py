"""Questions about many points, as columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.columns import Floats, Moments, Words
from geo.errors import InputError


@dataclass(frozen=True)
class Asked:
    """Questions about n points.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees.
    day : ndarray of datetime64[D], shape (n,)
        Local dates; NaT for one that can't be read.
    accuracy_m : ndarray of float64, shape (n,), optional
        Radius in metres within which the true point lies; NaN where it is not known.
    category : ndarray of str or None, shape (n,), optional
        What each report is about; with it comes the agency.
    unreadable : dict of int to InputError
        Points, by their number, with a value that is not of its kind; whatever stands above is not looked at.
    """

    lon: Floats
    lat: Floats
    day: Moments
    accuracy_m: Floats | None = None
    category: Words | None = None
    unreadable: Mapping[int, InputError] = field(default_factory=dict)
