"""Why a rule answers for a report, in Vietnamese and in English."""

import datetime as dt
from collections.abc import Iterable, Set

from geo.responsibility.checks import Known
from geo.responsibility.rule import Rule
from geo.units.territory import Unit

LEVELS = {
    "ward": ("phường, xã", "ward"),
    "district": ("quận, huyện", "district"),
    "city": ("thành phố", "city"),
}


def why_it_matched(
    position: int, count: int, rule: Rule, category: str, unit: Unit, areas: Set[str], known: Known
) -> tuple[str, str]:
    """Say which of a rule's conditions the report met.

    Parameters
    ----------
    position, count : int
        Place of the rule in its table, from 1, and how many rules there are.
    rule : Rule
    category : str
    unit : Unit
    areas : set of str
        Codes of the named areas in which the point lies.
    known : Known
        With the names of categories and areas.

    Returns
    -------
    tuple of (str, str)
        Vietnamese, English.
    """
    conditions = [
        *([("loại", "category", known.name("category", category))] if rule.categories else []),
        *([("đơn vị", "unit", (unit.name, unit.name_en))] if rule.units else []),
        *([("cấp", "level", LEVELS.get(unit.level, (unit.level, unit.level)))] if rule.levels else []),
        *(("khu vực", "area", known.name("area", code)) for code in rule.areas if code in areas),
        *([("từ", "from", _alike(rule.valid_from))] if rule.valid_from else []),
        *([("trước", "before", _alike(rule.valid_to))] if rule.valid_to else []),
    ]
    vi = _joined(f"{what} {name}" for what, _, (name, _) in conditions) or "mọi phản ánh"
    en = _joined(f"{what} {name}" for _, what, (_, name) in conditions) or "every report"
    return (
        f"quy tắc {position} '{rule.name}' là quy tắc đầu tiên khớp trong {count} quy tắc:"
        f" {vi}{' (giả định)' if rule.assumed else ''}",
        f"rule {position} '{rule.name}' is the first of {count} that matches:"
        f" {en}{' (assumed)' if rule.assumed else ''}",
    )


def why_none_matched(count: int, category: str, unit: Unit, day: dt.date, known: Known) -> tuple[str, str]:
    """Say that the unit's own committee answers, and why; Vietnamese, English."""
    name, name_en = known.name("category", category)
    return (
        f"không quy tắc nào trong {count} quy tắc khớp với {name} tại {unit.name} ngày {day}:"
        " UBND của chính đơn vị chịu trách nhiệm",
        f"none of {count} rules matches {name_en} in {unit.name_en} on {day}: the unit's own committee answers",
    )


def _alike(day: dt.date) -> tuple[str, str]:
    return day.isoformat(), day.isoformat()


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)
