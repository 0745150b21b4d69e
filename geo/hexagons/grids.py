"""Grids of cells by the boundaries that they cover: made once for each generation and resolution."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geo.hexagons.hexgrid import HexGrid
from geo.units.jurisdiction import Layer
from geo.units.territory import Generation


@dataclass(frozen=True)
class Boundaries:
    """Polygons that are told apart by their generation: they never change under it."""

    generation: Generation
    polygons: Any = field(compare=False)


def boundaries_of(layer: Layer) -> Boundaries:
    """Give the boundaries of a layer, by which what is made of them is kept."""
    return Boundaries(layer.generation, layer.locator.polygons)


def grid_of(layer: Layer, resolution: int) -> HexGrid:
    """Give the grid of a generation; made once."""
    return grid_at(boundaries_of(layer), resolution)


@lru_cache(maxsize=16)
def grid_at(boundaries: Boundaries, resolution: int) -> HexGrid:
    """Give the grid of boundaries; made once."""
    return HexGrid.of(boundaries.polygons, resolution)
