"""What another table of rules changes against the one in force, in words."""

from collections.abc import Iterator

from geo.responsibility.rule import Rule
from geo.responsibility.rules import RuleSet


def rule_changes(old: RuleSet, new: RuleSet) -> list[str]:
    """Say each rule that comes, goes, moves or changes, and each change of the working time.

    Examples
    --------
    >>> from geo.responsibility.rule import Agency
    >>> from geo.responsibility.checks import Known
    >>> known = Known(frozenset({"waste"}), frozenset({"00292", "00293"}))
    >>> ward = Rule(name="ward", lead=Agency(vi="B", en="B"))
    >>> park = Rule(name="park", units=("00292",), lead=Agency(vi="A", en="A"))
    >>> rule_changes(RuleSet((ward,), known), RuleSet((park, ward), known))
    ["rule 1 'park' is new"]
    """
    before, after = ({rule.name: rule for rule in rules.rules} for rules in (old, new))
    told = [f"rule {position} {rule.name!r} is new" for position, rule in _numbered(new) if rule.name not in before]
    told += [f"rule {position} {rule.name!r} is gone" for position, rule in _numbered(old) if rule.name not in after]
    told += [
        f"rule {position} {rule.name!r}: {change}"
        for position, rule in _numbered(new)
        if rule.name in before
        for change in _field_changes(before[rule.name], rule)
    ]
    stayed = [[name for name in rules if name in before and name in after] for rules in (before, after)]
    if stayed[0] != stayed[1]:
        told.append(f"the order changes from {', '.join(stayed[0])} to {', '.join(stayed[1])}")
    return told + list(_working_time_changes(old, new))


def _numbered(rules: RuleSet) -> Iterator[tuple[int, Rule]]:
    return enumerate(rules.rules, start=1)


def _field_changes(old: Rule, new: Rule) -> Iterator[str]:
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return (f"{key} changes from {before[key]!r} to {after[key]!r}" for key in after if before[key] != after[key])


def _working_time_changes(old: RuleSet, new: RuleSet) -> Iterator[str]:
    before, after = old.to_content(), new.to_content()
    for table in ("calendar", "limits"):
        for key, value in after[table].items():
            if before[table][key] != value:
                yield f"{table}.{key} changes from {before[table][key]!r} to {value!r}"
