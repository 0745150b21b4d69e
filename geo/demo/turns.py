"""Turns that some synthetic reports take, so that everything that may happen to a report is to be seen.

Nothing that the city published changes by them: every report keeps its status and the time of its last answer.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.columns import Integers, Moments, Truths, column
from geo.reports.course import Events, happened, joined
from geo.units.jurisdiction import Jurisdiction

if TYPE_CHECKING:
    from geo.demo.reports import Demo

REOPENED = 0.03
"""Share of the resolved reports that were answered too soon, reopened by the citizen and answered again."""
MOVED = 0.02
"""Share of the reports dealt with that another unit had at first."""
MERGED = 0.6
"""Share of the waiting reports which repeat another one that were merged into it."""

_TOO_SOON = "[Minh họa] Đã xử lý xong."
_NOT_DONE = "[Minh họa] Người dân cho biết chưa xử lý xong."
_TO_THE_RIGHT_ONE = "[Minh họa] Chuyển đúng địa bàn: {}"
_LONG_ENOUGH = np.timedelta64(1, "h")
_SOON = np.timedelta64(20, "m")


def take_turns(demo: "Demo", jurisdiction: Jurisdiction, now: np.datetime64, seed: int = 1022) -> "Demo":
    """Let some reports be reopened, moved or merged.

    Parameters
    ----------
    demo : Demo
        As :func:`geo.demo.reports.make_demo` makes it.
    jurisdiction : Jurisdiction
        The units' names.
    now : datetime64
        UTC; nothing happens later.
    seed : int
        Of the random numbers.
    """
    random = np.random.default_rng(seed)
    reports, course = demo.reports, demo.course
    resolved = course.status == "resolved"
    reopened = _some(resolved & (course.answered_at - course.intake_at > _LONG_ENOUGH), REOPENED, random)
    begun = resolved | (course.status == "in_progress")
    moved = _some(begun & (course.intake_at - reports.received_at > _LONG_ENOUGH), MOVED, random)
    original = _originals(demo)
    merged = _some((original >= 0) & (course.status == "waiting"), MERGED, random)
    merged_at = np.minimum(reports.received_at[merged] + _SOON, now)

    events = demo.events
    events = replace(events, before=_before_again(events, reopened))
    parts = (_reopened(demo, reopened), _moved(demo, jurisdiction, moved), _merged(demo, original, merged, merged_at))
    count, duplicate_of = course.reopened.copy(), course.duplicate_of.copy()
    updated_at, closed_at = course.updated_at.copy(), course.closed_at.copy()
    count[reopened] = 1
    duplicate_of[merged] = reports.id[original[merged]]
    updated_at[merged] = closed_at[merged] = merged_at
    turned = replace(course, reopened=count, duplicate_of=duplicate_of, updated_at=updated_at, closed_at=closed_at)
    return replace(demo, course=turned, events=joined(events, *parts))


def _some(among: Truths, share: float, random: np.random.Generator) -> Integers:
    rows = np.flatnonzero(among)
    return np.sort(random.choice(rows, round(share * len(rows)), replace=False))


def _originals(demo: "Demo") -> Integers:
    """Give the row of the report that each one repeats, as its external id says; -1 for none."""
    rows = {id: row for row, id in enumerate(demo.reports.external_id)}
    repeated = (id.partition("-repeats-")[2] for id in demo.reports.external_id)
    return np.array([rows.get(f"demo-{id}", -1) if id else -1 for id in repeated], dtype=np.int64)


def _before_again(events: Events, reopened: Integers) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Let the last answer of a report that was reopened follow on waiting."""
    before = events.before.copy()
    before[np.isin(events.report, reopened) & (events.kind == "answered")] = "waiting"
    return before


def _reopened(demo: "Demo", rows: Integers) -> Events:
    """Answer once before the last time, and reopen between the two."""
    begun, last = demo.course.intake_at[rows], demo.course.answered_at[rows]
    first = begun + (last - begun) / 3
    lead = demo.reports.lead[rows]
    return joined(
        happened("answered", rows, first, before="in_progress", status="resolved", actor=lead, text=_TOO_SOON),
        happened(
            "reopened",
            rows,
            first + (last - first) / 2,
            before="resolved",
            status="waiting",
            actor="citizen",
            text=_NOT_DONE,
        ),
    )


def _moved(demo: "Demo", jurisdiction: Jurisdiction, rows: Integers) -> Events:
    received, begun = demo.reports.received_at[rows], demo.course.intake_at[rows]
    units = demo.reports.unit_id[rows].tolist()
    told = column([_TO_THE_RIGHT_ONE.format(jurisdiction.units[unit].name) for unit in units])
    at: Moments = received + (begun - received) / 2
    return happened(
        "moved", rows, at, before="waiting", status="waiting", actor="dispatch", text=told, unit_id=column(units)
    )


def _merged(demo: "Demo", original: Integers, rows: Integers, at: Moments) -> Events:
    stays = demo.reports.id[original[rows]]
    lead = demo.reports.lead[rows]
    return happened("merged", rows, at, before="waiting", status="waiting", actor=lead, duplicate_of=stays)
