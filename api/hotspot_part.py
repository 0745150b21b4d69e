"""The part of a city that an answer about hot spots shows; what stands out in it is judged by the whole city."""

from dataclasses import dataclass

import numpy as np
import shapely

from api.bbox import bbox_of
from geo.errors import InputError
from geo.hexagons.boxes import Box, cells_in
from geo.hexagons.cells import cell_polygons
from geo.hotspots.question import Found
from geo.units.jurisdiction import Layer


@dataclass(frozen=True)
class Part:
    """Which cells are shown.

    Parameters
    ----------
    unit : str, optional
        Code of a ward: the cells that touch it.
    bbox : str, optional
        ``west,south,east,north`` in degrees: the cells that touch it.
    every_cell : bool
        Whether cells without a report or finding are shown, too.
    """

    unit: str | None = None
    bbox: str | None = None
    every_cell: bool = False

    def check(self, layer: Layer) -> None:
        """See that boundaries have the unit, and that the box is one; else InputError."""
        bbox_of(self.bbox)
        if self.unit is not None:
            unit_number(layer, self.unit)

    def of(self, whole: Found, layer: Layer) -> Found:
        """Pick the cells.

        Parameters
        ----------
        whole : Found
            Of the whole city.
        layer : Layer
            Boundaries that have the unit.

        Raises
        ------
        InputError
            No unit has the code, or the box is none.
        """
        found = whole if self.every_cell else whole.take(whole.noteworthy)
        if self.unit is not None:
            area = layer.locator.polygons[unit_number(layer, self.unit)]
            shapely.prepare(area)
            found = found.take(np.asarray(shapely.intersects(area, cell_polygons(found.grid.cell))))
        if (box := bbox_of(self.bbox)) is not None:
            found = found.take(cells_in(found.grid.cell, box))
        return found

    def box(self, layer: Layer) -> Box | None:
        """Give the box that a map shows: the one that was asked for, else that of the unit, else None."""
        if (box := bbox_of(self.bbox)) is None:
            return None if self.unit is None else layer.locator.polygons[unit_number(layer, self.unit)].bounds
        west, south, east, north = box
        if west == east or south == north:
            raise InputError(f"bbox {self.bbox!r:.80}: a map needs a box that is wide and high", "bbox")
        return box


def unit_number(layer: Layer, code: str) -> int:
    """Find the place of a unit in a layer by its code; InputError if it has none of that code."""
    for number, unit in enumerate(layer.units):
        if unit.code == code:
            return number
    raise InputError(f"no unit of these boundaries has the code {code!r:.40}: see /v1/units", "unit")
