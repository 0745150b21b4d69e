"""How far reports have come, and what happened to them: columns beside those of :mod:`geo.intake`."""

from dataclasses import dataclass

import numpy as np

from geo.columns import Columns, Integers, Moments, Truths, Words, constant
from geo.intake import Admitted


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


@dataclass(frozen=True)
class Events(Columns):
    """What happened to reports; ``report`` is the row number of the report that an event belongs to."""

    report: Integers
    at: Moments
    kind: Words
    before: Words
    status: Words
    actor: Words
    text: Words
    media: Words


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
    )
    return course, received(reports)


def received(reports: Admitted) -> Events:
    """Give each report the event that it was received."""
    n = len(reports)
    return Events(
        report=np.arange(n),
        at=reports.received_at,
        kind=constant(n, "received"),
        before=constant(n, None),
        status=constant(n, "waiting"),
        actor=reports.channel,
        text=constant(n, ""),
        media=constant(n, ()),
    )
