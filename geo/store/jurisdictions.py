"""The active boundaries of a territory, read into memory."""

from collections.abc import Mapping, Sequence

import shapely
from sqlalchemy import Connection, func, select

from geo.errors import NotFoundError
from geo.lookup.dispatch import Dispatch, known_to_rules, territory_calendar
from geo.store.generations import list_generations
from geo.store.rules import read_rules
from geo.store.schema import Boundary, Unit
from geo.store.territories import read_categories, read_territory
from geo.units import territory as values
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.units.layers import Parents, make_layer


def read_dispatch(connection: Connection, territory: str) -> Dispatch:
    """Read all that a process must hold to answer for a territory."""
    jurisdiction, categories = read_jurisdiction(connection, territory), read_categories(connection)
    known, calendar = known_to_rules(jurisdiction, categories), territory_calendar(jurisdiction.territory)
    return Dispatch(jurisdiction, categories, read_rules(connection, territory, known, calendar))


def read_jurisdiction(connection: Connection, territory: str) -> Jurisdiction:
    """Read the active generations of wards and of named areas of a territory into memory, with a locator for each.

    Raises
    ------
    NotFoundError
        If the territory is not there or has no boundaries yet.
    """
    found, units = read_territory(connection, territory), _read_units(connection, territory)
    active = [generation for generation in list_generations(connection, territory) if generation.state == "active"]
    if not any(generation.level == "ward" for generation in active):
        raise NotFoundError(
            f"territory {territory!r} has no boundaries yet: load them with"
            " `hientruong boundaries load FILE --level ward --valid-from DATE --commit`, or start with `hientruong up`"
        )
    layers, areas = (
        tuple(_read_layer(connection, generation, active, units) for generation in active if generation.level == level)
        for level in ("ward", "area")
    )
    return Jurisdiction(found, layers, areas)


def read_layer(connection: Connection, generation: values.Generation) -> Layer:
    """Read any generation, a draft or a retired one too, with a locator and without ancestors."""
    return _read_layer(connection, generation, (), _read_units(connection, generation.territory))


def _read_units(connection: Connection, territory: str) -> dict[int, values.Unit]:
    columns = [getattr(Unit, name) for name in values.Unit.__dataclass_fields__]
    rows = connection.execute(select(*columns).where(Unit.territory_id == territory))
    return {row["id"]: values.Unit(**row) for row in rows.mappings()}


def _read_layer(
    connection: Connection,
    generation: values.Generation,
    active: Sequence[values.Generation],
    units: Mapping[int, values.Unit],
) -> Layer:
    query = select(Boundary.unit_id, func.ST_AsBinary(Boundary.geom)).where(Boundary.generation_id == generation.id)
    shapes = {unit_id: shapely.from_wkb(bytes(wkb)) for unit_id, wkb in connection.execute(query)}
    return make_layer(generation, active, units, shapes, _read_parents(connection, [generation, *active]))


def _read_parents(connection: Connection, generations: Sequence[values.Generation]) -> dict[int, Parents]:
    """Read what each unit is part of in each generation, by the generation's id."""
    parents: dict[int, dict[int, int | None]] = {each.id: {} for each in generations}
    query = select(Boundary.generation_id, Boundary.unit_id, Boundary.parent_id)
    for row in connection.execute(query.where(Boundary.generation_id.in_(list(parents)))):
        parents[row.generation_id][row.unit_id] = row.parent_id
    return dict(parents)
