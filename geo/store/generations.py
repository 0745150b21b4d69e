"""Generations as they are told: what is about to be loaded, what is there, and whose periods meet."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from geo.errors import NotFoundError
from geo.store.schema import Boundary, Generation
from geo.units import territory as values

if TYPE_CHECKING:  # a serving process needs no geopandas, and starts a second sooner without it
    import geopandas as gpd

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


def find_generation(connection: Connection, territory: str, id: int) -> values.Generation:
    """Read a generation by its id; NotFoundError names those of the territory."""
    found = list_generations(connection, territory)
    for each in found:
        if each.id == id:
            return each
    known = ", ".join(str(number) for number in sorted(each.id for each in found)) or "none"
    raise NotFoundError(f"no generation {id} in territory {territory!r}; known: {known}")


def find_active(
    connection: Connection, territory: str, level: str, valid_from: dt.date, valid_to: dt.date | None
) -> list[values.Generation]:
    """Find the active generations of a level whose periods share a day with this one, by period."""
    return [
        each
        for each in list_generations(connection, territory, level)
        if each.state == "active"
        and (each.valid_to is None or valid_from < each.valid_to)
        and (valid_to is None or each.valid_from < valid_to)
    ]


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
