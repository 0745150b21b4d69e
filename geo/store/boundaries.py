"""Territories, units and generations in the database: written whole, read into a locator."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from geoalchemy2.shape import from_shape
from pyproj import Geod
from sqlalchemy import Connection as Connection  # "as": other packages name it from here and know no SQLAlchemy
from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from geo import territory as values
from geo.dispatch import Dispatch, known_to_rules, territory_calendar
from geo.errors import NotFoundError, RefusedError
from geo.jurisdiction import Jurisdiction, Layer
from geo.locator import Locator
from geo.store.follow import announce
from geo.store.rules import read_rules
from geo.store.schema import Boundary, Category, Generation, Territory, Unit

if TYPE_CHECKING:  # a serving process needs no geopandas, and starts a second sooner without it
    import geopandas as gpd

_ELLIPSOID = Geod(ellps="WGS84")
_COMPUTED = {"territory", "units"}


@dataclass(frozen=True)
class NewGeneration:
    """A generation that is about to be loaded.

    Parameters
    ----------
    level : str
        "ward", "district", "city" or "area".
    valid_from, valid_to : date
        Half-open period of local dates; ``valid_to`` None is "until further notice".
    units : GeoDataFrame
        Columns code, name, name_en, kind, parent_code (or None) and geometry: MultiPolygon, EPSG:4326.
    source, licence, checksum, loaded_by : str
        Where it comes from, what allows its use, sha256 of what it was made from, who loads it.
    schematic : bool
        Computed from centres and areas, not surveyed.
    checks : dict
        What the import gate found.
    """

    level: str
    valid_from: dt.date
    valid_to: dt.date | None
    units: "gpd.GeoDataFrame"
    source: str
    licence: str
    checksum: str
    loaded_by: str
    schematic: bool = False
    checks: Mapping[str, Any] = field(default_factory=dict)


def put_territory(connection: Connection, territory: values.Territory) -> None:
    """Write a territory, or what has changed of it."""
    row = {
        "id": territory.id,
        "name": territory.name,
        "name_en": territory.name_en,
        "time_zone": territory.time_zone,
        "languages": list(territory.languages),
        "holidays": territory.holidays,
        "metric_srid": territory.metric_srid,
    }
    connection.execute(upsert(Territory).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


def put_categories(connection: Connection, categories: Sequence[values.Category]) -> None:
    """Write categories, or what has changed of them."""
    for position, category in enumerate(categories):
        names = {"name": category.name, "name_en": category.name_en, "position": position}
        statement = upsert(Category).values(code=category.code, **names)
        connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=names))


def read_dispatch(connection: Connection, territory: str) -> Dispatch:
    """Read all that a process must hold to answer for a territory."""
    rows = connection.execute(select(Category.code, Category.name, Category.name_en).order_by(Category.position))
    categories = tuple(values.Category(**row) for row in rows.mappings())
    jurisdiction = read_jurisdiction(connection, territory)
    known, calendar = known_to_rules(jurisdiction, categories), territory_calendar(jurisdiction.territory)
    return Dispatch(jurisdiction, categories, read_rules(connection, territory, known, calendar))


def read_territory(connection: Connection, territory: str) -> values.Territory:
    """Read a territory by its id; NotFoundError names those that are there."""
    row = connection.execute(select(Territory).where(Territory.id == territory)).mappings().one_or_none()
    if row is None:
        known = ", ".join(connection.scalars(select(Territory.id).order_by(Territory.id))) or "none"
        raise NotFoundError(f"no territory {territory!r} in the database; known: {known}")
    return values.Territory(**{**row, "languages": tuple(row["languages"])})


def list_generations(connection: Connection, territory: str, level: str | None = None) -> list[values.Generation]:
    """Read what is known of each generation of a territory, by level and period; newest load last."""
    columns = [getattr(Generation, name) for name in values.Generation.__dataclass_fields__ if name not in _COMPUTED]
    count = select(func.count()).where(Boundary.generation_id == Generation.id).scalar_subquery()
    query = select(*columns, Generation.territory_id.label("territory"), count.label("units"))
    query = query.where(Generation.territory_id == territory)
    if level is not None:
        query = query.where(Generation.level == level)
    rows = connection.execute(query.order_by(Generation.level, Generation.valid_from, Generation.id))
    return [values.Generation(**row) for row in rows.mappings()]


def read_units_frame(connection: Connection, generation_id: int) -> "gpd.GeoDataFrame":
    """Read the units of a generation with their shapes.

    Parameters
    ----------
    connection : Connection
    generation_id : int
        A number that is not there gives no rows.

    Returns
    -------
    GeoDataFrame
        Columns code, name, name_en, kind and geometry (MultiPolygon, lon, lat, EPSG:4326), by code.
    """
    query = (
        select(Unit.code, Unit.name, Unit.name_en, Unit.kind, func.ST_AsBinary(Boundary.geom).label("wkb"))
        .join(Boundary, Boundary.unit_id == Unit.id)
        .where(Boundary.generation_id == generation_id)
        .order_by(Unit.code)
    )
    rows = pd.DataFrame(connection.execute(query).all(), columns=["code", "name", "name_en", "kind", "wkb"])
    shapes = shapely.from_wkb(rows.pop("wkb").map(bytes).to_numpy())
    import geopandas as gpd

    return gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)


def find_replaced(connection: Connection, territory: str, new: NewGeneration) -> values.Generation | None:
    """Find the active generation that a new one would take the place of.

    Only a schematic generation of the same level and the same period gives way.

    Raises
    ------
    RefusedError
        If the period overlaps that of any other active generation of the level.
    """
    overlapping = [
        old
        for old in list_generations(connection, territory, new.level)
        if old.state == "active"
        and (old.valid_to is None or new.valid_from < old.valid_to)
        and (new.valid_to is None or old.valid_from < new.valid_to)
    ]
    if not overlapping:
        return None
    old = overlapping[0]
    same_period = (old.valid_from, old.valid_to) == (new.valid_from, new.valid_to)
    if len(overlapping) == 1 and same_period and old.schematic and not new.schematic:
        return old
    found = "; ".join(f"generation {g.id} ({period_words(g.valid_from, g.valid_to)}, {g.source})" for g in overlapping)
    raise RefusedError(
        f"the period {period_words(new.valid_from, new.valid_to)} overlaps {found}:"
        " give a period that overlaps none; only a schematic generation of the same period gives way"
    )


def period_words(valid_from: dt.date, valid_to: dt.date | None) -> str:
    """Say a half-open period.

    Examples
    --------
    >>> period_words(dt.date(2025, 7, 1), None)
    'since 2025-07-01'
    >>> period_words(dt.date(2025, 1, 1), dt.date(2025, 7, 1))
    'from 2025-01-01 until 2025-06-30'
    """
    if valid_to is None:
        return f"since {valid_from}"
    return f"from {valid_from} until {valid_to - dt.timedelta(days=1)}"


def add_generation(connection: Connection, territory: str, new: NewGeneration) -> values.Generation | None:
    """Write a generation and put it into force, within the caller's transaction.

    Parameters
    ----------
    connection : Connection
        Nothing is seen by others before its transaction commits.
    territory : str
        Id of the territory.
    new : NewGeneration
        What to write.

    Returns
    -------
    Generation or None
        The generation that was retired to make room.
    """
    replaced = find_replaced(connection, territory, new)
    if replaced is not None:
        connection.execute(update(Generation).where(Generation.id == replaced.id).values(state="retired"))
    generation_id = connection.scalar(
        insert(Generation)
        .values(
            territory_id=territory,
            level=new.level,
            valid_from=new.valid_from,
            valid_to=new.valid_to,
            state="active",
            schematic=new.schematic,
            source=new.source,
            licence=new.licence,
            checksum=new.checksum,
            checks=dict(new.checks),
            loaded_by=new.loaded_by,
        )
        .returning(Generation.id)
    )
    if replaced is not None:
        _respell_units(connection, new, replaced)
    unit_ids = _put_units(connection, territory, new)
    parents = _parent_ids(connection, territory, new, replaced)
    connection.execute(
        insert(Boundary),
        [
            {
                "generation_id": generation_id,
                "unit_id": unit_ids[code],
                "parent_id": parents.get(code),
                "geom": from_shape(geometry, srid=4326, extended=True),
                "area_m2": abs(_ELLIPSOID.geometry_area_perimeter(geometry)[0]),
            }
            for code, geometry in zip(new.units["code"], new.units.geometry, strict=True)
        ],
    )
    announce(connection)
    return replaced


def _respell_units(connection: Connection, new: NewGeneration, replaced: values.Generation) -> None:
    """Let units that come again for the same period keep their identity, though a name is spelt anew (Hòa, Hoà)."""
    names = dict(zip(new.units["code"], new.units["name"], strict=True))
    known = select(Unit.id, Unit.code, Unit.name).join(Boundary, Boundary.unit_id == Unit.id)
    for unit in connection.execute(known.where(Boundary.generation_id == replaced.id)).all():
        name = names.get(unit.code, unit.name)
        same = aliased(Unit)
        taken = select(same.id).where(same.territory_id == Unit.territory_id, same.level == Unit.level)
        taken = taken.where(same.code == unit.code, same.name == name)
        if name != unit.name:
            connection.execute(update(Unit).where(Unit.id == unit.id, ~taken.exists()).values(name=name))


def _put_units(connection: Connection, territory: str, new: NewGeneration) -> dict[str, int]:
    """Write the units that are not known yet; return the id of each code of the generation."""
    rows = [
        {"territory_id": territory, "level": new.level, **row}
        for row in new.units[["code", "kind", "name", "name_en"]].to_dict("records")
    ]
    statement = upsert(Unit).values(rows)
    # Setting what is there already makes the row's id come back.
    statement = statement.on_conflict_do_update(
        constraint="uq_unit_territory_id_level_code_name",
        set_={"kind": statement.excluded.kind, "name_en": statement.excluded.name_en},
    )
    return {row.code: row.id for row in connection.execute(statement.returning(Unit.code, Unit.id))}


def _parent_ids(
    connection: Connection, territory: str, new: NewGeneration, replaced: values.Generation | None
) -> dict[str, int]:
    """Find what each unit is part of: as the file says, else as the replaced generation said, else the city."""
    if new.level == "city":
        return {}
    parents: dict[str, int] = {}
    city = _active_codes(connection, territory, "city", new.valid_from)
    if len(city) == 1:
        parents = dict.fromkeys(new.units["code"], next(iter(city.values())))
    if replaced is not None:
        said = select(Unit.code, Boundary.parent_id).join(Unit, Unit.id == Boundary.unit_id)
        said = said.where(Boundary.generation_id == replaced.id, Boundary.parent_id.is_not(None))
        parents |= {row.code: row.parent_id for row in connection.execute(said)}
    if "parent_code" in new.units:
        districts = _active_codes(connection, territory, "district", new.valid_from)
        given = new.units.loc[new.units["parent_code"].notna(), ["code", "parent_code"]]
        parents |= {row.code: districts[row.parent_code] for row in given.itertuples() if row.parent_code in districts}
    return parents


def _active_codes(connection: Connection, territory: str, level: str, day: dt.date) -> dict[str, int]:
    """Id of the units of a level that are in force on a day, by code."""
    query = (
        select(Unit.code, Unit.id)
        .join(Boundary, Boundary.unit_id == Unit.id)
        .join(Generation, Generation.id == Boundary.generation_id)
        .where(Generation.territory_id == territory, Generation.level == level, Generation.state == "active")
        .where(Generation.period.contains(day))
    )
    return {row.code: row.id for row in connection.execute(query)}


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
    shapes = connection.execute(
        select(Boundary.unit_id, func.ST_AsBinary(Boundary.geom)).where(Boundary.generation_id == generation.id)
    ).all()
    in_layer = [units[unit_id] for unit_id, _ in shapes]
    locator = Locator.build([unit.code for unit in in_layer], shapely.from_wkb([bytes(wkb) for _, wkb in shapes]))
    by_code = {unit.code: unit for unit in in_layer}
    ordered = tuple(by_code[code] for code in locator.codes)
    beside = [other.id for other in active if other.holds(generation.valid_from)]
    return Layer(generation, locator, ordered, _read_ancestors(connection, beside, ordered, units))


def _read_ancestors(
    connection: Connection, generations: Sequence[int], layer: Sequence[values.Unit], units: Mapping[int, values.Unit]
) -> tuple[tuple[values.Unit, ...], ...]:
    """Follow each unit of a layer upwards (district, city) through the generations in force beside it."""
    said = select(Boundary.unit_id, Boundary.parent_id)
    said = said.where(Boundary.generation_id.in_(generations), Boundary.parent_id.is_not(None))
    parent_of = {row.unit_id: row.parent_id for row in connection.execute(said)}

    def upwards(unit: int) -> Iterator[values.Unit]:
        while (parent := parent_of.get(unit)) is not None:
            yield units[parent]
            unit = parent

    return tuple(tuple(upwards(unit.id)) for unit in layer)
