"""Boundaries put into memory, from wherever they were read: a locator, and what is above each unit on which day."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geo.location.locator import Locator
from geo.units.jurisdiction import Layer
from geo.units.territory import Generation, Unit

Parents = Mapping[int, int | None]
"""What each unit of a generation is part of, by their ids."""


def make_layer(
    generation: Generation,
    active: Sequence[Generation],
    units: Mapping[int, Unit],
    shapes: Mapping[int, Any],
    parents: Mapping[int, Parents],
) -> Layer:
    """Put a generation into memory.

    Parameters
    ----------
    generation : Generation
    active : sequence of Generation
        All that are in force at some time, of all levels; without them no unit has another one above it.
    units : mapping of int to Unit
        All units of the territory by their ids.
    shapes : mapping of int to polygon
        Of the generation, by the ids of its units: longitude, latitude, WGS 84.
    parents : mapping of int to Parents
        Of the generation, and of those that are active, by their ids.
    """
    in_layer = [units[unit_id] for unit_id in shapes]
    locator = Locator.build([unit.code for unit in in_layer], list(shapes.values()), at_once=False)
    by_code = {unit.code: unit for unit in in_layer}
    ordered = tuple(by_code[code] for code in locator.codes)
    changes = {each.valid_from for each in active} | {each.valid_to for each in active if each.valid_to}
    above = tuple(
        (day, _ancestors(parents, [each.id for each in active if each.holds(day)], ordered, units))
        for day in sorted({generation.valid_from, *filter(generation.holds, changes)})
    )
    return Layer(generation, locator, ordered, above)


def _ancestors(
    parents: Mapping[int, Parents],
    in_force: Sequence[int],
    layer: Sequence[Unit],
    units: Mapping[int, Unit],
) -> tuple[tuple[Unit, ...], ...]:
    """Follow each unit of a layer upwards (district, city), past those that are no longer or not yet in force."""
    ever = {unit: parent for each in parents.values() for unit, parent in each.items()}
    now = {unit: parent for id in in_force for unit, parent in parents[id].items()}
    parent_of = ever | now

    def upwards(unit: int) -> Iterator[Unit]:
        while (parent := parent_of.get(unit)) is not None:
            if parent in now:
                yield units[parent]
            unit = parent

    return tuple(tuple(upwards(unit.id)) for unit in layer)
