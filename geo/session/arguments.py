"""What is given to a session, checked at once: days, numbers, words of a list, boxes; each error names the argument."""

import datetime as dt
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geo.counting.period import check_days
from geo.errors import CoordinateError, InputError, NotFoundError
from geo.folded import folded_words
from geo.hexagons.boxes import Box
from geo.hexagons.cells import STORED_RESOLUTION, cells_named
from geo.hexagons.search import resolution_of
from geo.location.coordinates import check_coordinates
from geo.lookup.dispatch import Dispatch
from geo.reports.search import MAX_RADIUS_M, MAX_TEXT
from geo.units.alike import closest_units
from geo.units.jurisdiction import Layer
from geo.units.territory import Unit

Day = dt.date | str
"""A local date, or its text: "2026-01-31"."""

Several = str | Sequence[str]
"""One word or more."""


def said(value: object, most: int = 40) -> str:
    """Repeat what was given, in a line and not at length."""
    return " ".join(repr(value).split())[:most]


def day_of(value: Day | None, field: str) -> dt.date | None:
    """Read a day.

    Examples
    --------
    >>> day_of("2026-01-31", "since")
    datetime.date(2026, 1, 31)
    >>> day_of("31/01/2026", "since")
    Traceback (most recent call last):
    geo.errors.InputError: since '31/01/2026' is no day: write it as 2026-01-31
    """
    if value is None:
        return None
    try:
        # Of a time its date; pandas' missing time says that it is a date, and has none.
        day = dt.date.fromordinal(value.toordinal()) if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(f"{field} {said(value)} is no day: write it as 2026-01-31", field) from None
    check_days(day, day, (field, field))
    return day


