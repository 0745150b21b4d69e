"""What GeoJSON answers (RFC 7946) have in common."""

from typing import Annotated, Any

from fastapi import Query

from geo.errors import CoordinateError, InputError
from geo.location.coordinates import check_coordinates
from geo.units.jurisdiction import Layer
from geo.units.territory import Generation

MEDIA_TYPE = "application/geo+json"

Bbox = Annotated[str | None, Query(description="west,south,east,north in degrees", examples=["105.8,21.0,105.9,21.1"])]


def bbox_of(text: str | None) -> tuple[float, float, float, float] | None:
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


def generation_words(generation: Generation) -> dict[str, Any]:
    """Say which boundaries an answer rests on, and where they come from."""
    return {
        "id": generation.id,
        "valid_from": generation.valid_from,
        "valid_to": generation.valid_to,
        "schematic": generation.schematic,
        "source": generation.source,
    }


def generation_member(layer: Layer) -> dict[str, Any]:
    """Say which boundaries an answer from memory rests on."""
    return generation_words(layer.generation)
