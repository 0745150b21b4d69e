"""All that everybody may ask of cells comes from one table of months and categories."""

import datetime as dt
from collections import defaultdict
from itertools import combinations

import h3
import numpy as np
import pytest

from geo.counting.axes import Axes
from geo.counting.cube import Cube, Query
from geo.errors import InputError
from geo.privacy.public_counting import hidden_words
from geo.privacy.published import LEAST_PEOPLE, PublicCounts, Published, publish
from tests.geo.cube_facts import CATEGORIES, Reported, facts_of, random_reports

AXES = Axes(CATEGORIES)
REPORTS = random_reports(11, 1200)
TODAY = dt.date(2026, 2, 20)
MONTHS = [(2025, 11), (2025, 12), (2026, 1)]
Group = tuple[tuple[int, int], str, int]


@pytest.fixture(scope="module")
def published() -> Published:
    return publish(Cube(AXES).extend(facts_of(AXES, REPORTS)), TODAY)


def month_query(month: tuple[int, int], *categories: str, resolution: int = 9) -> Query:
    day = dt.date(*month, 14)
    return Query(day, day, resolution, categories or None)


def told(counts: PublicCounts) -> dict[int, int]:
    return dict(zip(counts.cell.tolist(), counts.count.tolist(), strict=True))


@pytest.fixture(scope="module")
def base(published) -> dict[Group, int]:
    """All that single months, single categories and the finest resolution tell; cell 0 is the city."""
    found = {}
    for month in MONTHS:
        for category in CATEGORIES:
            counts = published.counts(month_query(month, category))
            found |= {(month, category, cell): count for cell, count in told(counts).items()}
            found |= {(month, category, 0): counts.unplaced} if counts.unplaced else {}
    return found


def test_no_other_question_tells_more_than_the_single_months_do(published, base):
    """Windows that differ by a day, sets of categories, resolutions, totals: all can be worked out from the base."""
    random = np.random.default_rng(3)
    sets = [chosen for size in (1, 2, 3) for chosen in combinations(CATEGORIES, size)]
    for _ in range(300):
        first = dt.date(2025, 10, 20) + dt.timedelta(days=int(random.integers(120)))
        last = first + dt.timedelta(days=int(random.integers(60)))
        chosen, resolution = sets[random.integers(len(sets))], int(random.integers(5, 10))
        counts = published.counts(Query(first, last, resolution, chosen))
        expected, unplaced = defaultdict(int), 0
        for (month, category, cell), count in base.items():
            if category not in chosen or not (first.year, first.month) <= month <= (last.year, last.month):
                continue
            name = h3.int_to_str(cell)
            if not cell:
                unplaced += count
            elif h3.get_resolution(name) > resolution:
                expected[h3.str_to_int(h3.cell_to_parent(name, resolution))] += count
            else:
                expected[cell] += count
        assert (told(counts), counts.unplaced) == (expected, unplaced)
        assert counts.n == sum(expected.values()) + unplaced


@pytest.mark.parametrize("resolution", [5, 7, 9])
def test_months_are_sums_of_the_same_groups(published, base, resolution):
    chosen = ("waste", "parking")
    query = Query(dt.date(2025, 10, 1), TODAY, resolution, chosen)
    months, counts = published.monthly(query)
    assert [(month.year, month.month) for month in months] == MONTHS
    kept = {group: count for group, count in base.items() if group[1] in chosen}
    assert counts.tolist() == [sum(n for group, n in kept.items() if group[0] == month) for month in MONTHS]
    some = published.counts(query).cell[::2]
    within = defaultdict(int)
    for (month, _, cell), count in kept.items():
        name = h3.int_to_str(cell)
        if cell and h3.get_resolution(name) >= resolution:
            within[month] += count * (h3.str_to_int(h3.cell_to_parent(name, resolution)) in some)
    assert published.monthly(query, some)[1].tolist() == [within[month] for month in MONTHS]


def test_the_month_that_is_not_over_is_not_published(published):
    counts = published.counts(Query(dt.date(2026, 2, 1), TODAY))
    assert (len(counts), counts.n) == (0, 0)
    assert counts.last < counts.first
    widened = published.counts(Query(dt.date(2026, 1, 30), TODAY))
    assert (widened.first, widened.last) == (dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    assert told(widened) == told(published.counts(month_query((2026, 1))))


def test_unknown_people_are_no_further_people():
    cell = [Reported(dt.date(2026, 1, 3), "waste", "waiting", False, False, 105.85, 21.02, who) for who in range(5)]
    known = [Reported(dt.date(2026, 1, 3), "waste", "waiting", False, False, 105.85, 21.02, 9)]
    for reports, told_of in ((cell + cell, 0), (cell + known, 6)):
        table = publish(Cube(AXES).extend(facts_of(AXES, reports)), TODAY)
        assert table.counts(month_query((2026, 1))).n == told_of


def test_people_are_counted_from_below(published):
    query = Query(dt.date(2025, 11, 1), dt.date(2026, 1, 31), 9)
    exact = Cube(AXES).extend(facts_of(AXES, REPORTS)).reporters(query)
    most = dict(zip(exact.cell.tolist(), exact.count.tolist(), strict=True))
    counts = published.counts(query)
    for cell, people in zip(counts.cell.tolist(), counts.people.tolist(), strict=True):
        assert LEAST_PEOPLE <= people <= most.get(cell, people)


@pytest.mark.parametrize("asked", [{"statuses": ("waiting",)}, {"unit_id": 3}, {"duplicates": False}])
def test_what_is_not_published_is_refused(published, asked):
    with pytest.raises(InputError, match="take a key"):
        published.counts(Query(dt.date(2026, 1, 1), TODAY, **asked))


def test_what_is_hidden_is_told_of_all_cells_or_of_those_that_hold_one(published):
    """By the h3 library: the coarser cells are the parents, and with the city they complete the answer."""
    counts = published.counts(Query(dt.date(2025, 11, 1), dt.date(2026, 1, 31), 9, ("waste",)))
    coarse = {h3.int_to_str(cell): n for cell, n in told(counts).items() if cell >> 52 & 15 < 9}
    hidden = hidden_words(counts, 9)
    assert (hidden["fewer_reporters_than"], hidden["reporters_counted_by"]) == (LEAST_PEOPLE, "month")
    assert hidden["coarser_cells"] == coarse
    fine = sum(n for cell, n in told(counts).items() if cell >> 52 & 15 == 9)
    assert fine + hidden["reports_in_coarser_cells"] + hidden["reports_in_city_only"] == counts.n
    name = h3.cell_to_children(next(iter(coarse)), 9)[0]
    of_one = hidden_words(counts, 9, h3.str_to_int(name))
    holding = {h3.cell_to_parent(name, resolution) for resolution in range(5, 9)}
    assert of_one["coarser_cells"] == {cell: n for cell, n in coarse.items() if cell in holding}
    assert 0 < of_one["reports_in_coarser_cells"] == sum(of_one["coarser_cells"].values())
    assert of_one["reports_in_city_only"] == counts.unplaced
