"""A box as people write it, in a query or on the command line."""

from geo.errors import CoordinateError, InputError
from geo.hexagons.boxes import Box
from geo.location.coordinates import check_coordinates


def bbox_of(text: str | None) -> Box | None:
    """Read a bounding box; None if there is none.

    Examples
    --------
    >>> bbox_of("105.8,21.0,105.9,21.1")
    (105.8, 21.0, 105.9, 21.1)
    """
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"bbox {text!r}: give west,south,east,north as four numbers", "bbox") from None
    try:
        check_coordinates([west, east], [south, north])
    except CoordinateError as error:
        raise CoordinateError(f"bbox {text!r}: {error}", "bbox") from None
    if west > east or south > north:
        raise InputError(f"bbox {text!r}: west must not be more than east, nor south more than north", "bbox")
    return west, south, east, north
