"""Places that are told by the name of a unit: an address can't be looked up here, the unit that it names can."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely

from boundaries.vietnamese import nfc, one_spelling
from geo.errors import InputError
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.units.territory import Unit

Words = tuple[str, ...]

_ABBREVIATED = {"p": "phường", "x": "xã", "tt": "thị trấn", "q": "quận", "h": "huyện", "tx": "thị xã"}
_ELLIPSOID = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Place:
    """A unit as a place.

    Parameters
    ----------
    lon, lat : float
        A point within it.
    accuracy_m : float
        Radius of the disc around the point that holds all of the unit, in metres.
    """

    lon: float
    lat: float
    accuracy_m: float


@dataclass(frozen=True)
class _Named:
    """A unit that an address names, and how many of the units above it are named, too."""

    layer: Layer
    number: int
    above: int

    @property
    def unit(self) -> Unit:
        return self.layer.units[self.number]


def find_place(jurisdiction: Jurisdiction, address: str) -> Place:
    """Find the unit that an address names between commas: of today, else of earlier boundaries.

    Parameters
    ----------
    jurisdiction : Jurisdiction
    address : str
        With accents or without: "ngõ 622 Minh Khai, phường Vĩnh Tuy, Hà Nội", "P. Vinh Tuy", "Vinh Tuy Ward". A
        district that it names, too, chooses among units of one name.

    Raises
    ------
    InputError
        It names no unit, or several.
    """
    named = list(_named_units(jurisdiction, address))
    closest = [each for each in named if each.above == max(each.above for each in named)]
    found = [each for each in closest if each.layer is closest[0].layer]
    if not found:
        raise InputError(
            f"address_string {address!r:.100} names no ward or commune, as in '..., phường Vĩnh Tuy, Hà Nội':"
            " send lat and long",
            "address_string",
        )
    if len(found) > 1:
        names = ", ".join(each.unit.name for each in found[:5])
        raise InputError(
            f"address_string {address!r:.100} names several units ({names}): send lat and long", "address_string"
        )
    return _place_of(found[0].layer.locator.polygons[found[0].number])


def _named_units(jurisdiction: Jurisdiction, address: str) -> Iterator[_Named]:
    """Find all that an address may name, the boundaries of today first, then the latest before."""
    parts = [words for part in re.split(r"[,;\n]", address) if (words := _words(part))]
    today = jurisdiction.territory.today()
    past = [layer for layer in reversed(jurisdiction.layers) if layer.generation.valid_from <= today]
    for layer in past:
        for number, unit in enumerate(layer.units):
            if _is_named(unit, parts):
                day = max(layer.generation.valid_from, layer.above[0][0])
                above = sum(_is_named(each, parts) for each in layer.ancestors(number, day))
                yield _Named(layer, number, above)


def _is_named(unit: Unit, parts: list[Words]) -> bool:
    names = (_words(unit.name), _words(unit.name_en))
    return any(_is_same(part, name) for part in parts for name in names)


@lru_cache(maxsize=4096)
def _words(text: str) -> Words:
    """Give the words of a part of an address, in one spelling, the kind of a unit written out."""
    words = [one_spelling(word) for word in re.findall(r"[^\W_]+", nfc(text).casefold())]
    if words and words[0] in _ABBREVIATED:
        words[:1] = map(one_spelling, _ABBREVIATED[words[0]].split())
    return tuple(words)


def _is_same(said: Words, name: Words) -> bool:
    """Compare word by word: one that is said without marks may mean any."""
    return len(said) == len(name) and all(a in (b, _plain(b)) for a, b in zip(said, name, strict=True))


def _plain(word: str) -> str:
    return "".join(letter for letter in word if not unicodedata.combining(letter)).replace("đ", "d")


def _place_of(polygon: Any) -> Place:
    """Give a point within a polygon, and how far its farthest corner is away."""
    point = shapely.point_on_surface(polygon)
    corners = shapely.get_coordinates(polygon)
    lon, lat = np.full(len(corners), point.x), np.full(len(corners), point.y)
    *_, distance = _ELLIPSOID.inv(lon, lat, corners[:, 0], corners[:, 1])
    return Place(point.x, point.y, float(np.ceil(distance.max())))
