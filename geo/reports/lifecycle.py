"""What may happen to a report, when, and by whom: one table.

A report is in one of six states: the four statuses, and two in which it is closed. ``waiting`` and ``in_progress`` are
open; ``resolved`` and ``rejected`` are answered and may be rated or reopened; ``closed`` is an answered report that is
put away; ``merged`` is one that went into another report of the same thing. A closed or merged report keeps its status.

=========== ================================== =========== =====================
event       may happen in                      leads to    must carry
=========== ================================== =========== =====================
received    (it is the first)                  waiting
assigned    waiting, in_progress               waiting
in_progress waiting                            in_progress
answered    waiting, in_progress               resolved    text
rejected    waiting, in_progress               rejected    text (the reason)
reopened    resolved, rejected, closed, merged waiting
closed      resolved, rejected                 (stays)
moved       waiting, in_progress               (stays)     the new unit
merged      waiting, in_progress               (stays)     the other report
rated       resolved, rejected, closed         (stays)     satisfied or not
=========== ================================== =========== =====================
"""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from geo.access import Caller
from geo.errors import ForbiddenError, InputError, RefusedError
from geo.reports.links import link_fault
from geo.reports.texts import text_fault

STATES = ("waiting", "in_progress", "resolved", "rejected", "closed", "merged")
OPEN = ("waiting", "in_progress")
_ANSWERED = ("resolved", "rejected")


@dataclass(frozen=True)
class Transition:
    """When an event may happen, and what it does.

    Parameters
    ----------
    states : tuple of str
        In which of STATES the report must be.
    leads_to : str or None
        The status afterwards; None if it stays.
    roles : tuple of str
        Who may do it; an officer only to reports of the own unit.
    must_carry : str, optional
        The field of an :class:`Event` that must say something.
    may_carry : tuple of str
        Further fields it may have, beside a text and pictures, which every event may have.
    """

    states: tuple[str, ...]
    leads_to: str | None
    roles: tuple[str, ...]
    must_carry: str | None = None
    may_carry: tuple[str, ...] = ()


# A citizen's rating or wish to reopen comes through the key of the app, which is a router.
_ROUTING = ("router", "admin")
_HANDLING = ("officer", "router", "admin")

TRANSITIONS = {
    "received": Transition((), "waiting", _ROUTING),
    "assigned": Transition(OPEN, "waiting", _ROUTING, may_carry=("lead", "cooperating")),
    "in_progress": Transition(("waiting",), "in_progress", _HANDLING),
    "answered": Transition(OPEN, "resolved", _HANDLING, "text"),
    "rejected": Transition(OPEN, "rejected", _HANDLING, "text"),
    "reopened": Transition((*_ANSWERED, "closed", "merged"), "waiting", _ROUTING),
    "closed": Transition(_ANSWERED, None, _HANDLING),
    "moved": Transition(OPEN, None, _ROUTING, "unit_id", ("generation_id", "rule", "lead", "cooperating")),
    "merged": Transition(OPEN, None, _HANDLING, "duplicate_of"),
    "rated": Transition((*_ANSWERED, "closed"), None, _ROUTING, "satisfied"),
}


