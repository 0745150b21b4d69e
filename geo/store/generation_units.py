"""The units of a generation: identities that are kept, shapes that are new, and what each is part of."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import shapely
from geoalchemy2.shape import from_shape
from pyproj import Geod
from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from geo.store.generations import NewGeneration
from geo.store.schema import Boundary, Generation, Unit

if TYPE_CHECKING:  # a serving process needs no geopandas, and starts a second sooner without it
    import geopandas as gpd

_ELLIPSOID = Geod(ellps="WGS84")


def put_units(
    connection: Connection, territory: str, new: NewGeneration, generation: int, *, beside: int | None
) -> None:
    """Write the units of a generation with their shapes; those that are known keep their kind and English name.

    Parameters
    ----------
    connection : Connection
    territory : str
    new : NewGeneration
    generation : int
        Id of its row.
    beside : int, optional
        A generation of the same level and period: what its units were part of is taken from it, if the new one
        does not say it.

    See Also
    --------
    take_over_names : Brings kinds and English names up to date, once the generation is in force.
    """
    unit_ids = _put_identities(connection, territory, new)
    parents = _parent_ids(connection, territory, new, beside)
    connection.execute(
        insert(Boundary),
        [
            {
                "generation_id": generation,
                "unit_id": unit_ids[code],
                "parent_id": parents.get(code),
                "file_kind": kind,
                "file_name_en": name_en,
                "geom": from_shape(geometry, srid=4326, extended=True),
                "area_m2": abs(_ELLIPSOID.geometry_area_perimeter(geometry)[0]),
            }
            for code, kind, name_en, geometry in zip(
                *(new.units[column] for column in ("code", "kind", "name_en")), new.units.geometry, strict=True
            )
        ],
    )


def take_over_names(connection: Connection, generation: int) -> None:
    """Give the units of a generation the kinds and the English names that its file has for them."""
    told = update(Unit).where(Unit.id == Boundary.unit_id, Boundary.generation_id == generation)
    kind, name_en = func.coalesce(Boundary.file_kind, Unit.kind), func.coalesce(Boundary.file_name_en, Unit.name_en)
    connection.execute(told.values(kind=kind, name_en=name_en))


def keep_identities(connection: Connection, generation: int, replaced: int) -> None:
    """Let units that come again for the same period keep their identity, though a name is spelt anew (Hòa, Hoà)."""
    for unit in _spelt_anew(connection, generation, replaced):
        for column in (Boundary.unit_id, Boundary.parent_id):
            connection.execute(update(Boundary).where(column == unit.id).values({column.key: unit.kept}))
        connection.execute(delete(Unit).where(Unit.id == unit.id))
        connection.execute(update(Unit).where(Unit.id == unit.kept).values(name=unit.name))


def _spelt_anew(connection: Connection, generation: int, replaced: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Find the units that no generation but this one and drafts has, and whose code the replaced one gives another."""
    kept, shape, before, other = aliased(Unit), aliased(Boundary), aliased(Boundary), aliased(Boundary)
    elsewhere = (
        exists()
        .where(other.unit_id == Unit.id, other.generation_id == Generation.id)
        .where(Generation.id != generation, Generation.state != "draft")
    )
    query = (
        select(kept.id.label("kept"), Unit.id, Unit.name)
        .join(before, before.unit_id == kept.id)
        .join(Unit, Unit.code == kept.code)
        .join(shape, shape.unit_id == Unit.id)
        .where(before.generation_id == replaced, shape.generation_id == generation, Unit.id != kept.id, ~elsewhere)
    )
    return connection.execute(query).all()


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
    import geopandas as gpd
    import pandas as pd

    rows = pd.DataFrame(connection.execute(query).all(), columns=["code", "name", "name_en", "kind", "wkb"])
    shapes = shapely.from_wkb(rows.pop("wkb").map(bytes).to_numpy())
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)


def _put_identities(connection: Connection, territory: str, new: NewGeneration) -> dict[str, int]:
    """Write the units that are not known yet; return the id of each code of the generation."""
    rows = [
        {"territory_id": territory, "level": new.level, **row}
        # In one order, so that two loads at once wait for each other and never deadlock.
        for row in new.units[["code", "kind", "name", "name_en"]].sort_values("code").to_dict("records")
    ]
    # Setting what is there already makes the row's id come back.
    statement = (
        upsert(Unit)
        .values(rows)
        .on_conflict_do_update(constraint="uq_unit_territory_id_level_code_name", set_={"code": Unit.code})
    )
    return {row.code: row.id for row in connection.execute(statement.returning(Unit.code, Unit.id))}


def _parent_ids(connection: Connection, territory: str, new: NewGeneration, beside: int | None) -> dict[str, int]:
    """Find what each unit is part of: as the file says, else as the generation beside it says, else the city."""
    if new.level == "city":
        return {}
    parents: dict[str, int] = {}
    city = _active_codes(connection, territory, "city", new.valid_from)
    if len(city) == 1:
        parents = dict.fromkeys(new.units["code"], next(iter(city.values())))
    if beside is not None:
        said = select(Unit.code, Boundary.parent_id).join(Unit, Unit.id == Boundary.unit_id)
        said = said.where(Boundary.generation_id == beside, Boundary.parent_id.is_not(None))
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
