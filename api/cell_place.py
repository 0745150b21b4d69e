"""Where a cell is, in words: its ward, and how far in which direction from the ward's centre."""

from typing import Any, Final

import numpy as np
import shapely
from pyproj import Geod

from geo.hexagons.cells import cell_polygons
from geo.location.locator import How
from geo.units.jurisdiction import NEAREST_WITHIN_M, Layer
from maps.words import WORDS, Language

_ELLIPSOID: Final = Geod(ellps="WGS84")
_DIRECTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "vi": ("bắc", "đông bắc", "đông", "đông nam", "nam", "tây nam", "tây", "tây bắc"),
    "en": ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
}
_PLACES: Final[dict[Language, str]] = {
    "vi": "{unit}, cách tâm {far} về phía {direction}",
    "en": "{unit}, {far} {direction} of its centre",
}
_CENTRES: Final[dict[Language, str]] = {"vi": "{unit}, ngay tâm", "en": "{unit}, at its centre"}
_NOWHERE: Final[dict[Language, str]] = {"vi": "ngoài mọi phường, xã", "en": "in no ward"}
_NEAR_M = 50.0


def place_of(cell: int, layer: Layer) -> dict[str, Any]:
    """Say where the middle of a cell is.

    Parameters
    ----------
    cell : int
        H3.
    layer : Layer
        The wards that it is told by.

    Returns
    -------
    dict
        ``lon``, ``lat``, ``unit`` (or None), and the words ``vi`` and ``en``.
    """
    middle = shapely.centroid(cell_polygons([cell])[0])
    located = layer.locator.locate(np.array([middle.x]), np.array([middle.y]), nearest_within_m=NEAREST_WITHIN_M)
    found: dict[str, Any] = {"lon": round(middle.x, 6), "lat": round(middle.y, 6), "unit": None}
    if located.how[0] == How.OUTSIDE:
        return found | dict(_NOWHERE)
    number = int(located.unit[0])
    unit, centre = layer.units[number], shapely.centroid(layer.locator.polygons[number])
    azimuth, _, metres = _ELLIPSOID.inv(centre.x, centre.y, middle.x, middle.y)
    octant = round(azimuth / 45) % 8
    names: dict[Language, str] = {"vi": unit.name, "en": unit.name_en}
    for language, name in names.items():
        words = (_CENTRES if metres < _NEAR_M else _PLACES)[language]
        far, direction = _far(metres, language), _DIRECTIONS[language][octant]
        found[language] = words.format(unit=name, far=far, direction=direction)
    found["unit"] = unit.words
    return found


def _far(metres: float, language: Language) -> str:
    """Write a distance as coarsely as it is meant.

    Examples
    --------
    >>> _far(437.2, "vi"), _far(1_480, "vi"), _far(12_340, "en")
    ('440 m', '1,5 km', '12.3 km')
    """
    if metres < 1_000:
        return f"{round(metres, -1):.0f} m"
    return f"{WORDS[language].number(metres / 1_000, 1)} km"