class TransitionError(RefusedError):
    """An event may not happen now.

    Parameters
    ----------
    message : str
    allowed : tuple of str
        The events that this caller could add instead.
    """

    def __init__(self, message: str, allowed: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allowed = allowed


@dataclass(frozen=True)
class Event:
    """Something that is to happen to a report; which fields it has depends on its kind.

    Parameters
    ----------
    kind : str
    text : str
        The answer, the reason or a note.
    media : tuple of str
        Links to pictures.
    lead, cooperating : str, tuple of str, optional
        The agencies from now on.
    unit_id, generation_id, rule : optional
        Of a move: the new unit, the boundaries that say so, and the rule by which its agencies are responsible.
    duplicate_of : UUID, optional
        Of a merge: the report that stays.
    satisfied : bool, optional
        Of a rating.
    """

    kind: str
    text: str = ""
    media: tuple[str, ...] = ()
    lead: str | None = None
    cooperating: tuple[str, ...] | None = None
    unit_id: int | None = None
    generation_id: int | None = None
    rule: str | None = None
    duplicate_of: UUID | None = None
    satisfied: bool | None = None


_CARRIED = ("unit_id", "lead", "cooperating", "generation_id", "rule", "duplicate_of", "satisfied")
_MAX_AGENCY = 200
_MAX_AGENCIES = 20


@dataclass(frozen=True)
class Progress:
    """How far one report has come; what :class:`geo.reports.course.Course` says of many."""

    status: str = "waiting"
    updated_at: dt.datetime | None = None
    intake_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    evidence: bool | None = None
    satisfied: bool | None = None
    reopened: int = 0
    duplicate_of: UUID | None = None

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.duplicate_of is not None:
            return "merged"
        return self.status if self.closed_at is None else "closed"


def allowed_events(state: str, caller: Caller, unit_code: str) -> tuple[str, ...]:
    """Name what a caller may add to a report of a unit in this state.

    Examples
    --------
    >>> allowed_events("resolved", Caller("officer", "key-1", "00292"), "00292")
    ('closed',)
    """
    return tuple(kind for kind, rule in TRANSITIONS.items() if state in rule.states and _may(caller, rule, unit_code))


def check_event(event: Event, state: str, caller: Caller, unit_code: str) -> None:
    """Refuse an event that may not happen.

    Parameters
    ----------
    event : Event
    state : str
        The report's state now.
    caller : Caller
    unit_code : str
        Of the report's unit.

    Raises
    ------
    InputError
        The event lacks what it must carry, or has what it can't.
    ForbiddenError
        The caller's role or unit does not allow it.
    TransitionError
        It may not follow in this state; the message names what may.
    """
    rule = _rule(event.kind)
    _check_carried(event, rule)
    if not _may(caller, rule, unit_code):
        officer = caller.role == "officer" and "officer" in rule.roles
        whose = "an officer may change reports of the own unit only" if officer else f"it takes {_or(rule.roles)}"
        raise ForbiddenError(f"{caller.role} may not add {event.kind!r} to this report: {whose}")
    if state not in rule.states:
        allowed = allowed_events(state, caller, unit_code)
        raise TransitionError(
            f"{event.kind!r} may not happen to a report that is {state}: allowed now are {_or(allowed)}", allowed
        )


def after(progress: Progress, event: Event, at: dt.datetime) -> Progress:
    """Give the progress after an event that :func:`check_event` has let pass.

    Examples
    --------
    >>> noon = dt.datetime(2026, 1, 5, 5, tzinfo=dt.UTC)
    >>> answered = after(Progress(), Event("answered", "Đã dọn", ("https://example.org/a.jpg",)), noon)
    >>> answered.status, answered.evidence, after(answered, Event("reopened"), noon).state
    ('resolved', True, 'waiting')
    """
    leads_to = _rule(event.kind).leads_to
    now = replace(progress, status=leads_to or progress.status, updated_at=at)
    match event.kind:
        case "received":
            return now
        case "answered" | "rejected":
            evidence = bool(event.text.strip() and event.media) if event.kind == "answered" else None
            return replace(now, intake_at=now.intake_at or at, answered_at=at, evidence=evidence, satisfied=None)
        case "assigned" | "in_progress":
            return replace(now, intake_at=now.intake_at or at)
        case "reopened":
            return Progress(now.status, at, now.intake_at, reopened=now.reopened + 1)
        case "closed" | "merged":
            return replace(now, closed_at=at, duplicate_of=event.duplicate_of)
        case "rated":
            return replace(now, satisfied=event.satisfied)
    return now


def is_overdue(due_at: dt.datetime, answered_at: dt.datetime | None, closed_at: dt.datetime | None) -> bool:
    """Tell whether a report should have been answered by now."""
    return answered_at is None and closed_at is None and dt.datetime.now(dt.UTC) > due_at


def _rule(kind: str) -> Transition:
    rule = TRANSITIONS.get(kind)
    if rule is None:
        raise InputError(f"unknown kind of event {kind!r:.40}: use {_or(tuple(TRANSITIONS))}", "kind")
    return rule


def _may(caller: Caller, rule: Transition, unit_code: str) -> bool:
    return caller.role in rule.roles and (caller.role != "officer" or caller.unit_code == unit_code)


def _check_carried(event: Event, rule: Transition) -> None:
    needed = rule.must_carry
    carried = None if needed is None else getattr(event, needed)
    if needed is not None and (carried is None or (isinstance(carried, str) and not carried.strip())):
        said = _SAID.get(needed, needed)
        raise InputError(f"{event.kind!r} needs {said}: {_NEEDS[needed]}", said)
    if (fault := text_fault(event.text)) is not None:
        raise InputError(fault, "text")
    if (fault := link_fault(event.media)) is not None:
        raise InputError(fault, "media")
    for name in _CARRIED:
        if getattr(event, name) is not None and name != needed and name not in rule.may_carry:
            said = _SAID.get(name, name)
            raise InputError(f"{event.kind!r} has no {said}: leave it out", said)
    _check_agencies((event.lead,) if event.lead is not None else (), "lead")
    _check_agencies(event.cooperating or (), "cooperating")


def _check_agencies(names: tuple[str, ...], field: str) -> None:
    if len(names) > _MAX_AGENCIES:
        raise InputError(f"{len(names)} agencies are more than the {_MAX_AGENCIES} allowed", field)
    for name in names:
        if (fault := text_fault(name, _MAX_AGENCY)) is not None:
            raise InputError(fault, field)
        if not name.strip():
            raise InputError("an agency without a name: name it, or leave it out", field)


_SAID = {"unit_id": "unit_code"}
"""What those who send events say for a field."""

_NEEDS = {
    "text": "say what was done, or why not",
    "unit_id": "name the unit that the report goes to",
    "duplicate_of": "give the id of the report that stays",
    "satisfied": "true or false",
}


def _or(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "none"
