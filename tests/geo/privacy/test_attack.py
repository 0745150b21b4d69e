"""An attacker who asks everything, of cells and of wards, learns nothing of fewer than five people."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from itertools import zip_longest

import h3
import numpy as np
import pytest

from geo.counting.cube import Cube, Query
from geo.privacy.published import LEAST_PEOPLE, Published, publish
from geo.responsibility.working_time import WorkingCalendar
from geo.wards.ranking import Period
from tests.geo.cube_facts import cell_of, facts_of
from tests.geo.privacy.small_wards import (
    AXES,
    KIND,
    KINDS,
    NOW,
    REPORTS,
    TODAY,
    UNIT_IDS,
    WARD,
    Kind,
    people,
    unanswered,
)

CALENDAR = WorkingCalendar()
Answer = tuple[Kind, str, int]
"""A number that is told: of a kind, "cell" (0: no cell), "made up" in a cell, "ward", or "city" (0)."""


def published_of(weight: np.ndarray) -> Published:
    facts = facts_of(AXES, REPORTS)
    facts.weight[:] = weight
    return publish(Cube(AXES).extend(facts), TODAY)


def ranking_of(kind: Kind, merged: np.ndarray) -> Period:
    """Ward figures of one month and category, as the public may have them."""
    of_kind = np.array([each == kind for each in KIND])
    return Period.public(replace(unanswered(), merged=merged).take(of_kind), UNIT_IDS, CALENDAR, NOW)


def answers(marked: tuple[int, ...] = ()) -> dict[Answer, int]:
    """All that single months, single categories and the finest cells tell; marked reports count twice."""
    twice = np.zeros(len(REPORTS), bool)
    twice[list(marked)] = True
    table, found = published_of(1 + twice), {}
    for kind in KINDS:
        day = dt.date(*kind[0], 14)
        counts = table.counts(Query(day, day, 9, (kind[1],)))
        for told_of, numbers in (("cell", counts.count), ("made up", counts.synthetic)):
            found |= {(kind, told_of, cell): n for cell, n in zip(counts.cell.tolist(), numbers, strict=True)}
        found[kind, "cell", 0] = counts.unplaced
        ranking = ranking_of(kind, twice)
        wards = zip(UNIT_IDS, ranking.wards.received + ranking.wards.merged, strict=True)
        found |= {(kind, "ward", unit_id): count for unit_id, count in wards}
        found[kind, "city", 0] = int(ranking.city.received[0] + ranking.city.merged[0])
    return {answer: int(count) for answer, count in found.items() if count}


@pytest.fixture(scope="module")
def base() -> dict[Answer, int]:
    return answers()


@pytest.fixture(scope="module")
def counted(base) -> dict[Answer, np.ndarray]:
    """Which reports each answer counts: one of each kind at a time is marked, and it is looked which answers grow."""
    found = {answer: np.zeros(len(REPORTS)) for answer in base}
    of_kind = [[number for number, kind in enumerate(KIND) if kind == each] for each in KINDS]
    for marked in zip_longest(*of_kind):
        numbers = {kind: number for kind, number in zip(KINDS, marked, strict=True) if number is not None}
        for answer, count in answers(tuple(numbers.values())).items():
            if answer[0] in numbers:
                found[answer][numbers[answer[0]]] = count - base[answer]
    return found


def test_every_answer_is_the_exact_number_of_reports_of_five_people(base, counted):
    for answer, reports in counted.items():
        numbers = np.flatnonzero(reports)
        assert set(reports) <= {0, 1}
        assert (len(numbers), people(numbers) >= LEAST_PEOPLE) == (base[answer], True)
        assert {KIND[number] for number in numbers} == {answer[0]}
    cells = [h3.int_to_str(cell) for _, told_of, cell in base if told_of == "cell" and cell]
    assert {h3.get_resolution(cell) for cell in cells} >= {9, 8}
    wards = [answer for answer in base if answer[1] == "ward"]
    assert len(wards) > 10
    assert all(WARD[np.flatnonzero(counted[answer])].tolist() == [answer[2]] * base[answer] for answer in wards)


def test_a_citys_total_is_that_of_its_cells(base):
    for kind in KINDS:
        cells = sum(count for (of, told_of, _), count in base.items() if (of, told_of) == (kind, "cell"))
        assert base[kind, "city", 0] == cells > 0


def small_sets(counted: dict[Answer, np.ndarray]) -> np.ndarray:
    """Reports of fewer than five people that somebody could look for: by place, time, category, or what is not told."""
    sets = defaultdict(list)
    cells = {answer: np.flatnonzero(reports) for answer, reports in counted.items() if answer[1] == "cell"}
    in_cell = {number: answer for answer, numbers in cells.items() for number in numbers}
    alone = {answer for answer, numbers in cells.items() if len(set(WARD[numbers])) == 1}
    for number, report in enumerate(REPORTS):
        if KIND[number] not in KINDS:
            continue
        places = [cell_of(report, resolution) for resolution in range(5, 10)]
        ward, group = f"ward {WARD[number]}", in_cell.get(number)
        beyond = group not in alone
        for place in (*places, ward, (ward, places[-1]), (ward, group), (ward, beyond), beyond, group):
            for when in (report.day, KIND[number][0], None):
                for what in (report.category, (report.category, report.synthetic), None):
                    sets[place, when, what].append(number)
    found = np.zeros((len(sets), len(REPORTS)))
    for row, members in zip(found, sets.values(), strict=True):
        row[members] = 1
    return found[[people(np.flatnonzero(row)) < LEAST_PEOPLE for row in found]]


def test_sums_and_differences_of_answers_isolate_nobody(counted):
    """Linear algebra: is any set of 1 to 4 people's reports a combination of all that is told?"""
    wanted = small_sets(counted)
    assert len(wanted) > 1000
    _, sizes, basis = np.linalg.svd(np.array(list(counted.values())), full_matrices=False)
    basis = basis[sizes > 1e-9]
    left = wanted - wanted @ basis.T @ basis
    solved = np.abs(left).max(axis=1) < 1e-9
    assert solved.sum() == 0


def test_what_no_answer_tells_apart_is_of_five_people(counted):
    """All answers are sums of these sets, so whatever is added or taken away, no smaller one comes out."""
    _, together = np.unique(np.array(list(counted.values())), axis=1, return_inverse=True)
    sets = [np.flatnonzero(together == number) for number in np.unique(together)]
    untold = [members for members in sets if not any(reports[members[0]] for reports in counted.values())]
    assert len(sets) > 40
    assert [{KIND[number][0] for number in members} for members in untold] == [{(2026, 2)}]
    assert all(people(members) >= LEAST_PEOPLE for members in sets)
