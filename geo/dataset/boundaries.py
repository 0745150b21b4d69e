"""The boundaries, categories and rules of a folder, put into memory."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.dataset.content import RULES, UNITS, Content
from geo.errors import FileError
from geo.lookup.dispatch import Dispatch, known_to_rules, territory_calendar
from geo.responsibility.rules import RuleSet
from geo.responsibility.written_rules import read_dicts, read_toml, rule_entries
from geo.units.jurisdiction import Jurisdiction
from geo.units.layers import Parents, make_layer
from geo.units.territory import Generation, Unit

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_UNIT = ("unit_id", "level", "code", "kind", "name", "name_en")


def read_units(folder: Path, generation: Generation) -> "GeoDataFrame":
    """Read the units of a generation: the columns of `geo.dataset.columns.UNIT_COLUMNS`."""
    import geopandas as gpd

    path = folder / UNITS / f"generation={generation.id}.parquet"
    try:
        return gpd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: can't be read: {str(error).splitlines()[0]}: export the folder again") from None


def read_dispatch(folder: Path, content: Content) -> Dispatch:
    """Put all that is needed to answer into memory."""
    frames = {each.id: read_units(folder, each) for each in content.generations}
    units = {id: Unit(id, *words) for frame in frames.values() for id, *words in _rows(frame, _UNIT)}
    parents: dict[int, Parents] = {
        generation: {unit: parent or None for unit, parent in _rows(frame, ("unit_id", "parent_id"))}
        for generation, frame in frames.items()
    }
    layers, areas = (
        tuple(
            make_layer(each, content.generations, units, dict(_rows(frames[each.id], ("unit_id", "geometry"))), parents)
            for each in content.generations
            if each.level == level
        )
        for level in ("ward", "area")
    )
    jurisdiction = Jurisdiction(content.territory, layers, areas)
    return Dispatch(jurisdiction, content.categories, _rules(folder, content, jurisdiction))


def _rows(frame: "GeoDataFrame", columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(frame[name].tolist() for name in columns), strict=True))


def _rules(folder: Path, content: Content, jurisdiction: Jurisdiction) -> RuleSet:
    """Read the rules; as those of a database they may name what is no more, or was not exported."""
    known, calendar = known_to_rules(jurisdiction, content.categories), territory_calendar(jurisdiction.territory)
    path = folder / RULES
    if not path.exists():
        return RuleSet((), known, calendar)
    written, _ = read_toml(path)
    rules, _ = read_dicts(rule_entries(written))
    return RuleSet.from_content(written, known.and_all_of(rules.values()), calendar)
