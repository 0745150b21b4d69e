"""An attacker who asks for medians and shares of wards finds nothing that is made of fewer than five people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from geo.privacy.people import LEAST_PEOPLE
from geo.responsibility.working_time import WorkingCalendar
from geo.wards.cases import Cases
from geo.wards.ranking import Period
from tests.geo.privacy.small_wards import KIND, NOW, REPORTS, WARD, Kind, unanswered

CALENDAR = WorkingCalendar()
N = len(REPORTS)
RANDOM = np.random.default_rng(7)
WARDS = np.where(WARD > 0, 1 + (900 - WARD) // 18, 0)
"""Larger ones, each of two columns of the small ones."""
REPORTER = RANDOM.integers(0, 16, N)
ORDER = RANDOM.permutation(N)
HAS = {"intake": RANDOM.random(N) < 0.8, "answer": RANDOM.random(N) < 0.6, "rating": RANDOM.random(N) < 0.4}
HAS["evidence"] = HAS["answer"] & (RANDOM.random(N) < 0.9)
OF = {"intake_hours": "intake", "answer_hours": "answer", "on_time_share": "answer", "evidence_share": "evidence",
      "satisfied_share": "rating"}  # fmt: skip
KINDS = [((2025, 12), "waste"), ((2026, 1), "waste"), ((2026, 1), "parking")]
MORNING, NEVER, SECOND = np.datetime64("2026-01-19T01:00", "ms"), np.datetime64("NaT", "ms"), np.timedelta64(1, "s")
"""When an office opens in Hanoi, in UTC."""
Figure = tuple[Kind, str, int]
"""A median or share: of a kind, its name, of a ward or of the city (0)."""


def reported() -> Cases:
    """Give every report with the outcome that it has; no two took the same time."""
    good, moment = ORDER % 3 > 0, MORNING + (2 + ORDER) * SECOND
    return replace(
        unanswered(),
        unit_id=WARDS,
        reporter=REPORTER,
        received_at=np.full(N, MORNING),
        intake_at=np.where(HAS["intake"], moment, NEVER),
        answered_at=np.where(HAS["answer"], moment, NEVER),
        due_at=np.where(good, moment + SECOND, moment - SECOND),
        evidence=np.where(HAS["evidence"], good, -1),
        satisfied=np.where(HAS["rating"], good, -1),
    )


def with_extreme(cases: Cases, row: int, good: bool) -> Cases:
    """Let one report have the best of all outcomes, or the worst, if it has any."""
    moment = MORNING + (SECOND if good else 10 * N * SECOND)
    due = moment + (SECOND if good else -SECOND)
    extreme = {"intake_at": moment, "answered_at": moment, "due_at": due, "evidence": good, "satisfied": good}
    columns = {name: getattr(cases, name).copy() for name in extreme}
    for name, column in columns.items():
        if column[row] == column[row] and column[row] != -1:  # neither NaT nor not told
            column[row] = extreme[name]
    return replace(cases, **columns)


def of_kinds(*kinds: Kind) -> np.ndarray:
    """Find the reports of some months and categories."""
    return np.flatnonzero([kind in kinds for kind in KIND])


def told(cases: Cases) -> dict[tuple[str, int], float]:
    """All medians and shares of a window that are told."""
    unit_ids = [ward for ward in np.unique(WARDS).tolist() if ward]
    period, figures = Period.public(cases, unit_ids, CALENDAR, NOW), {}
    for name in OF:
        figures |= {(name, ward): value for ward, value in zip(unit_ids, getattr(period.wards, name), strict=True)}
        figures[name, 0] = getattr(period.city, name)[0]
    return {figure: float(value) for figure, value in figures.items() if not np.isnan(value)}


@pytest.fixture(scope="module")
def made_of() -> dict[Figure, set[int]]:
    """The reports that each figure is made of: it differs when one of them is the best, or the worst of all."""
    found = defaultdict(set)
    for kind in KINDS:
        numbers = of_kinds(kind)
        cases = reported().take(numbers)
        for row, number in enumerate(numbers.tolist()):
            best, worst = (told(with_extreme(cases, row, good)) for good in (True, False))
            assert best.keys() == worst.keys()
            for figure in best:
                if best[figure] != worst[figure]:
                    found[kind, *figure].add(number)
    return found


def people(numbers: Iterable[int]) -> int:
    """Count the people who are known."""
    return len(set(REPORTER[list(numbers)].tolist()) - {0})


def expected(name: str, numbers: set[int]) -> float:
    """The median or share of some reports."""
    cases = reported().take(np.array(sorted(numbers)))
    if name.endswith("_hours"):
        until = {"intake_hours": cases.intake_at, "answer_hours": cases.answered_at}[name]
        return median(((until - MORNING) / np.timedelta64(1, "h")).tolist())
    good = {
        "on_time_share": cases.answered_at <= cases.due_at,
        "evidence_share": cases.evidence,
        "satisfied_share": cases.satisfied,
    }[name]
    return sum(map(bool, good.tolist())) / len(numbers)


def test_a_median_or_share_is_made_of_five_people_who_have_the_outcome(made_of):
    for (kind, name, ward), numbers in made_of.items():
        assert people(numbers) >= LEAST_PEOPLE
        assert all(HAS[OF[name]][number] and KIND[number] == kind for number in numbers)
        assert ward == 0 or {int(WARDS[number]) for number in numbers} == {ward}
    wards = {name: sum(each == name and ward > 0 for _, each, ward in made_of) for name in OF}
    assert min(wards.values()) >= 3


def test_no_window_tells_of_anything_but_sums_of_the_same_reports(made_of):
    """Months and categories together are made of what each of them is made of by itself."""
    for subset in range(1, 1 << len(KINDS)):
        kinds = [kind for number, kind in enumerate(KINDS) if subset >> number & 1]
        together = defaultdict(set)
        for (kind, *figure), numbers in made_of.items():
            if kind in kinds:
                together[tuple(figure)] |= numbers
        assert told(reported().take(of_kinds(*kinds))) == pytest.approx(
            {(name, ward): expected(name, numbers) for (name, ward), numbers in together.items()}
        )


@pytest.mark.parametrize("name", OF)
def test_what_no_medians_and_shares_tell_apart_is_of_five_people(made_of, name):
    """Every difference of what is told is one of these sets, or several of them."""
    which = {figure: numbers for figure, numbers in made_of.items() if figure[1] == name}
    sets = defaultdict(list)
    for number in set().union(*which.values()):
        sets[frozenset(figure for figure, numbers in which.items() if number in numbers)].append(number)
    assert len(sets) > len(KINDS)
    assert all(people(members) >= LEAST_PEOPLE for members in sets.values())
