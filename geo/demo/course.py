"""What becomes of the synthetic reports: statuses, delays and satisfaction as the city published them.

To 21 November 2024, 23,910 field reports: 83.1 % resolved, 6.3 % rejected, 5.2 % in progress, 5.5 % waiting. July
2024: 135 of 1,441 handled were overdue. To 8 August 2024: 65.6 % of the citizens were satisfied; the chief complaint
was answers without a picture as evidence.
"""

from dataclasses import replace
from statistics import NormalDist

import numpy as np

from geo.columns import Moments, Words, column, constant
from geo.reports.course import Course, Events, happened, joined, received
from geo.reports.intake import Admitted
from geo.responsibility.working_time import WorkingCalendar

SHARES = {"rejected": 0.063, "in_progress": 0.052, "waiting": 0.055}
"""Of all reports; the others are resolved."""
OVERDUE = 135 / 1441
SATISFIED = 0.656
_WITH_EVIDENCE = 0.7
_RATED = 0.5
_REOPENED_WITHIN = np.timedelta64(7, "D")
_OPEN_FOR = np.timedelta64(45, "D")
# The time until an answer, as a share of the working time until due, is log-normal: this median and spread leave
# OVERDUE of it beyond 1.
_SPREAD = 0.8
_LOG_MEDIAN = NormalDist().inv_cdf(OVERDUE) * _SPREAD

_ANSWERS = (
    "[Minh họa] Đơn vị đã xử lý xong, gửi kèm ảnh hiện trường.",
    "[Minh họa] Đơn vị đã tiếp thu, xử lý theo quy định.",
)
_REASON = "[Minh họa] Không thuộc phạm vi tiếp nhận."
_PICTURE = "https://example.org/minh-hoa/anh-hien-truong.jpg"


def run_course(
    reports: Admitted, calendar: WorkingCalendar, now: np.datetime64, random: np.random.Generator
) -> tuple[Course, Events]:
    """Let time pass over synthetic reports.

    Parameters
    ----------
    reports : Admitted, n rows
    calendar : WorkingCalendar
        In whose working time answers are given.
    now : datetime64
        UTC; nothing happens later.
    random : numpy.random.Generator

    Returns
    -------
    Course, n rows
    Events
    """
    status = _draw_statuses(reports, now, random)
    answered = np.isin(status.astype(str), ("resolved", "rejected"))
    resolved = status == "resolved"
    never = np.datetime64("NaT", "ms")
    until_due = calendar.working_time_between(reports.received_at, reports.due_at)
    taken = until_due * random.lognormal(_LOG_MEDIAN, _SPREAD, len(reports))
    answered_at = np.minimum(calendar.add_working_time(reports.received_at, taken), now).astype("datetime64[ms]")
    taken_in = calendar.add_working_time(reports.received_at, taken * 0.1)
    taken_in_at = np.minimum(taken_in, now).astype("datetime64[ms]")
    closed_at = answered_at + _REOPENED_WITHIN
    rated = resolved & (random.random(len(reports)) < _RATED)
    satisfied = constant(len(reports), None)
    satisfied[rated] = random.random(int(rated.sum())) < SATISFIED
    evidence = constant(len(reports), None)
    evidence[resolved] = random.random(int(resolved.sum())) < _WITH_EVIDENCE
    course = Course(
        status=status,
        updated_at=reports.received_at,
        intake_at=np.where(status == "rejected", answered_at, np.where(status == "waiting", never, taken_in_at)),
        answered_at=np.where(answered, answered_at, never),
        closed_at=np.where(answered & (closed_at <= now), closed_at, never),
        evidence=evidence,
        satisfied=satisfied,
        synthetic=np.ones(len(reports), dtype=bool),
        reopened=np.zeros(len(reports), dtype=np.int64),
        duplicate_of=constant(len(reports), None),
    )
    events = _tell(reports, course, now)
    return replace(course, updated_at=_last_moment(events, len(reports))), events


def _draw_statuses(reports: Admitted, now: np.datetime64, random: np.random.Generator) -> Words:
    """Give each status to exactly its share of the reports; what is still open is mostly recent."""
    n = len(reports)
    age = (now - reports.received_at) / _OPEN_FOR
    # The smallest of exponentials with these rates: a weighted draw without replacement.
    order = np.argsort(random.exponential(size=n) / np.exp(-np.minimum(age, 6.0)), kind="stable")
    waiting, in_progress = round(SHARES["waiting"] * n), round(SHARES["in_progress"] * n)
    status = constant(n, "resolved")
    status[order[:waiting]] = "waiting"
    status[order[waiting : waiting + in_progress]] = "in_progress"
    closed = order[waiting + in_progress :]
    status[random.choice(closed, round(SHARES["rejected"] * n), replace=False)] = "rejected"
    return status


def _tell(reports: Admitted, course: Course, now: np.datetime64) -> Events:
    """Write the history that leads to each status."""
    status = course.status
    begun = np.flatnonzero((status == "in_progress") | (status == "resolved"))
    resolved, rejected = np.flatnonzero(status == "resolved"), np.flatnonzero(status == "rejected")
    rated = np.flatnonzero(course.satisfied != None)  # noqa: E711  (elementwise)
    closed = np.flatnonzero(~np.isnat(course.closed_at))
    answers = column([_ANSWERS[0] if shown else _ANSWERS[1] for shown in course.evidence[resolved]])
    pictures = column([(_PICTURE,) if shown else () for shown in course.evidence[resolved]])
    lead, intake_at, answered_at = reports.lead, course.intake_at, course.answered_at
    return joined(
        received(reports),
        happened("assigned", begun, intake_at[begun], before="waiting", status="waiting", actor="dispatch"),
        happened("in_progress", begun, intake_at[begun], before="waiting", status="in_progress", actor=lead[begun]),
        happened(
            "answered",
            resolved,
            answered_at[resolved],
            before="in_progress",
            status="resolved",
            actor=lead[resolved],
            text=answers,
            media=pictures,
        ),
        happened(
            "rejected",
            rejected,
            answered_at[rejected],
            before="waiting",
            status="rejected",
            actor=lead[rejected],
            text=_REASON,
        ),
        happened(
            "rated",
            rated,
            np.minimum(answered_at[rated] + np.timedelta64(1, "D"), now),
            before="resolved",
            status="resolved",
            actor="citizen",
            satisfied=course.satisfied[rated],
        ),
        happened(
            "closed",
            closed,
            course.closed_at[closed],
            before=status[closed],
            status=status[closed],
            actor=lead[closed],
        ),
    )


def _last_moment(events: Events, n: int) -> Moments:
    """Give the moment of each report's last event."""
    last = np.full(n, np.datetime64(0, "ms"))
    np.maximum.at(last, events.report, events.at)
    return last
