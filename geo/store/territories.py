"""Territories and categories in the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as upsert

from geo.errors import NotFoundError, RefusedError
from geo.store.schema import Category, Territory
from geo.units import territory as values


def put_territory(connection: Connection, territory: values.Territory) -> None:
    """Write a territory, or what has changed of it."""
    row = _row(territory)
    connection.execute(upsert(Territory).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


def add_territory(connection: Connection, territory: values.Territory) -> None:
    """Write a new territory, and the categories if the database has none yet.

    Raises
    ------
    RefusedError
        If its id is taken.
    """
    statement = upsert(Territory).values(_row(territory)).on_conflict_do_nothing()
    if connection.scalar(statement.returning(Territory.id)) is None:
        raise RefusedError(f"territory {territory.id!r} is there already: give another id, or list the territories")
    if not connection.scalar(select(Category.code).limit(1)):
        put_categories(connection, values.CATEGORIES)


def read_territory(connection: Connection, territory: str) -> values.Territory:
    """Read a territory by its id; NotFoundError names those that are there."""
    found = list_territories(connection)
    for each in found:
        if each.id == territory:
            return each
    known = ", ".join(each.id for each in found) or "none"
    raise NotFoundError(f"no territory {territory!r} in the database; known: {known}")


def list_territories(connection: Connection) -> list[values.Territory]:
    """Read all territories, by id."""
    rows = connection.execute(select(Territory.__table__).order_by(Territory.id)).mappings()
    return [values.Territory(**{**row, "languages": tuple(row["languages"])}) for row in rows]


def put_categories(connection: Connection, categories: Sequence[values.Category]) -> None:
    """Write categories, or what has changed of them."""
    for position, category in enumerate(categories):
        names = {"name": category.name, "name_en": category.name_en, "position": position}
        statement = upsert(Category).values(code=category.code, **names)
        connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=names))


def read_categories(connection: Connection) -> tuple[values.Category, ...]:
    """Read the categories in their order."""
    rows = connection.execute(select(Category.code, Category.name, Category.name_en).order_by(Category.position))
    return tuple(values.Category(**row) for row in rows.mappings())


def _row(territory: values.Territory) -> dict[str, object]:
    return {
        "id": territory.id,
        "name": territory.name,
        "name_en": territory.name_en,
        "time_zone": territory.time_zone,
        "languages": list(territory.languages),
        "holidays": territory.holidays,
        "metric_srid": territory.metric_srid,
    }
