"""The part of a city that an answer about hot spots shows; what stands out in it is judged by the whole city."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from api.bbox import bbox_of
from geo.errors import InputError
from geo.hexagons.boxes import Box, cells_in
from geo.hexagons.cells import cell_polygons
from geo.hotspots.question import Found
from geo.units.jurisdiction import Jurisdiction, Layer


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
    boundaries_at : date, optional
        `unit` is a ward of this date; of the last day if left out.
    """

    unit: str | None = None
    bbox: str | None = None
    every_cell: bool = False
    boundaries_at: dt.date | None = None

    @property
    def words(self) -> dict[str, str | None]:
        """Tell which unit is shown."""
        day = self.boundaries_at
        return {"unit": self.unit, "boundaries_at": None if day is None else day.isoformat()}

    def layer(self, jurisdiction: Jurisdiction, last: dt.date) -> Layer:
        """Find the boundaries that have the unit: `unit_layer`."""
        return unit_layer(jurisdiction, last, self.unit, self.boundaries_at)

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


WHOLE_CITY: Final = Part()


def unit_layer(jurisdiction: Jurisdiction, last: dt.date, unit: str | None, boundaries_at: dt.date | None) -> Layer:
    """Find the boundaries by which a unit is meant: of a date, or of the last day.

    Raises
    ------
    InputError
        A date was given without a unit.
    NotFoundError
        No boundaries are loaded for the date.
    """
    if boundaries_at is not None and unit is None:
        raise InputError("boundaries_at says what a unit is: give unit, too", "boundaries_at")
    return jurisdiction.layer_at(boundaries_at or last)


def unit_number(layer: Layer, code: str) -> int:
    """Find the place of a unit in a layer by its code; InputError if it has none of that code."""
    for number, unit in enumerate(layer.units):
        if unit.code == code:
            return number
    raise InputError(f"no unit of these boundaries has the code {code!r:.40}: see /v1/units", "unit")
