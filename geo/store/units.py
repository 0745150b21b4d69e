"""Units with their shapes, when they had them, and what they are part of, as the database knows them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from geo.errors import NotFoundError
from geo.store.generations import list_generations
from geo.store.schema import Boundary, Generation, Unit
from geo.units import territory as values

_UNIT = [getattr(Unit, name) for name in values.Unit.__dataclass_fields__]


@dataclass(frozen=True, eq=False)
class UnitShapes:
    """The units of one generation, by code.

    Parameters
    ----------
    units : tuple of Unit
        n units.
    area_m2 : ndarray of float64, shape (n,)
        On the ellipsoid.
    polygons : ndarray of MultiPolygon, shape (n,)
        Lon, lat, WGS 84.
    """

    units: tuple[values.Unit, ...]
    area_m2: NDArray[np.float64]
    polygons: NDArray[np.object_]

    def number_of(self, code: str) -> int | None:
        """Find the place of a unit by its code; None if it isn't there."""
        return next((number for number, unit in enumerate(self.units) if unit.code == code), None)


@dataclass(frozen=True)
class Appearance:
    """A generation in which a unit had a shape, and how large it was."""

    unit: values.Unit
    generation: values.Generation
    area_m2: float


def generation_in_force(connection: Connection, territory: str, level: str, day: dt.date) -> values.Generation:
    """Find the active generation of a level on a local date; NotFoundError says which periods are loaded."""
    active = [each for each in list_generations(connection, territory, level) if each.state == "active"]
    for generation in active:
        if generation.holds(day):
            return generation
    periods = ", ".join(f"[{each.valid_from}, {each.valid_to or '...'})" for each in active) or "none"
    raise NotFoundError(
        f"no boundaries of {territory} are loaded for level {level} on {day}; loaded periods: {periods}"
    )


def read_unit_shapes(connection: Connection, generation_id: int) -> UnitShapes:
    """Read the units of a generation with their shapes; a number that is not there gives none."""
    query = select(*_UNIT, Boundary.area_m2, func.ST_AsBinary(Boundary.geom).label("wkb"))
    query = query.join(Boundary, Boundary.unit_id == Unit.id).where(Boundary.generation_id == generation_id)
    rows = connection.execute(query.order_by(Unit.code)).all()
    return UnitShapes(
        units=tuple(_unit(row) for row in rows),
        area_m2=np.array([row.area_m2 for row in rows], dtype=np.float64),
        polygons=np.asarray(shapely.from_wkb([bytes(row.wkb) for row in rows]), dtype=object),
    )


def read_appearances(connection: Connection, territory: str, level: str, code: str) -> list[Appearance]:
    """Read when units of a code had a shape, by period; the same code may be another unit at another time.

    Drafts do not count.
    """
    generations = {each.id: each for each in list_generations(connection, territory, level) if each.state != "draft"}
    query = select(*_UNIT, Boundary.generation_id, Boundary.area_m2).join(Boundary, Boundary.unit_id == Unit.id)
    query = query.where(Unit.territory_id == territory, Unit.level == level, Unit.code == code)
    rows = {row.generation_id: row for row in connection.execute(query)}
    return [
        Appearance(_unit(rows[id]), generation, rows[id].area_m2)
        for id, generation in generations.items()
        if id in rows
    ]


def read_ancestors(connection: Connection, unit_id: int, generation_id: int, day: dt.date) -> list[values.Unit]:
    """Read what a unit of a generation is part of on a day: its district if there is one, then its city."""

    def upwards() -> Iterator[values.Unit]:
        in_generation = Boundary.generation_id == generation_id
        unit = unit_id
        while parent := connection.execute(
            select(*_UNIT).join(Boundary, Boundary.parent_id == Unit.id).where(Boundary.unit_id == unit, in_generation)
        ).one_or_none():
            yield _unit(parent)
            unit = parent.id
            in_generation = Boundary.generation_id.in_(
                select(Generation.id).where(Generation.state == "active", Generation.period.contains(day))
            )

    return list(upwards())


def _unit(row: Any) -> values.Unit:
    return values.Unit(**{name: getattr(row, name) for name in values.Unit.__dataclass_fields__})
