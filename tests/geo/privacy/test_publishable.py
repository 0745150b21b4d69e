"""No count that the public may not see can be worked out from all those that it may."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.privacy.publishable import publishable
from geo.privacy.published import LEAST_PEOPLE

REPORTS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 12)), max_size=120)


def parts(reports: list[tuple[int, int, int]]) -> dict[tuple[int, int], set[int]]:
    """Who reported in each (group, ward); nobody knows who 0 is."""
    people: dict[tuple[int, int], set[int]] = {}
    for group, ward, person in reports:
        people.setdefault((group, ward), set()).update({person} - {0})
    return people


def columns(reports: list[tuple[int, int, int]]) -> list[np.ndarray]:
    return list(np.array(reports, dtype=np.int64).reshape(-1, 3).T)


@given(REPORTS)
def test_a_part_is_shown_whole_or_not_at_all_and_never_with_few_people(reports):
    in_ward, _ = publishable(*columns(reports))
    shown = {part[:2] for part, kept in zip(reports, in_ward, strict=True) if kept}
    hidden = {part[:2] for part, kept in zip(reports, in_ward, strict=True) if not kept}
    assert not shown & hidden
    assert all(len(parts(reports)[part]) >= LEAST_PEOPLE and part[1] != 0 for part in shown)


@given(REPORTS)
def test_what_is_known_of_the_hidden_is_of_enough_people_and_of_no_single_small_ward(reports):
    """Linear algebra over all that is published, the parts and the totals: no small part can be solved for."""
    in_ward, in_city = publishable(*columns(reports))
    people = parts(reports)
    known = list(people)
    published = []
    for group in {part[0] for part in known}:
        mine = [part for part in known if part[0] == group]
        rows = [row for row, report in enumerate(reports) if report[0] == group]
        shown = {reports[row][:2] for row in rows if in_ward[row]}
        published += [[part == each for part in known] for each in shown]
        everybody = set().union(*(people[part] for part in mine))
        assert {bool(in_city[row]) for row in rows} == {len(everybody) >= LEAST_PEOPLE}
        if in_city[rows[0]]:
            published.append([part in mine for part in known])
            rest = [part for part in mine if part not in shown]
            assert not rest or len(set().union(*(people[part] for part in rest))) >= LEAST_PEOPLE
    system = np.array(published, dtype=float).reshape(len(published), len(known))
    rank = np.linalg.matrix_rank(system) if system.size else 0
    for number, part in enumerate(known):
        solved = np.linalg.matrix_rank(np.vstack([system, np.eye(len(known))[number]])) == rank
        assert not solved or len(people[part]) >= LEAST_PEOPLE
