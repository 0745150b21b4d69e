"""What a process must hold to answer for a territory: boundaries, categories, rules and calendar, swapped whole."""

import datetime as dt
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo.columns import Columns, Integers, Moments, Words, column
from geo.errors import InputError
from geo.local_time import local_days
from geo.location.locator import How
from geo.responsibility.deadlines import WorkingCalendar, deadlines
from geo.responsibility.rules import Known, RuleSet
from geo.units.jurisdiction import HeldBy, Jurisdiction
from geo.units.territory import Category, Territory, Unit


@dataclass(frozen=True)
class Assigned(Columns):
    """Who answers for each of n reports, and by when.

    Parameters
    ----------
    rule, lead : ndarray of str
        Name of the rule; the leading agency in the territory's language.
    cooperating : ndarray of tuple of str
    urgency : ndarray of str
    intake_due_at, due_at : ndarray of datetime64[us]
        UTC.
    """

    rule: Words
    lead: Words
    cooperating: Words
    urgency: Words
    intake_due_at: Moments
    due_at: Moments


class AssignedOne(NamedTuple):
    """Who answers for one report, and by when: a row of `Assigned`."""

    rule: str
    lead: str
    cooperating: tuple[str, ...]
    urgency: str
    intake_due_at: dt.datetime
    due_at: dt.datetime


def known_to_rules(jurisdiction: Jurisdiction, categories: Sequence[Category]) -> Known:
    """Give what the rules of a territory may name: what it has boundaries and categories of."""
    areas = [area for layer in jurisdiction.areas for area in layer.units]
    names = {("category", category.code): (category.name, category.name_en) for category in categories}
    return Known(
        categories=frozenset(category.code for category in categories),
        units=frozenset(unit.code for layer in jurisdiction.layers for unit in layer.units),
        levels=frozenset(layer.generation.level for layer in jurisdiction.layers),
        areas=frozenset(area.code for area in areas),
        names=names | {("area", area.code): (area.name, area.name_en) for area in areas},
    )


def territory_calendar(territory: Territory) -> WorkingCalendar:
    """Give the usual working time in a territory's zone, without its country's holidays."""
    return WorkingCalendar(time_zone=territory.time_zone, holidays=territory.holidays)


@dataclass(frozen=True)
class Dispatch:
    """Boundaries, categories, and rules with their working time, of a territory."""

    jurisdiction: Jurisdiction
    categories: tuple[Category, ...]
    rules: RuleSet

    @property
    def calendar(self) -> WorkingCalendar:
        """When the offices of the territory work."""
        return self.rules.calendar

    def category(self, code: str) -> Category:
        """Find a category by its code; InputError names those that there are."""
        for category in self.categories:
            if category.code == code:
                return category
        known = ", ".join(category.code for category in self.categories)
        raise InputError(f"unknown category {code!r}: use one of {known}", "category")

    def areas_at(self, lon: float, lat: float, day: dt.date) -> frozenset[str]:
        """Codes of the named areas that hold a point on a local date."""
        codes: list[str] = []
        for layer in self.jurisdiction.areas:
            if layer.generation.holds(day):
                area, how = layer.locator.locate_one(lon, lat)
                if how is How.EDGE:  # of several areas, or on a border
                    codes += [layer.locator.codes[each] for each in layer.locator.covering([lon], [lat])[1].tolist()]
                elif how is How.INSIDE:
                    codes.append(layer.locator.codes[area])
        return frozenset(codes)

    def assign(self, category: Words, unit_id: Integers, received_at: Moments, areas: HeldBy) -> Assigned:
        """Find the agencies and deadlines of reports.

        Parameters
        ----------
        category : ndarray of str, shape (n,)
        unit_id : ndarray of int64, shape (n,)
            Database ids of units of this dispatch.
        received_at : ndarray of datetime64, shape (n,)
            UTC; its local date chooses the rule.
        areas : HeldBy
            Which named areas hold the points, from `Jurisdiction.areas_of`.
        """
        units = self.jurisdiction.units
        ids, place = np.unique(unit_id, return_inverse=True)
        codes = np.array([units[int(id)].code for id in ids], dtype=object)[place]
        levels = np.array([units[int(id)].level for id in ids], dtype=object)[place]
        days = local_days(received_at, self.jurisdiction.territory.time_zone)
        number = self.rules.match_many(category, codes, levels, days, areas.masks)
        intake_due_at, due_at = deadlines(
            received_at.astype("datetime64[us]"), self.rules.handling(number), self.calendar, self.rules.limits
        )

        # Names depend on rule and unit alone: a few hundred pairs, however many reports.
        pairs, pair = np.unique((number + 1) * (len(ids) + 1) + place, return_inverse=True)
        rule_numbers, places = np.divmod(pairs, len(ids) + 1)
        named = [self._agencies(int(n) - 1, units[int(ids[at])]) for n, at in zip(rule_numbers, places, strict=True)]
        rule, lead, cooperating, urgency = (column([agencies[field] for agencies in named])[pair] for field in range(4))
        return Assigned(rule, lead, cooperating, urgency, intake_due_at, due_at)

    def assign_one(self, category: str, unit: Unit, received_at: dt.datetime, areas: Set[str]) -> AssignedOne:
        """Find the agencies and deadlines of one report, as `assign` does for many, in an eighth of its time for one.

        Parameters
        ----------
        category : str
        unit : Unit
        received_at : datetime
            Aware.
        areas : set of str
            Codes of the named areas that hold the point.
        """
        rules = self.rules
        number = rules.match(category, unit.code, unit.level, self.calendar.local_date(received_at), areas)
        due = deadlines(received_at, rules.rule(number).handling(rules.limits), self.calendar, rules.limits)
        return AssignedOne(*self._agencies(number, unit), *(each.astimezone(dt.UTC) for each in due))

    def _agencies(self, number: int, unit: Unit) -> tuple[str, str, tuple[str, ...], str]:
        rule = self.rules.rule(number)
        cooperating = tuple(agency.names(unit)[0] for agency in rule.cooperating)
        return rule.name, rule.lead.names(unit)[0], cooperating, str(rule.urgency)
