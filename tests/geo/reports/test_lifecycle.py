"""What may happen to a report is what the table says, to all roles, and demo reports obey it."""

import datetime as dt
from itertools import product
from uuid import UUID

import numpy as np
import pytest

from geo.access import PUBLIC, Caller
from geo.demo.reports import make_demo
from geo.demo.turns import take_turns
from geo.errors import ForbiddenError, InputError
from geo.reports import lifecycle
from geo.reports.lifecycle import (
    STATES,
    TRANSITIONS,
    Event,
    Progress,
    TransitionError,
    after,
    allowed_events,
    check_event,
)
from geo.vocabulary import EVENTS, ROLES, STATUSES

NOW = np.datetime64("2026-01-05T03:00", "ms")
OWN, OTHER = "00292", "00001"
FULL = {
    "answered": Event("answered", "Đã dọn"),
    "rejected": Event("rejected", "Ngoài thẩm quyền"),
    "moved": Event("moved", unit_id=7),
    "merged": Event("merged", duplicate_of=UUID(int=7)),
    "rated": Event("rated", satisfied=False),
}


def event(kind: str) -> Event:
    return FULL.get(kind, Event(kind))


def published_table() -> dict[str, tuple[set[str], str, str]]:
    """The table as the module tells it to people: states, what it leads to, what it must carry."""
    lines = [line for line in lifecycle.__doc__.splitlines() if line.split(" ")[0] in EVENTS]
    read = {}
    for line in lines:
        kind, states, leads_to, carries = line[:12], line[12:47], line[47:59], line[59:]
        words = set() if "(" in states else {word.strip() for word in states.split(",")}
        read[kind.strip()] = (words, leads_to.strip(), carries.strip())
    return read


def test_the_table_is_the_one_that_people_read():
    told = published_table()
    assert list(TRANSITIONS) == list(EVENTS) == list(told)
    for kind, rule in TRANSITIONS.items():
        states, leads_to, carries = told[kind]
        assert (set(rule.states), rule.leads_to or "(stays)") == (states, leads_to)
        assert bool(carries) == (rule.must_carry is not None)
        assert rule.leads_to in (*STATUSES, None)


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_is_taken_exactly_where_it_is_allowed(kind):
    callers = [Caller(role, role, OWN if role == "officer" else None) for role in ROLES]
    for state, caller, unit in product(STATES, callers, (OWN, OTHER)):
        allowed = allowed_events(state, caller, unit)
        if kind in allowed:
            check_event(event(kind), state, caller, unit)
            continue
        with pytest.raises((ForbiddenError, TransitionError)) as refused:
            check_event(event(kind), state, caller, unit)
        if isinstance(refused.value, TransitionError):
            assert refused.value.allowed == allowed
            assert all(name in str(refused.value) for name in allowed)


def test_roles_are_those_of_the_design():
    def may(role: str, unit: str) -> set[str]:
        caller = Caller(role, role, OWN if role == "officer" else None)
        return {kind for state in STATES for kind in allowed_events(state, caller, unit)}

    assert may("officer", OWN) == {"in_progress", "answered", "rejected", "closed", "merged"}
    assert may("router", OWN) == may("admin", OTHER) == set(EVENTS) - {"received"}
    assert not any(may(role, OWN) for role in ("public", "planner", "analyst"))
    assert may("officer", OTHER) == set()
    with pytest.raises(ForbiddenError, match="own unit"):
        check_event(event("answered"), "waiting", Caller("officer", "key", OWN), OTHER)
    with pytest.raises(ForbiddenError, match="officer, router, admin"):
        check_event(event("answered"), "waiting", PUBLIC, OWN)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (Event("answered"), "text"),
        (Event("rejected"), "text"),
        (Event("answered", " \t\n\u00a0", ("https://example.org/a.jpg",)), "text"),
        (Event("rejected", "   "), "text"),
        (Event("moved"), "unit_code"),
        (Event("answered", "x", unit_id=7, lead="x"), "unit_code"),
        (Event("assigned", lead="a\x00b"), "lead"),
        (Event("assigned", lead="x" * 201), "lead"),
        (Event("assigned", lead=" "), "lead"),
        (Event("assigned", cooperating=("URENCO", "")), "cooperating"),
        (Event("assigned", cooperating=("x",) * 21), "cooperating"),
        (Event("merged"), "duplicate_of"),
        (Event("rated"), "satisfied"),
        (Event("answered", "x", satisfied=True), "satisfied"),
        (Event("closed", lead="x"), "lead"),
        (Event("answered", "x" * 4001), "text"),
        (Event("answered", "a\x1bb"), "text"),
        (Event("answered", "x", ("http://example.org/a.jpg",)), "media"),
        (Event("exploded"), "kind"),
    ],
)
def test_an_event_carries_what_it_must_and_nothing_else(bad, field):
    with pytest.raises(InputError) as refused:
        check_event(bad, "waiting", Caller("admin", "tests"), OWN)
    assert refused.value.field == field


def test_evidence_is_text_and_picture():
    at = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    picture = ("https://example.org/a.jpg",)
    assert after(Progress(), Event("answered", "x", picture), at).evidence is True
    assert after(Progress(), Event("answered", "x"), at).evidence is False
    assert after(Progress(), Event("rejected", "x", picture), at).evidence is None


def test_every_demo_history_obeys_the_table_and_makes_its_row(dispatch):
    demo = take_turns(make_demo(dispatch, NOW, n=5000), dispatch.jurisdiction, NOW)
    events, course, admin = demo.events, demo.course, Caller("admin", "tests")
    progress: dict[int, Progress] = {}
    for row, report in enumerate(events.report.tolist()):
        carried = {name: getattr(events, name)[row] for name in ("unit_id", "duplicate_of", "satisfied")}
        told = Event(events.kind[row], events.text[row], tuple(events.media[row]), **carried)
        was = progress.get(report, Progress())
        if told.kind != "received":
            check_event(told, was.state, admin, OWN)
            assert events.before[row] == was.status
        progress[report] = after(was, told, events.at[row].astype("datetime64[us]").item())
        assert events.status[row] == progress[report].status
    assert len(progress) == len(demo.reports)
    assert {each.state for each in progress.values()} == set(STATES)
    assert set(events.kind) == set(TRANSITIONS)
    for report, made in progress.items():
        for name in ("status", "evidence", "satisfied", "reopened", "duplicate_of"):
            assert getattr(made, name) == getattr(course, name)[report], name
        for name in ("updated_at", "intake_at", "answered_at", "closed_at"):
            assert getattr(made, name) == getattr(course, name)[report].astype("datetime64[us]").item(), name