def whole_of(value: object, field: str, low: int, high: int | None = None) -> int:
    """Read a whole number between two others, both included.

    Examples
    --------
    >>> whole_of(np.int64(8), "res", 5, 9)
    8
    >>> whole_of("8", "res", 5, 9)
    Traceback (most recent call last):
    geo.errors.InputError: res '8': give a whole number from 5 to 9
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not low <= value <= (high or value):
        allowed = f"of {low} or more" if high is None else f"from {low} to {high}"
        raise InputError(f"{field} {said(value)}: give a whole number {allowed}", field)
    return int(value)


def number_of(value: object, field: str, above: float, high: float) -> float:
    """Read a number above one and up to another.

    Examples
    --------
    >>> number_of(-1, "accuracy", 0, 100)
    Traceback (most recent call last):
    geo.errors.InputError: accuracy -1: give a number above 0 and up to 100
    """
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        number = float(value)
        if above < number <= high:  # NaN is not
            return number
    raise InputError(f"{field} {said(value)}: give a number above {above:g} and up to {high:g}", field)


def truth_of(value: object, field: str) -> bool:
    """Read yes or no.

    Examples
    --------
    >>> truth_of("no", "duplicates")
    Traceback (most recent call last):
    geo.errors.InputError: duplicates 'no': give True or False
    """
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{field} {said(value)}: give True or False", field)
    return bool(value)


def path_of(value: object, field: str) -> Path | None:
    """Read the path of a file."""
    if value is None:
        return None
    if not isinstance(value, (str, os.PathLike)) or not str(value):
        raise InputError(f"{field} {said(value)}: give the path of a file", field)
    return Path(value)


def words_of(value: Several | None, known: Sequence[str], field: str) -> tuple[str, ...] | None:
    """Read one word or more of a list; None is all.

    Examples
    --------
    >>> words_of("waiting", ("waiting", "resolved"), "status")
    ('waiting',)
    >>> words_of(["lost"], ("waiting", "resolved"), "status")
    Traceback (most recent call last):
    geo.errors.InputError: unknown status 'lost': use one of waiting, resolved
    >>> words_of([], ("waiting", "resolved"), "status")
    Traceback (most recent call last):
    geo.errors.InputError: status []: give one or more of waiting, resolved, or leave it out for all
    """
    if value is None:
        return None
    try:
        words = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
    except TypeError:
        words = ()
    if not words:
        raise InputError(
            f"{field} {said(value)}: give one or more of {', '.join(known)}, or leave it out for all", field
        )
    for word in words:
        word_of(word, known, field)
    return words


def word_of(value: Any, known: Sequence[str], field: str) -> str:
    """Read one word of a list."""
    if not isinstance(value, str) or value not in known:
        raise InputError(f"unknown {field} {said(value)}: use one of {', '.join(known)}", field)
    return value


def categories_of(dispatch: Dispatch, value: Several | None) -> tuple[str, ...] | None:
    """Read codes of categories; None is all."""
    return words_of(value, [category.code for category in dispatch.categories], "category")


def category_of(dispatch: Dispatch, value: str | None, what: str) -> str | None:
    """Read the code of one category; None is all."""
    if value is not None and not isinstance(value, str):
        known = ", ".join(category.code for category in dispatch.categories)
        raise InputError(f"category {said(value)}: {what} is of one category, one of {known}, or of all", "category")
    categories = categories_of(dispatch, value)
    return None if categories is None else categories[0]


def unit_of(layer: Layer, code: object) -> Unit:
    """Find the unit of boundaries by its code; if there is none, NotFoundError names those that are like it."""
    if not isinstance(code, str):
        raise InputError(f"unit {said(code)}: give the code of one unit as text, as '{layer.units[0].code}'", "unit")
    unit = layer.unit_with(code)
    if unit is None:
        alike = ", ".join(f"{each.code} {each.name}" for each in closest_units(layer.units, code))
        raise NotFoundError(
            f"no unit of the boundaries since {layer.generation.valid_from} has the code {said(code)}: "
            f"{alike and f'the closest are {alike}; '}see units(at=...), or give another boundaries_at"
        )
    return unit


def box_of(value: Sequence[float] | None) -> Box | None:
    """Read a box: west, south, east, north in degrees."""
    if value is None:
        return None
    west, south, east, north = _numbers_of(value, 4, "bbox", "west, south, east, north as four numbers")
    _check_places([west, east], [south, north], value, "bbox")
    if west > east or south > north:
        raise InputError(
            f"bbox {said(value, 80)}: west must not be more than east, nor south more than north, in degrees", "bbox"
        )
    return west, south, east, north


def near_of(value: Sequence[float] | None) -> tuple[float, float, float] | None:
    """Read a circle: longitude and latitude of its centre in degrees, and its radius in metres."""
    if value is None:
        return None
    lon, lat, radius = _numbers_of(value, 3, "near", "lon, lat, metres as three numbers")
    _check_places([lon], [lat], value, "near")
    if not 0 < radius <= MAX_RADIUS_M:
        raise InputError(f"near {said(value, 80)}: give a radius above 0 and up to {MAX_RADIUS_M:,.0f} m", "near")
    return lon, lat, radius


def cell_of(value: str | None) -> int | None:
    """Read the name of an H3 cell of the resolution of reports, or a coarser one."""
    if value is None:
        return None
    cell = int(cells_named([value])[0]) if isinstance(value, str) else None
    if cell is None or resolution_of(cell) > STORED_RESOLUTION:
        raise InputError(
            f"cell {said(value)}: give the name of one of resolution {STORED_RESOLUTION} or coarser", "cell"
        )
    return cell


def text_of(value: str | None) -> str:
    """Read words that are looked for; empty if there are none."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not folded_words(value):
        raise InputError(f"text {said(value)}: give words, in up to {MAX_TEXT} letters", "text")
    return value


def _numbers_of(value: Sequence[float], count: int, field: str, what: str) -> tuple[float, ...]:
    try:
        found = () if isinstance(value, str) else tuple(map(float, value))
    except (TypeError, ValueError):
        found = ()
    if len(found) != count or not all(map(math.isfinite, found)):
        raise InputError(f"{field} {said(value, 80)}: give {what}", field)
    return found


def _check_places(lon: list[float], lat: list[float], value: object, field: str) -> None:
    try:
        check_coordinates(lon, lat)
    except CoordinateError as error:
        raise CoordinateError(f"{field} {said(value, 80)}: {error}", field) from None
