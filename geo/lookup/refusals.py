"""Which of many points are refused, and why: in the words of a single lookup, without making one for each."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

import numpy as np

from geo.columns import Integers, Truths, Words, column, constant, missing
from geo.errors import HienTruongError, InputError, NotFoundError
from geo.location.coordinates import CoordinateFault, coordinate_error, coordinate_faults
from geo.location.locator import MAX_ACCURACY_M
from geo.lookup.answer import accuracy_error, deadline_error, layer_on
from geo.lookup.asked import Asked
from geo.lookup.dispatch import Dispatch
from geo.units.territory import Unit


def can_be_meant(dispatch: Dispatch, asked: Asked) -> Truths:
    """Whether a single lookup would take the values of each point."""
    known: Truths = (coordinate_faults(asked.lon, asked.lat, dispatch.jurisdiction.extent) == 0) & ~np.isnat(asked.day)
    if (radius := asked.accuracy_m) is not None:
        known &= np.isnan(radius) | ((radius > 0) & (radius <= MAX_ACCURACY_M))
    if asked.category is not None:
        codes = {category.code for category in dispatch.categories}
        known &= missing(asked.category) | np.fromiter(
            (one in codes for one in asked.category), bool, len(asked.category)
        )
    known[list(asked.unreadable)] = False
    return known


def without_deadline(dispatch: Dispatch, asked: Asked, unit_id: Integers) -> dict[int, InputError]:
    """Say of points with a unit and a category why they have no deadline: the calendar ends before it.

    Only days near the ends of the calendar are looked at, so this costs nothing as a rule.
    """
    if asked.category is None:
        return {}
    first, last = (np.datetime64(f"{year}-01-01") for year in dispatch.calendar.years)
    rows = np.flatnonzero((unit_id != 0) & ((asked.day < first) | (asked.day >= last)))
    rows = rows[~missing(asked.category[rows])]
    ids, place = np.unique(unit_id[rows], return_inverse=True)
    units = [dispatch.jurisdiction.units[int(id)] for id in ids]
    numbers = matched_rules(dispatch, asked, asked.category[rows], rows, units, place)
    errors = map(cache(partial(deadline_error, dispatch)), numbers.tolist(), asked.day[rows].tolist())
    return {row: error for row, error in zip(rows.tolist(), errors, strict=True) if error is not None}


def matched_rules(
    dispatch: Dispatch, asked: Asked, category: Words, rows: Integers, units: Sequence[Unit | None], place: Integers
) -> Integers:
    """Find the rules of some rows, of which each has a category and, by its place among them, one of the units."""
    codes, levels = (column([unit and getattr(unit, name) for unit in units])[place] for name in ("code", "level"))
    day = asked.day[rows]
    areas = dispatch.jurisdiction.areas_of(asked.lon[rows], asked.lat[rows], day).masks
    numbers: Integers = dispatch.rules.match_many(category, codes, levels, day, areas)
    return numbers


def refusals(
    dispatch: Dispatch, asked: Asked, rows: Integers, no_deadline: Mapping[int, InputError]
) -> Iterator[tuple[int, HienTruongError]]:
    """Say what is wrong with each of the rows that were refused; many have one day, or one category, in common."""
    lon, lat, day = asked.lon[rows], asked.lat[rows], asked.day[rows]
    faults = coordinate_faults(lon, lat, dispatch.jurisdiction.extent)
    radius = np.full(len(rows), np.nan) if asked.accuracy_m is None else asked.accuracy_m[rows]
    category = constant(len(rows), None) if asked.category is None else asked.category[rows]
    about_category = cache(partial(_about_category, dispatch))
    about_day = cache(partial(_about_day, dispatch))
    columns = (values.tolist() for values in (rows, faults, lon, lat, category, day, radius))
    for row, fault, x, y, code, date, metres in zip(*columns, strict=True):
        error = (
            asked.unreadable.get(row)
            or (coordinate_error(x, y, CoordinateFault(fault)) if fault else None)
            or about_category(code)
            or about_day(date)
            or no_deadline.get(row)
            or accuracy_error(metres)
        )
        if error is None:
            raise AssertionError(f"row {row} was refused among many points, but is not alone")
        yield row, error


def _about_category(dispatch: Dispatch, code: str | None) -> InputError | None:
    try:
        if code is not None and code == code:  # a column may have NaN where it has none
            dispatch.category(code)
    except InputError as error:
        return error
    return None


def _about_day(dispatch: Dispatch, day: dt.date | None) -> HienTruongError | None:
    if day is None:
        return InputError("the day can't be read: give a local date or a time as ISO 8601, such as 2026-01-05", "at")
    try:
        layer_on(dispatch.jurisdiction, day)
    except NotFoundError as error:
        return error
    return None
