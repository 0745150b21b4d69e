"""Rules of responsibility in the database: each load a set of its own, of which the newest is in force."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from geo.errors import NotFoundError
from geo.responsibility.checks import Known
from geo.responsibility.rule import Rule as RuleValue
from geo.responsibility.rules import RuleSet as RuleTable
from geo.responsibility.rules import default_rules
from geo.responsibility.working_time import WorkingCalendar
from geo.store.follow import announce
from geo.store.schema import Rule, RuleSet
from geo.units.territory import HANOI

_COLUMNS = tuple(RuleValue.model_fields)


@dataclass(frozen=True)
class LoadedRules:
    """One load of rules: ``loaded_at`` is when it came into force, until the next one of the territory."""

    id: int
    loaded_at: dt.datetime
    loaded_by: str
    source: str
    checksum: str
    rules: int


def put_rules(connection: Connection, territory: str, rules: RuleTable, source: str, loaded_by: str) -> int | None:
    """Put rules into force, within the caller's transaction; processes that answer are woken when it commits.

    Parameters
    ----------
    connection : Connection
    territory : str
        Id of a territory that is there.
    rules : RuleSet
    source : str
        Name of the file.
    loaded_by : str

    Returns
    -------
    int or None
        The number of the new set; None if the same rules are in force already, and nothing was written.
    """
    checksum = rules_checksum(rules)
    history = list_rule_sets(connection, territory)
    if history and history[-1].checksum == checksum:
        return None
    content = rules.to_content()
    number: int = connection.execute(
        insert(RuleSet)
        .values(
            territory_id=territory,
            loaded_by=loaded_by,
            source=source,
            checksum=checksum,
            calendar=content["calendar"],
            limits=content["limits"],
        )
        .returning(RuleSet.id)
    ).scalar_one()
    rows = [
        {"rule_set_id": number, "position": position, **rule.model_dump(mode="python")}
        for position, rule in enumerate(rules.rules, start=1)
    ]
    if rows:
        connection.execute(insert(Rule), rows)
    announce(connection)
    return number


def rules_checksum(rules: RuleTable) -> str:
    """Sha256 of rules as they are written down: the same for the same rules, however their file is laid out."""
    return hashlib.sha256(rules.to_toml().encode()).hexdigest()


def list_rule_sets(connection: Connection, territory: str) -> list[LoadedRules]:
    """Read who loaded which rules when, the newest last: that one is in force."""
    columns = [getattr(RuleSet, name) for name in LoadedRules.__dataclass_fields__ if name != "rules"]
    count = select(func.count()).where(Rule.rule_set_id == RuleSet.id).scalar_subquery().label("rules")
    query = select(*columns, count).where(RuleSet.territory_id == territory).order_by(RuleSet.id)
    return [LoadedRules(**row) for row in connection.execute(query).mappings()]


def rules_version(connection: Connection, territory: str) -> int:
    """Give a number that is another one whenever rules come into force."""
    newest = select(func.coalesce(func.max(RuleSet.id), 0)).where(RuleSet.territory_id == territory)
    return connection.execute(newest).scalar_one()


def read_rules(
    connection: Connection, territory: str, known: Known, calendar: WorkingCalendar, number: int | None = None
) -> RuleTable:
    """Read the rules of a territory.

    They are not held again to what may be named: rules whose unit is no more since they were loaded stay in force.
    A territory without any has no rules, so that each unit's own committee answers; Hanoi has the bundled ones.

    Parameters
    ----------
    connection : Connection
    territory : str
    known : Known
        What the territory has, with the names of it.
    calendar : WorkingCalendar
        The territory's: its zone and holidays.
    number : int, optional
        Which set; the one in force if not given.

    Raises
    ------
    NotFoundError
        No such set.
    """
    query = select(RuleSet.id, RuleSet.calendar, RuleSet.limits).where(RuleSet.territory_id == territory)
    if number is not None:
        query = query.where(RuleSet.id == number)
    found = connection.execute(query.order_by(RuleSet.id.desc()).limit(1)).one_or_none()
    if found is None:
        if number is not None:
            there = ", ".join(str(each.id) for each in list_rule_sets(connection, territory)) or "none"
            raise NotFoundError(f"no rule set {number} of territory {territory!r}; known: {there}")
        return default_rules(known, calendar) if territory == HANOI.id else RuleTable((), known, calendar)
    entries = _read_entries(connection, found.id)
    rules = [RuleValue.model_validate(entry) for entry in entries]
    content = {"calendar": found.calendar, "limits": found.limits, "rule": entries}
    return RuleTable.from_content(content, known.and_all_of(rules), calendar)


def _read_entries(connection: Connection, number: int) -> list[dict[str, Any]]:
    """Read the rules of a set as a file has them: what is empty is left out."""
    query = select(*(getattr(Rule, name) for name in _COLUMNS)).where(Rule.rule_set_id == number)
    rows = connection.execute(query.order_by(Rule.position)).mappings()
    return [{name: value for name, value in row.items() if value not in (None, [])} for row in rows]
