"""Reports are divided into groups of at least five people, each in one ward or in none; what may be told is told."""

import h3
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.privacy.groups import CITY, Groups, grouped
from geo.privacy.people import LEAST_PEOPLE

# Three neighbours of one parent, a cell of the next one, and one that shares no parent of resolution 5 with them.
NEAR = h3.latlng_to_cell(21.02, 105.85, 9)
CELLS = [*sorted(h3.cell_to_children(h3.cell_to_parent(NEAR, 8), 9))[:3], h3.latlng_to_cell(21.03, 105.86, 9),
         h3.latlng_to_cell(20.6, 105.4, 9)]  # fmt: skip
REPORTS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, len(CELLS) - 1), st.integers(0, 12)), max_size=120
)


def groups_of(reports: list[tuple[int, int, int, int]]) -> Groups:
    kind, ward, cell, person = np.array(reports, dtype=np.int64).reshape(-1, 4).T
    return grouped(kind, ward, np.array([h3.str_to_int(CELLS[number]) for number in cell], np.int64), person)


@given(REPORTS)
def test_a_group_is_of_five_people_of_one_kind_in_the_cell_and_the_ward_that_are_told(reports):
    groups = groups_of(reports)
    for number, (ward, cell, people) in enumerate(zip(groups.ward, groups.cell, groups.people, strict=True)):
        members = [report for report, of in zip(reports, groups.of, strict=True) if of == number]
        assert len({person for *_, person in members} - {0}) == people >= LEAST_PEOPLE
        assert len({kind for kind, *_ in members}) == 1
        assert ward == 0 or {of_ward for _, of_ward, *_ in members} == {ward}
        if cell != CITY:
            name = h3.int_to_str(int(cell))
            assert {h3.cell_to_parent(CELLS[at], h3.get_resolution(name)) for _, _, at, _ in members} == {name}


@given(REPORTS)
def test_a_kind_is_told_whole_or_not_at_all(reports):
    groups = groups_of(reports)
    for kind in (0, 1):
        people = {person for of, _, _, person in reports if of == kind} - {0}
        told = {bool(here) for (of, *_), here in zip(reports, groups.in_city, strict=True) if of == kind}
        assert told <= {len(people) >= LEAST_PEOPLE}


@given(REPORTS)
def test_at_most_one_group_of_each_kind_is_coarser_than_it_must_be(reports):
    """What five people reported in one ward and cell is told there, unless a few others must be told with it."""
    groups = groups_of(reports)
    alone: dict[tuple[int, int, int], set[int]] = {}
    for kind, ward, cell, person in reports:
        alone.setdefault((kind, ward, cell), set()).update({person} - {0})
    enough = {place for place, people in alone.items() if len(people) >= LEAST_PEOPLE and place[1]}
    coarser = {
        report[:3]
        for report, of in zip(reports, groups.of, strict=True)
        if report[:3] in enough and groups.cell[of] != h3.str_to_int(CELLS[report[2]])
    }
    assert all(sum(kind == each for kind, *_ in coarser) <= 1 for each in (0, 1))


@given(REPORTS, st.randoms())
def test_the_order_of_reports_makes_no_difference(reports, random):
    order = random.sample(range(len(reports)), len(reports))
    one, other = groups_of(reports), groups_of([reports[number] for number in order])
    assert one.of[order].tolist() == other.of.tolist()


def test_the_few_that_are_left_are_told_with_what_is_in_no_wards_figures():
    """Two people in no ward, far away, take the six of the wards 2 and 3 to the city, and leave ward 1 as it is."""
    places = [(1, 0, 3), (1, 1, 2), (2, 3, 3), (3, 3, 3), (0, 4, 2)]
    wards = [ward for ward, _, people in places for _ in range(people)]
    cells = [cell for _, cell, people in places for _ in range(people)]
    groups = groups_of([(0, *place, 1 + person) for person, place in enumerate(zip(wards, cells, strict=True))])
    assert groups.ward[groups.of].tolist() == [1] * 5 + [0] * 8
    assert groups.cell[groups.of].tolist() == [h3.str_to_int(h3.cell_to_parent(CELLS[0], 8))] * 5 + [CITY] * 8
