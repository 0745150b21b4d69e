"""What has become of reports in the system that they come from, as the events and the course that we keep."""

from dataclasses import dataclass, fields

import numpy as np

from geo.columns import Columns, Integers, Moments, Truths, Words, constant
from geo.reports.course import Course, Events, happened, received
from geo.reports.intake import Admitted

_EVENTS = {"in_progress": "in_progress", "resolved": "answered", "rejected": "rejected"}
"""The event that leads to each status."""


@dataclass(frozen=True)
class History(Columns):
    """The status of reports, since when they have it, the text of the answer and links to its pictures.

    Waiting has no moment of its own.
    """

    status: Words
    since: Moments
    answer: Words
    media: Words


def told(reports: Admitted, history: History) -> tuple[Course, Events]:
    """Give reports the events that their history tells: received, and what led to their status.

    Parameters
    ----------
    reports, history : n rows each

    Returns
    -------
    Course, n rows
    Events
    """
    n = len(reports)
    begun: Truths = history.status != "waiting"
    answered = np.isin(history.status.astype(str), ("resolved", "rejected"))
    never = np.full(n, np.datetime64("NaT"), dtype="datetime64[ms]")
    evidence = constant(n, None)
    resolved = history.status == "resolved"
    answers = zip(history.answer[resolved], history.media[resolved], strict=True)
    evidence[resolved] = [bool(text and links) for text, links in answers]
    course = Course(
        status=history.status,
        updated_at=np.where(begun, history.since, reports.received_at),
        intake_at=np.where(begun, history.since, never),
        answered_at=np.where(answered, history.since, never),
        closed_at=never,
        evidence=evidence,
        satisfied=constant(n, None),
        synthetic=np.zeros(n, dtype=bool),
        reopened=np.zeros(n, dtype=np.int64),
        duplicate_of=constant(n, None),
    )
    first, later = received(reports), _led_to_status(reports, history, np.flatnonzero(begun))
    events = Events(
        **{f.name: np.concatenate([getattr(first, f.name), getattr(later, f.name)]) for f in fields(Events)}
    )
    return course, events


def _led_to_status(reports: Admitted, history: History, rows: Integers) -> Events:
    status = history.status[rows]
    kind = constant(len(rows), "")
    for name, event in _EVENTS.items():
        kind[status == name] = event
    return happened(
        kind,
        rows,
        history.since[rows],
        before="waiting",
        status=status,
        actor=reports.channel[rows],
        text=history.answer[rows],
        media=history.media[rows],
    )
