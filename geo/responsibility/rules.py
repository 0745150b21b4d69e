"""Who is responsible for a report: an ordered table of rules, in which the first match wins.

The table is data. It is checked as a whole when it is made, so one that is in use has no unknown code, no rule that can
never match and no two rules that contradict each other.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from geo.errors import InputError
from geo.responsibility.checks import Known, Problem, check
from geo.responsibility.deadlines import CALENDAR, LIMITS, Limits, Urgency, WorkingCalendar, deadlines
from geo.responsibility.rule import OWN_COMMITTEE, Agency, Rule
from geo.responsibility.words import why_it_matched, why_none_matched
from geo.responsibility.written_calendar import CalendarTable, LimitsTable, WorkingTime, read_working_time
from geo.responsibility.written_rules import read_dicts, read_toml, reasons, rule_entries, to_dicts, to_toml
from geo.units.territory import Unit

__all__ = ["OWN_COMMITTEE", "Agency", "Known", "Responsible", "Rule", "RuleSet", "RulesError", "default_rules"]


class RulesError(InputError):
    """A table of rules is refused; ``problems`` has each reason, with the rule's position and name."""

    def __init__(self, problems: Sequence[str]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{count} in the rules: {'; '.join(problems)}", "rules")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Responsible:
    """Who answers for a report, by which rule, and by when.

    Names of agencies are complete (no placeholder), in Vietnamese and, with ``_en``, in English; so is ``why``, which
    says in words how the rule was found. ``assumed``: nobody in charge has confirmed the rule.
    """

    rule: str
    lead: str
    lead_en: str
    cooperating: tuple[str, ...]
    cooperating_en: tuple[str, ...]
    urgency: Urgency
    intake_due: dt.datetime
    due: dt.datetime
    why: str
    why_en: str
    assumed: bool


@dataclass(frozen=True)
class RuleSet:
    """An ordered table of rules without a fault, and the working time in which they are kept.

    Parameters
    ----------
    rules : tuple of Rule
        In the order in which they are tried.
    known : Known
        What the rules may name.
    calendar : WorkingCalendar
        When the offices of the territory work.
    limits : Limits
        How much time there is where a rule does not set its own.

    Raises
    ------
    RulesError
        With all problems at once: a category, unit, level or area that is not known; a name twice; a rule that can
        never match because earlier ones take all its reports; two rules about the same reports whose periods overlap.

    Examples
    --------
    >>> known = Known(categories=frozenset({"waste"}), units=frozenset({"00292"}))
    >>> rules = RuleSet.from_toml('''
    ... [[rule]]
    ... name = "waste-ward"
    ... categories = ["waste"]
    ... lead = { vi = "UBND {unit}", en = "People's Committee of {unit}" }
    ... ''', known)
    >>> ward = Unit(1, "ward", "00292", "phường", "Phường Vĩnh Tuy", "Vinh Tuy Ward")
    >>> answer = rules.responsible("waste", ward, dt.datetime.fromisoformat("2026-01-05T08:00+07:00"))
    >>> answer.rule, answer.lead, answer.due.isoformat()
    ('waste-ward', 'UBND phường Vĩnh Tuy', '2026-01-12T17:00:00+07:00')
    """

    rules: tuple[Rule, ...]
    known: Known = field(repr=False)
    calendar: WorkingCalendar = CALENDAR
    limits: Limits = LIMITS

    def __post_init__(self) -> None:
        """Refuse a table with a fault in it."""
        numbered = dict(enumerate(self.rules, start=1))
        _refuse(_told(check(numbered, self.known), [rule.name for rule in self.rules]))

    @classmethod
    def from_content(
        cls, content: Mapping[str, Any], known: Known, calendar: WorkingCalendar = CALENDAR, lines: Sequence[int] = ()
    ) -> "RuleSet":
        """Make a table from the content of a file: rules under ``rule``, and ``calendar`` and ``limits`` if given.

        Parameters
        ----------
        content : dict
            Plain values; dates may be ISO text.
        known : Known
        calendar : WorkingCalendar
            The territory's: its zone and holidays, and the rest where the content has no calendar.
        lines : sequence of int
            On which line of the file each rule begins, for the messages.
        """
        entries = rule_entries(content)
        rules, malformed = read_dicts(entries)
        names = [entry.get("name") for entry in entries]
        faults = _told(sorted([*malformed, *check(rules, known)], key=lambda problem: problem[0]), names, lines)
        try:
            written = read_working_time(content)
            calendar = written.calendar.applied(calendar) if "calendar" in content else calendar
        except ValidationError as error:
            faults += reasons(error)
        except InputError as error:
            faults.append(f"calendar.{error.field} {error}")
        _refuse(faults)
        return cls(tuple(rules.values()), known, calendar, written.limits.limits())

    @classmethod
    def from_toml(cls, source: Path | str, known: Known, calendar: WorkingCalendar = CALENDAR) -> "RuleSet":
        """Make a table from a TOML file (a path) or from TOML text (a str), one [[rule]] after the other."""
        content, lines = read_toml(source)
        return cls.from_content(content, known, calendar, lines)

    def to_content(self) -> dict[str, Any]:
        """Give all that JSON can hold of it; `from_content` makes the same table of it."""
        return {**self._working_time.model_dump(mode="json"), "rule": to_dicts(self.rules)}

    def to_toml(self) -> str:
        """Give it as TOML text; `from_toml` makes the same table of it."""
        return to_toml(self.rules, self._working_time)

    @property
    def _working_time(self) -> WorkingTime:
        return WorkingTime(calendar=CalendarTable.of(self.calendar), limits=LimitsTable.of(self.limits))

    def match(self, category: str, unit: str, level: str, at: dt.date, areas: Set[str] = frozenset()) -> int:
        """Give the number of the first rule that matches: an index into ``rules``, or -1 when none does.

        Parameters
        ----------
        category : str
        unit, level : str
            Code and level of the unit.
        at : date
            Local date of receipt.
        areas : set of str
            Codes of the named areas in which the point lies.

        Raises
        ------
        InputError
            A category that the territory does not have.
        """
        self._refuse_unknown([category])
        tries = (n for n, rule in enumerate(self.rules) if rule.applies(category, unit, level, areas, at))
        return next(tries, -1)

    def match_many(
        self,
        categories: ArrayLike,
        units: ArrayLike,
        levels: ArrayLike,
        at: NDArray[np.datetime64],
        areas: Mapping[str, NDArray[np.bool_]] | None = None,
    ) -> NDArray[np.intp]:
        """Give what `match` gives, for arrays of n reports.

        Parameters
        ----------
        categories, units, levels : array of str, shape (n,)
            Or one value for all. A missing code of a unit matches the rules that name no unit.
        at : array of datetime64, shape (n,)
            Local dates of receipt, as `WorkingCalendar.local_date` gives them; NaT matches no rule.
        areas : dict of array of bool, shape (n,), optional
            For each named area whether the points lie in it; an area that is left out has none.

        Returns
        -------
        array of int, shape (n,)
            Indices into ``rules``; -1 where no rule matches.
        """
        days = np.asarray(at, dtype="datetime64[D]")
        columns = [_Column(values, days.shape) for values in (categories, units, levels)]
        self._refuse_unknown(columns[0].values)
        numbers = np.full(days.shape, -1, dtype=np.intp)
        for number, rule in reversed(list(enumerate(self.rules))):  # backwards, so that the first match is written last
            matches = (days >= np.datetime64(rule.first_day)) & (days < np.datetime64(rule.day_after))
            for column, wanted in zip(columns, (rule.categories, rule.units, rule.levels), strict=True):
                matches &= column.is_one_of(wanted)
            if rule.areas:
                inside = [(areas or {}).get(area, np.zeros(days.shape, dtype=bool)) for area in rule.areas]
                matches &= np.any(inside, axis=0)
            numbers[matches] = number
        return numbers

    def rule(self, number: int) -> Rule:
        """Give the rule behind a number from `match`; -1 is the unit's own committee."""
        return OWN_COMMITTEE if number < 0 else self.rules[number]

    def handling(self, numbers: NDArray[np.intp]) -> NDArray[np.timedelta64]:
        """Working time for handling behind each number from `match_many`, as `deadlines` takes it."""
        times = [rule.handling(self.limits) for rule in (*self.rules, OWN_COMMITTEE)]
        return np.array(times, dtype="timedelta64[us]")[numbers]

    def responsible(
        self, category: str, unit: Unit, received_at: dt.datetime, areas: Set[str] = frozenset()
    ) -> Responsible:
        """Give the agencies and deadlines of a report in a unit, and the reason.

        Parameters
        ----------
        category : str
        unit : Unit
        received_at : datetime
            Aware; its date in the calendar's zone chooses the rule.
        areas : set of str
            Codes of the named areas in which the point lies.

        Raises
        ------
        InputError
            A category that the territory does not have, a datetime without a time zone, a year that the calendar does
            not know.
        """
        day = self.calendar.local_date(received_at)
        number = self.match(category, unit.code, unit.level, day, areas)
        rule = self.rule(number)
        intake_due, due = deadlines(received_at, rule.handling(self.limits), self.calendar, self.limits)
        lead, lead_en = rule.lead.names(unit)
        cooperating = [agency.names(unit) for agency in rule.cooperating]
        count = len(self.rules)
        why, why_en = (
            why_none_matched(count, category, unit, day, self.known)
            if number < 0
            else why_it_matched(number + 1, count, rule, category, unit, areas, self.known)
        )
        return Responsible(
            rule=rule.name,
            lead=lead,
            lead_en=lead_en,
            cooperating=tuple(vi for vi, _ in cooperating),
            cooperating_en=tuple(en for _, en in cooperating),
            urgency=rule.urgency,
            intake_due=intake_due,
            due=due,
            why=why,
            why_en=why_en,
            assumed=rule.assumed,
        )

    def _refuse_unknown(self, categories: Iterable[str]) -> None:
        if unknown := set(categories) - self.known.categories:
            known = ", ".join(sorted(self.known.categories))
            raise InputError(f"unknown category {min(map(str, unknown))!r}: give one of {known}", "category")


def default_rules(known: Known, calendar: WorkingCalendar = CALENDAR) -> RuleSet:
    """Hanoi's rules for waste, parking and fire risk, assumed from cases in the press."""
    text = resources.files("geo").joinpath("data/rules_default.toml").read_text(encoding="utf-8")
    return RuleSet.from_toml(text, known, calendar)


class _Column:
    """A column of text with few different values, so that a rule looks at each value once and not at each report."""

    def __init__(self, values: ArrayLike, shape: tuple[int, ...]) -> None:
        import pandas as pd  # late: a service starts a second sooner without it

        codes, self.values = pd.factorize(np.asarray(values, dtype=object).ravel())
        self._codes = np.broadcast_to(codes.reshape(np.shape(values)), shape)

    def is_one_of(self, wanted: Sequence[str]) -> NDArray[np.bool_]:
        if not wanted:
            return np.broadcast_to(np.True_, self._codes.shape)
        among = [value in wanted for value in self.values]
        return np.array([*among, False])[self._codes]  # a missing value has code -1: the last


def _told(problems: Sequence[Problem], names: Sequence[Any], lines: Sequence[int] = ()) -> list[str]:
    """Say each problem with its rule's position, name and, if there is one for each rule, line."""
    where = [f"line {line}: " for line in lines] if len(lines) == len(names) else [""] * len(names)
    return [f"{where[position - 1]}rule {position} {names[position - 1]!r}: {reason}" for position, reason in problems]


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise RulesError(faults)
