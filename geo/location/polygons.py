"""The polygons that a locator accepts: checked once, so that nothing after needs to doubt them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import InputError
from geo.location.edges import Polygons

_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def check_units(
    codes: Sequence[str], polygons: Sequence[Any] | NDArray[np.object_]
) -> tuple[tuple[str, ...], Polygons]:
    """Return codes in ascending order with their polygons, prepared for GEOS, or refuse what can't be located in.

    Parameters
    ----------
    codes : sequence of str
    polygons : sequence of shapely Polygon or MultiPolygon
        Longitude and latitude, WGS 84.

    Raises
    ------
    InputError
        Names the unit and what is wrong with it.
    """
    names, shapes = np.array([str(code) for code in codes], dtype=object), np.empty(len(polygons), dtype=object)
    shapes[:] = list(polygons)
    if len(names) != len(shapes):
        raise InputError(f"each polygon needs a code: {len(names)} codes and {len(shapes)} polygons were given")
    if not len(names):
        raise InputError("there are no units: give at least one code with its polygon")
    order = np.argsort(names, kind="stable")
    names, shapes = names[order], shapes[order]
    _refuse(names[1:], names[1:] == names[:-1], "there twice: give each code once")
    _refuse(names, ~np.isin(shapely.get_type_id(shapes), _AREAL), "not a Polygon or MultiPolygon")
    _refuse(names, shapely.is_empty(shapes), "empty: give its polygon or leave it out")
    west, south, east, north = shapely.bounds(shapes).T
    out_of_range = ~((south >= -90) & (north <= 90) & (west >= -180) & (east <= 180))
    _refuse(names, out_of_range, "out of range: give longitude and latitude in degrees (WGS 84)")
    _refuse(
        names, east - west > 180, "wider than 180 degrees: it seems to cross the antimeridian, which is not supported"
    )
    if (width := east.max() - west.min()) > 180:
        raise InputError(
            f"the units together are {width:.6g} degrees wide, more than 180: some seem to lie beyond the antimeridian,"
            " which is not supported; give those on either side to a locator of their own"
        )
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        reason = shapely.is_valid_reason(shapes[invalid][0])
        _refuse(names, invalid, f"invalid ({reason}): repair its polygon first")
    return tuple(names), _prepared(shapely.force_2d(shapes))


def _refuse(codes: NDArray[np.object_], bad: NDArray[np.bool_], what: str) -> None:
    if bad.any():
        more = f" (and {bad.sum() - 1} more)" if bad.sum() > 1 else ""
        raise InputError(f"unit {codes[bad][0]!r} is {what}{more}")


def _prepared(shapes: Polygons) -> Polygons:
    """Prepare copies for GEOS and ask each of them twice.

    GEOS builds the index of a prepared polygon at the second question, without a lock: two threads that both came
    second would corrupt the memory.
    """
    copies: Polygons = shapely.from_wkb(shapely.to_wkb(shapes))
    shapely.prepare(copies)
    inside = shapely.get_coordinates(shapely.point_on_surface(copies))
    for _ in range(2):
        shapely.intersects_xy(copies, *inside.T)
    copies.setflags(write=False)
    return copies
