"""From what was handed in to what may be stored: checked, located, given a cell, ruled and dated, in columns.

One report and a million take the same way. A report that can't be taken is named with its row, its field and the
reason; the others are not held up by it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.columns import Columns, Floats, Integers, Moments, Words, column
from geo.errors import NotFoundError
from geo.hexagons.cells import cells_of
from geo.local_time import local_days
from geo.location.coordinates import CoordinateFault, coordinate_faults
from geo.location.locator import MAX_ACCURACY_M, How
from geo.lookup.dispatch import Dispatch
from geo.reports.ids import report_ids
from geo.reports.links import link_fault
from geo.reports.texts import CONTROL, MAX_TEXT, composed, too_long
from geo.units.jurisdiction import Jurisdiction
from geo.vocabulary import CHANNELS

MAX_DESCRIPTION = MAX_TEXT
MAX_EXTERNAL_ID = 200
CLOCK_SKEW = np.timedelta64(5, "m")
"""How far ahead of ours a sender's clock may be before its report is from the future."""


class Problem(NamedTuple):
    """Why a row was not taken."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True)
class Submitted(Columns):
    """Reports as they were handed in: what could not be read is NaN, NaT or None."""

    category: Words
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    reported_at: Moments
    channel: Words
    external_id: Words
    description: Words
    reporter: Words
    media: Words


@dataclass(frozen=True)
class Admitted(Columns):
    """Reports that may be stored."""

    id: Words
    reported_at: Moments
    received_at: Moments
    category: Words
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    cell: Integers
    unit_id: Integers
    generation_id: Integers
    how: Words
    channel: Words
    external_id: Words
    description: Words
    reporter: Words
    media: Words
    rule: Words
    lead: Words
    cooperating: Words
    urgency: Words
    intake_due_at: Moments
    due_at: Moments


def admit(
    submitted: Submitted,
    dispatch: Dispatch,
    received_at: Moments,
    random: np.random.Generator | None = None,
) -> tuple[Admitted, Integers, list[Problem]]:
    """Check reports, find whose they are, and give them what a stored report has.

    Parameters
    ----------
    submitted : Submitted, n rows
        What was handed in.
    dispatch : Dispatch
        Boundaries, categories, rules and working time.
    received_at : ndarray of datetime64[ms], shape (n,)
        When each arrived, UTC; a report from later than that (and a small skew of clocks) is refused.
    random : numpy.random.Generator, optional
        Makes the ids repeatable.

    Returns
    -------
    admitted : Admitted
        The rows that may be stored.
    rows : ndarray of int64
        Their row numbers in `submitted`.
    problems : list of Problem
        One for each other row, in the order of rows.
    """
    jurisdiction = dispatch.jurisdiction
    refusals = _Refusals(len(submitted))
    _check_values(submitted, [category.code for category in dispatch.categories], received_at, refusals)
    faults = coordinate_faults(submitted.lon, submitted.lat, jurisdiction.extent)
    for row in np.flatnonzero(faults):
        fault = CoordinateFault(int(faults[row]))
        refusals.add(row, fault.field or "lon", f"{submitted.lon[row]}, {submitted.lat[row]}: {fault.reason}")

    rows = refusals.remaining()
    good = submitted.take(rows)
    days = local_days(good.reported_at, jurisdiction.territory.time_zone)
    placed = jurisdiction.place(good.lon, good.lat, days)
    for i in np.flatnonzero(placed.how == How.OUTSIDE):
        refusals.add(rows[i], *_explain_outside(jurisdiction, good.lon[i], good.lat[i], days[i]))

    inside = placed.how != How.OUTSIDE
    rows, good = rows[inside], good.take(inside)
    unit_id = placed.unit_id[inside]
    areas = jurisdiction.areas_of(good.lon, good.lat, days[inside])
    assigned = dispatch.assign(good.category, unit_id, received_at[rows], areas)
    admitted = Admitted(
        id=column(report_ids(good.reported_at, random)),
        reported_at=good.reported_at,
        received_at=received_at[rows],
        category=good.category,
        lon=good.lon,
        lat=good.lat,
        accuracy_m=good.accuracy_m,
        cell=cells_of(good.lon, good.lat),
        unit_id=unit_id,
        generation_id=placed.generation_id[inside],
        how=_HOW_WORDS[placed.how[inside]],
        channel=good.channel,
        external_id=column([None if name is None else composed(name) for name in good.external_id]),
        description=column([composed(text) for text in good.description]),
        reporter=good.reporter,
        media=good.media,
        rule=assigned.rule,
        lead=assigned.lead,
        cooperating=assigned.cooperating,
        urgency=assigned.urgency,
        intake_due_at=assigned.intake_due_at,
        due_at=assigned.due_at,
    )
    return admitted, rows, refusals.problems()


class _Refusals:
    """The first reason against each row, as the checks go by."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._reasons: dict[int, Problem] = {}

    def add(self, row: int | np.integer[Any], field: str, reason: str) -> None:
        self._reasons.setdefault(int(row), Problem(int(row), field, reason))

    def add_all(self, rows: npt.NDArray[np.bool_], field: str, reason: str, values: npt.NDArray[Any]) -> None:
        """Refuse the rows of a mask; ``{}`` in the reason stands for the row's value."""
        for row in np.flatnonzero(rows):
            self.add(row, field, reason.format(values[row]))

    def remaining(self) -> Integers:
        kept = np.ones(self._rows, dtype=bool)
        kept[list(self._reasons)] = False
        return np.flatnonzero(kept)

    def problems(self) -> list[Problem]:
        return [self._reasons[row] for row in sorted(self._reasons)]


