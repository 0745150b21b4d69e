"""Answers for many points at once: the same as `geo.lookup.answer.locate` gives for each, as columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from geo.columns import Floats, Integers, Truths, column, missing
from geo.errors import HienTruongError, InputError
from geo.location.locator import How
from geo.lookup.asked import Asked
from geo.lookup.dispatch import Dispatch
from geo.lookup.refusals import can_be_meant, matched_rules, refusals, without_deadline
from geo.units.jurisdiction import Layer, Placed
from geo.units.territory import Unit

__all__ = ["FIELDS", "HOW_WORDS", "INVALID", "Answers", "Asked", "answer_many"]

INVALID = len(How)
"""Stands beside the values of `How` for a point that a single lookup would refuse."""

HOW_WORDS = [how.word for how in sorted(How)] + ["invalid"]

FIELDS = {
    "unit_code": pa.string(),
    "unit_name": pa.string(),
    "how": pa.string(),
    "certain": pa.bool_(),
    "border_m": pa.float64(),
    "agency": pa.string(),
    "problem": pa.string(),
}
"""What may be asked about each point, and its type."""


@dataclass(frozen=True)
class Answers:
    """What `answer_many` found. What costs time is computed when it is asked for.

    Parameters
    ----------
    dispatch : Dispatch
    asked : Asked
    unit_id, generation_id : ndarray of int64, shape (n,)
        Database ids; 0 where there is none.
    how : ndarray of uint8, shape (n,)
        A `How`, or `INVALID`.
    no_deadline : dict of int to InputError
        Why some of the invalid rows have no deadline.
    """

    dispatch: Dispatch
    asked: Asked
    unit_id: Integers
    generation_id: Integers
    how: Integers
    no_deadline: Mapping[int, InputError]

    @cached_property
    def invalid(self) -> Truths:
        """Which points a single lookup would refuse."""
        invalid: Truths = self.how == INVALID
        return invalid

    @cached_property
    def certain(self) -> Truths:
        """Whether nothing but the unit can be meant: inside, and if an accuracy is given with its whole disc."""
        certain: Truths = self.how == How.INSIDE
        radius = self.asked.accuracy_m
        if radius is not None:  # a disc is the unit's alone if it does not reach a border: no shares are needed
            for layer, rows in self._rows_by_layer(certain & ~np.isnan(radius)):
                lon, lat, furthest = self.asked.lon[rows], self.asked.lat[rows], float(radius[rows].max())
                certain[rows] = layer.locator.border_distance(lon, lat, furthest) > radius[rows]
        return certain

    @cached_property
    def border_m(self) -> Floats:
        """Metres to the nearest border of any unit, to the decimetre; NaN where invalid."""
        metres = np.full(len(self.how), np.nan)
        for layer, rows in self._rows_by_layer(~self.invalid):
            metres[rows] = layer.locator.border_distance(self.asked.lon[rows], self.asked.lat[rows])
        return metres.round(1)

    def refusals(self) -> Iterator[tuple[int, HienTruongError]]:
        """Say what is wrong with each invalid row, as a single lookup does."""
        return refusals(self.dispatch, self.asked, np.flatnonzero(self.invalid), self.no_deadline)

    def columns(self, fields: Sequence[str]) -> list[pa.Array]:
        """Give columns of `FIELDS` for Arrow; null where there is nothing to say."""
        return [self._column(field) for field in fields]

    def rows(self, fields: Sequence[str]) -> list[dict[str, Any]]:
        """Give the answers of `FIELDS` as dicts; points with the same answer share one, for few answers differ."""
        coded = {field: self._coded[field]() for field in fields if field in self._coded}
        number = np.zeros(len(self.how), dtype=np.int64)
        for words, place in coded.values():
            number = number * len(words) + place
        _, first, which = np.unique(number, return_index=True, return_inverse=True)
        different = [{field: words[place[row]] for field, (words, place) in coded.items()} for row in first.tolist()]
        rows: list[dict[str, Any]] = column(different)[which].tolist()
        if "border_m" in fields:
            rows = [row | {"border_m": metres} for row, metres in zip(rows, self.border_m.tolist(), strict=True)]
        return rows

    def _column(self, field: str) -> pa.Array:
        if field in self._coded:
            words, place = self._coded[field]()
            return pa.array(words, FIELDS[field]).take(pa.array(place))
        if field == "border_m":
            return pa.array(self.border_m, mask=self.invalid)
        problems = {row: str(error) for row, error in self.refusals()}
        return pa.array([problems.get(row) for row in range(len(self.how))], pa.string())

    @cached_property
    def _coded(self) -> dict[str, Callable[[], tuple[Sequence[str | bool | None], Integers]]]:
        """The fields of which few values differ: these values, and which of them each row has."""
        return {
            "unit_code": lambda: ([unit.code if unit else None for unit in self._units[0]], self._units[1]),
            "unit_name": lambda: ([unit.name if unit else None for unit in self._units[0]], self._units[1]),
            "how": lambda: (HOW_WORDS, self.how),
            "certain": lambda: ([False, True, None], np.where(self.invalid, 2, self.certain)),
            "agency": lambda: self._agencies,
        }

    @cached_property
    def _units(self) -> tuple[list[Unit | None], Integers]:
        """The different units, and which of them each row has."""
        ids, place = np.unique(self.unit_id, return_inverse=True)
        return [self.dispatch.jurisdiction.units.get(int(unit_id)) for unit_id in ids], place

    @cached_property
    def _agencies(self) -> tuple[list[str | None], Integers]:
        """The different leading agencies, and which of them each row has; there are few pairs of unit and rule."""
        units, place = self._units
        if self.asked.category is None:
            return [None], np.zeros_like(place)
        rows = np.flatnonzero((self.unit_id != 0) & ~missing(self.asked.category))
        its = place[rows]
        rules = matched_rules(self.dispatch, self.asked, self.asked.category[rows], rows, units, its)
        pairs, pair = np.unique((rules + 1) * len(units) + its, return_inverse=True)
        numbers, at = np.divmod(pairs, len(units))
        leads = [
            self.dispatch.rules.rule(int(number) - 1).lead.names(unit)[0]
            for number, unit in zip(numbers, (units[each] for each in at), strict=True)
            if unit is not None
        ]
        agency = np.full(len(place), len(leads))
        agency[rows] = pair
        return [*leads, None], agency

    def _rows_by_layer(self, chosen: Truths) -> list[tuple[Layer, Integers]]:
        """Split the chosen rows by the boundaries that answered them."""
        generations = np.unique(self.generation_id[chosen])
        layers = [self.dispatch.jurisdiction.layer_of(int(generation)) for generation in generations]
        return [(layer, np.flatnonzero(chosen & (self.generation_id == layer.generation.id))) for layer in layers]


def answer_many(dispatch: Dispatch, asked: Asked) -> Answers:
    """Say whose each of many points is, each on its own day.

    Parameters
    ----------
    dispatch : Dispatch
        Boundaries and rules.
    asked : Asked
        The points.

    Returns
    -------
    Answers
        Whatever can't be meant or answered is `INVALID` there; nothing is raised for one bad point among many.

    See Also
    --------
    geo.lookup.answer.locate : one point, with all that can be said about it.
    """
    known = can_be_meant(dispatch, asked)
    rows = np.flatnonzero(known)
    if len(rows) == len(known):
        found = dispatch.jurisdiction.place(asked.lon, asked.lat, asked.day)
    else:
        found = dispatch.jurisdiction.place(asked.lon[rows], asked.lat[rows], asked.day[rows])
        found = _spread(found, rows, len(known))
    how = np.where(found.generation_id == 0, INVALID, found.how)
    no_deadline = without_deadline(dispatch, asked, found.unit_id)
    how[list(no_deadline)] = INVALID
    found.unit_id[list(no_deadline)] = 0
    return Answers(dispatch, asked, found.unit_id, found.generation_id, how, no_deadline)


def _spread(found: Placed, rows: Integers, count: int) -> Placed:
    """Put what was found for some rows among all of them."""
    unit_id, generation_id = np.zeros((2, count), dtype=np.int64)
    how = np.full(count, How.OUTSIDE, dtype=np.uint8)
    unit_id[rows], generation_id[rows], how[rows] = found.unit_id, found.generation_id, found.how
    return Placed(unit_id, generation_id, how)
