"""From a file that passes the gate to a generation that can be written, beside the schematic ones."""

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd

from boundaries.checked import describe, require_passed
from boundaries.facts import english_name
from boundaries.files import UnitFile
from boundaries.report import GateReport
from geo.errors import FileError, InputError
from geo.location.locator import Locator
from geo.store.boundaries import (
    Connection,
    NewGeneration,
    Outcome,
    add_draft,
    add_generation,
    list_generations,
    put_categories,
    put_territory,
)
from geo.store.relocation import Relocated, find_relocated
from geo.units.territory import CATEGORIES, HANOI, Generation

_AREA_KIND = "Khu vực"


def new_generation(
    file: UnitFile,
    report: GateReport,
    *,
    level: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    source: str,
    licence: str,
    loaded_by: str,
) -> NewGeneration:
    """Make a generation of the units of a file, as the gate repaired them.

    Parameters
    ----------
    file : UnitFile
        Where the units come from.
    report : GateReport
        What the gate says about them.
    level : str
        One of `geo.vocabulary.LEVELS`.
    valid_from, valid_to : date
        Half-open period: ``valid_to`` is the first day on which the units are no longer in force.
    source, licence, loaded_by : str
        Where the file comes from, what allows its use, who loads it.

    Returns
    -------
    NewGeneration
        Its checks hold the gate's report and how the coordinates came to WGS 84.

    Raises
    ------
    RefusedError
        If the gate refuses the units.
    InputError
        If the period is empty.
    FileError
        If a unit has no kind, or its English name is missing and can't be made from its Vietnamese one.
    """
    if valid_to is not None and valid_to <= valid_from:
        raise InputError(
            f"the period from {valid_from} to {valid_to} is empty: its end is the first day that is no longer in it",
            field="valid_to",
        )
    require_passed(file, report)
    return NewGeneration(
        level=level,
        valid_from=valid_from,
        valid_to=valid_to,
        units=_named(file, report.repaired, level),
        source=source,
        licence=licence,
        checksum=file.sha256,
        loaded_by=loaded_by,
        checks=describe(file, report),
    )


def _named(file: UnitFile, units: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Give each unit its kind and its English name."""
    kinds = [kind or (_AREA_KIND if level == "area" else None) for kind in units["kind"]]
    english = [
        given or _english_name(file, level, code, name, kind)
        for given, code, name, kind in zip(units["name_en"], units["code"], units["name"], kinds, strict=True)
    ]
    named = units.assign(kind=kinds, name_en=english)
    return named[["code", "name", "name_en", "kind", "parent_code", "geometry"]]


def _english_name(file: UnitFile, level: str, code: str, name: str, kind: str | None) -> str:
    if level == "area":
        return name
    try:
        return english_name(name, kind or "")
    except InputError as error:
        raise FileError(f"{file.name}: unit {code} needs columns kind and name_en: {error}") from error


@dataclass(frozen=True)
class Loading:
    """A generation on its way into the database.

    Parameters
    ----------
    territory : str
    new : NewGeneration
    replace, end : int, optional
        Generations that make room; see `geo.store.boundaries.activate`.
    draft : bool
        Write it, but let it answer nothing.
    """

    territory: str
    new: NewGeneration
    replace: int | None = None
    end: int | None = None
    draft: bool = False

    def relocated(self, connection: Connection) -> Relocated | None:
        """Find the reports whose unit would change if a generation of the same period gives way; None if none does."""
        new = self.new
        period = (new.valid_from, new.valid_to)
        active = [old for old in list_generations(connection, self.territory, new.level) if old.state == "active"]
        old = next((old for old in active if (old.valid_from, old.valid_to) == period), None)
        if old is None or new.level != "ward":
            return None
        return find_relocated(connection, old, Locator.build(new.units["code"].tolist(), new.units.geometry.to_numpy()))

    def put(self, connection: Connection) -> Outcome:
        """Write the generation within the caller's transaction."""
        if self.draft:
            return Outcome(add_draft(connection, self.territory, self.new, self.replace))
        return add_generation(connection, self.territory, self.new, replace=self.replace, end=self.end)


def find_loaded(connection: Connection, loading: Loading) -> Generation | None:
    """Find the generation of the same level, period and state that was made from the same file."""
    new, state = loading.new, "draft" if loading.draft else "active"
    wanted = (new.checksum, new.valid_from, new.valid_to, state)
    found = list_generations(connection, loading.territory, new.level)
    return next((old for old in found if (old.checksum, old.valid_from, old.valid_to, old.state) == wanted), None)


def find_previous(connection: Connection, territory: str, level: str, valid_from: dt.date) -> Generation | None:
    """Find the active generation in force on a day, or the last one before it."""
    active = (old for old in list_generations(connection, territory, level) if old.state == "active")
    begun = [old for old in active if old.valid_from <= valid_from]
    return begun[-1] if begun else None


def ensure_bundled(connection: Connection, loaded_by: str) -> bool:
    """Write Hanoi with its schematic boundaries and categories, if it has no boundaries of any kind.

    Returns
    -------
    bool
        Whether there was something to write.
    """
    if list_generations(connection, HANOI.id):
        return False
    put_territory(connection, HANOI)  # locks its row: whoever does the same at the same time waits here
    if list_generations(connection, HANOI.id):
        return False
    from boundaries.bundled import schematic_generations  # brings scipy: not for each load of a file

    put_categories(connection, CATEGORIES)
    for generation in schematic_generations(loaded_by):
        add_generation(connection, HANOI.id, generation)
    return True