def _check_values(submitted: Submitted, categories: Sequence[str], received_at: Moments, refusals: _Refusals) -> None:
    """Check everything but the place."""
    _check_words(submitted.category, "category", sorted(categories), refusals)
    _check_words(submitted.channel, "channel", CHANNELS, refusals)

    when = submitted.reported_at
    refusals.add_all(np.isnat(when), "reported_at", "the time of the report is missing or can't be read", when)
    ahead = when > received_at + CLOCK_SKEW
    refusals.add_all(ahead, "reported_at", "{}Z is in the future: check the date and the time zone", when)

    accuracy = submitted.accuracy_m
    wrong = (accuracy < 0) | (accuracy > MAX_ACCURACY_M)
    refusals.add_all(wrong, "accuracy_m", "accuracy {} m: give a radius in metres, from 0 to 100,000", accuracy)

    _check_text(submitted.description, "description", MAX_DESCRIPTION, refusals)
    _check_text(submitted.external_id, "external_id", MAX_EXTERNAL_ID, refusals)
    for row, links in enumerate(submitted.media):
        if links and (fault := link_fault(links)) is not None:
            refusals.add(row, "media", fault)
    empty = np.array([name is not None and not name.strip() for name in submitted.external_id], dtype=bool)
    refusals.add_all(empty, "external_id", "the external id is empty: leave it out or give one", submitted.external_id)


def _check_words(words: Words, field: str, known: Sequence[str], refusals: _Refusals) -> None:
    # Not np.isin: numpy's texts lose NULs at their end, and all take as much room as the longest.
    allowed = frozenset(known)
    unknown = np.fromiter((word not in allowed for word in words), dtype=bool, count=len(words))
    reason = f"unknown {field} {{!r:.60}}: use one of {', '.join(known)}"
    refusals.add_all(unknown, field, reason, words)


def _check_text(texts: Words, field: str, limit: int, refusals: _Refusals) -> None:
    lengths = np.array([0 if text is None else len(text) for text in texts], dtype=np.int64)
    for row in np.flatnonzero(lengths > limit):
        refusals.add(row, field, too_long(int(lengths[row]), limit))
    # What is printable, as nearly all texts are, is so at a glance.
    control = [text is not None and not text.isprintable() and CONTROL.search(text) is not None for text in texts]
    refusals.add_all(np.array(control, dtype=bool), field, "control characters are not allowed", texts)


_HOW_WORDS = np.array([how.word for how in sorted(How)], dtype=object)


def _explain_outside(jurisdiction: Jurisdiction, lon: float, lat: float, day: np.datetime64) -> tuple[str, str]:
    """Say why no unit was found: no boundaries for that day, or too far from all of them."""
    try:
        layer = jurisdiction.layer_at(day.astype(dt.date))
    except NotFoundError as error:
        return "reported_at", str(error)
    unit, distance = layer.locator.nearest(np.array([lon]), np.array([lat]))
    name = layer.units[int(unit[0])].name
    shape = " (schematic boundaries)" if layer.generation.schematic else ""
    return "lon", (
        f"{lon}, {lat} lies outside {jurisdiction.territory.name}: the nearest unit, {name}, is"
        f" {distance[0]:,.0f} m away{shape}"
    )
