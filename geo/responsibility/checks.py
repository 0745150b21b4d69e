"""What can be wrong with an ordered table of rules as a whole: problems, each with its rule's position (from 1)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from geo.responsibility.rule import OWN_COMMITTEE, Rule

Problem = tuple[int, str]
Numbered = Mapping[int, Rule]
OTHER = ""
"""Stands for every unit, or every place, that no rule names."""


@dataclass(frozen=True)
class Known:
    """What a rule may name: the categories, codes of units, levels and codes of named areas of a territory.

    Parameters
    ----------
    categories, units, levels, areas : frozenset of str
        Codes. Levels are those at which reports are located.
    names : dict, optional
        Vietnamese and English name by ("category" or "area", code); a code without a name stands for itself.
    """

    categories: frozenset[str]
    units: frozenset[str]
    levels: frozenset[str] = frozenset({"ward"})
    areas: frozenset[str] = frozenset()
    names: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)

    def name(self, what: str, code: str) -> tuple[str, str]:
        """Vietnamese and English name of a category or area."""
        return self.names.get((what, code), (code, code))

    def and_all_of(self, rules: Iterable[Rule]) -> "Known":
        """Give what is known and what these rules name, with units to come.

        Rules that were fine when they were saved stay in force when a unit that they name is no more: they are fine by
        this, because more of what may be named only adds reports that a rule can match.
        """
        every = list(rules)
        return replace(
            self,
            categories=self.categories.union(*(rule.categories for rule in every)),
            units=self.units.union({OTHER}, *(rule.units for rule in every)),
            levels=self.levels.union(*(rule.levels for rule in every)),
            areas=self.areas.union(*(rule.areas for rule in every)),
        )


def check(rules: Numbered, known: Known) -> list[Problem]:
    """Give every problem of a table, in the order of the rules."""
    unreachable = dict(_unreachable(rules, known))
    problems = [*_unknown(rules, known), *_names(rules), *unreachable.items(), *_overlaps(rules, unreachable)]
    return sorted(problems, key=lambda problem: problem[0])


def label(position: int, rule: Rule) -> str:
    """Give a rule's position and name, as messages call it."""
    return f"rule {position} {rule.name!r}"


def _unknown(rules: Numbered, known: Known) -> Iterator[Problem]:
    for position, rule in rules.items():
        for what, named, allowed in (
            ("category", rule.categories, known.categories),
            ("unit", rule.units, known.units),
            ("level", rule.levels, known.levels),
            ("area", rule.areas, known.areas),
        ):
            if missing := sorted(set(named) - allowed):
                yield position, f"unknown {what} {', '.join(missing)} ({_hint(what, allowed)})"


def _hint(what: str, allowed: frozenset[str]) -> str:
    if what in ("unit", "area"):
        return "correct the code, or load its boundary first"
    return f"known: {', '.join(sorted(allowed))}"


def _names(rules: Numbered) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, rule in rules.items():
        if rule.name == OWN_COMMITTEE.name:
            yield position, "the name is kept for reports that no rule matches: choose another"
        elif first.setdefault(rule.name, position) != position:
            yield position, f"rule {first[rule.name]} has this name already: each rule needs its own"


def _overlaps(rules: Numbered, unreachable: Mapping[int, str]) -> Iterator[Problem]:
    for (i, earlier), (j, later) in combinations(rules.items(), 2):
        begin, end = max(earlier.first_day, later.first_day), min(earlier.day_after, later.day_after)
        if j not in unreachable and begin < end and _about(earlier) == _about(later):
            until = "" if end == dt.date.max else f" before {end}"
            yield j, f"overlaps in time with {label(i, earlier)}, which is about the same reports, from {begin}{until}"


def _about(rule: Rule) -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, (rule.categories, rule.units, rule.levels, rule.areas)))


def _unreachable(rules: Numbered, known: Known) -> Iterator[Problem]:
    """Find the rules for which earlier ones leave no report at all.

    The rules cut all possible reports into finitely many kinds: a box whose axes are the categories, units, levels,
    areas and periods that they tell apart. A report in one area or none stands for those in several, because more
    areas only match more rules.
    """
    boxes = {position: _axes(rule, rules, known) for position, rule in rules.items()}
    taken: NDArray[np.bool_] | np.bool_ = np.False_
    for position, axes in boxes.items():
        kinds = reduce(np.logical_and.outer, axes)
        if not np.any(kinds & ~taken):
            before = [label(i, rules[i]) for i in boxes if i < position and _meet(boxes[i], axes)]
            yield position, f"can never match, {' and '.join(before)} before it: move it up, or narrow what precedes"
        taken = taken | kinds


def _axes(rule: Rule, rules: Numbered, known: Known) -> list[NDArray[np.bool_]]:
    others = list(rules.values())
    units = {code for other in others for code in other.units}
    days = sorted({day for other in others for day in (other.first_day, other.day_after)} - {dt.date.max})
    return [
        _axis(rule.categories, known.categories.union(*(other.categories for other in others))),
        _axis(rule.units, units | ({OTHER} if known.units - units else set())),
        _axis(rule.levels, known.levels.union(*(other.levels for other in others))),
        _axis(rule.areas, {OTHER}.union(*(other.areas for other in others))),
        np.array([rule.first_day <= day < rule.day_after for day in days]),
    ]


def _meet(one: list[NDArray[np.bool_]], other: list[NDArray[np.bool_]]) -> bool:
    return all(np.any(a & b) for a, b in zip(one, other, strict=True))


def _axis(wanted: Sequence[str], values: frozenset[str] | set[str]) -> NDArray[np.bool_]:
    return np.array([not wanted or value in wanted for value in sorted(values)])
