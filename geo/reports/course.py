"""How far reports have come, and what happened to them: columns beside those of :mod:`geo.reports.intake`."""

from dataclasses import dataclass

import numpy as np

from geo.columns import Columns, Integers, Moments, Truths, Words, constant
from geo.reports.intake import Admitted


@dataclass(frozen=True)
class Course(Columns):
    """How far each report has come; for reports that have just arrived see :func:`arrived`."""

    status: Words
    updated_at: Moments
    intake_at: Moments
    answered_at: Moments
    closed_at: Moments
    evidence: Words
    satisfied: Words
    synthetic: Truths
    reopened: Integers
    duplicate_of: Words


@dataclass(frozen=True)
class Events(Columns):
    """What happened to reports; ``report`` is the row number of the report that an event belongs to.

    A move carries the unit that the report went to, a merge the id of the report that stays, a rating what it says.
    """

    report: Integers
    at: Moments
    kind: Words
    before: Words
    status: Words
    actor: Words
    text: Words
    media: Words
    unit_id: Words
    duplicate_of: Words
    satisfied: Words


def happened(kind: str | Words, report: Integers, at: Moments, **told: str | Words) -> Events:
    """Give events of one kind or of several.

    Parameters
    ----------
    kind : str, or ndarray of str, shape (n,)
    report : ndarray of int64, shape (n,)
        Row numbers of reports.
    at : ndarray of datetime64
        UTC.
    **told
        Other columns of :class:`Events`, or one value for all; what is left out says nothing.
    """
    n = len(report)
    nothing: dict[str, object] = dict.fromkeys(("before", "unit_id", "duplicate_of", "satisfied"))
    columns = nothing | {"text": "", "media": (), "kind": kind} | told
    filled = {name: value if isinstance(value, np.ndarray) else constant(n, value) for name, value in columns.items()}
    return Events(report=report, at=at, **filled)


def joined(*parts: Events) -> Events:
    """Put events together, in the order of their times."""
    events = Events.joined(parts)
    return events.take(np.argsort(events.at, kind="stable"))


def arrived(reports: Admitted) -> tuple[Course, Events]:
    """Give the course of reports that have just arrived, and the one event that each of them has."""
    n = len(reports)
    never = np.full(n, np.datetime64("NaT"), dtype="datetime64[ms]")
    course = Course(
        status=constant(n, "waiting"),
        updated_at=reports.received_at,
        intake_at=never,
        answered_at=never,
        closed_at=never,
        evidence=constant(n, None),
        satisfied=constant(n, None),
        synthetic=np.zeros(n, dtype=bool),
        reopened=np.zeros(n, dtype=np.int64),
        duplicate_of=constant(n, None),
    )
    return course, received(reports)


def received(reports: Admitted) -> Events:
    """Give each report the event that it was received."""
    rows = np.arange(len(reports))
    return happened("received", rows, reports.received_at, status="waiting", actor=reports.channel)
