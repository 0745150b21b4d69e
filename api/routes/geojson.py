"""What GeoJSON answers (RFC 7946) have in common."""

from typing import Annotated, Any

from fastapi import Query

from geo.units.jurisdiction import Layer
from geo.units.territory import Generation

MEDIA_TYPE = "application/geo+json"

Bbox = Annotated[str | None, Query(description="west,south,east,north in degrees", examples=["105.8,21.0,105.9,21.1"])]


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
