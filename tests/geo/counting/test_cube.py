"""The cube gives what counting report by report gives, for any window and in whatever order its facts came."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geo.counting.cube
from geo.counting.axes import Axes, Facts
from geo.counting.cube import Counts, Cube, Query
from geo.errors import InputError
from geo.vocabulary import STATUSES
from tests.geo.cube_facts import CATEGORIES, asked_for, cell_of, counted, facts_of, random_reports

AXES = Axes(CATEGORIES)
REPORTS = random_reports(1, 1500)
FIRST, LAST = dt.date(2025, 11, 1), dt.date(2026, 3, 31)
EVER = Query(FIRST, LAST)


def by_cell(counts: Counts) -> dict[int, int]:
    return dict(zip(counts.cell.tolist(), counts.count.tolist(), strict=True))


@pytest.fixture(scope="module")
def cube() -> Cube:
    return Cube(AXES).extend(facts_of(AXES, REPORTS[:1300])).folded().extend(facts_of(AXES, REPORTS[1300:]))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    first = draw(st.dates(FIRST, LAST))
    return Query(
        first,
        draw(st.dates(first, LAST)),
        draw(st.integers(5, 9)),
        draw(st.none() | st.lists(st.sampled_from(CATEGORIES), unique=True).map(tuple)),
        draw(st.none() | st.lists(st.sampled_from(STATUSES), unique=True).map(tuple)),
        duplicates=draw(st.booleans()),
    )


@settings(max_examples=80)
@given(queries())
def test_any_window_is_that_of_brute_force(cube, query):
    wanted = asked_for(REPORTS, query)
    counts = cube.counts(query)
    assert by_cell(counts) == counted(wanted, query.resolution)
    assert counts.n == len(wanted)
    assert counts.synthetic.sum() == sum(report.synthetic for report in wanted)
    people = defaultdict(set)
    for report in wanted:
        people[cell_of(report, query.resolution)] |= {report.reporter} - {0}
    assert by_cell(cube.reporters(query)) == {cell: len(known) for cell, known in people.items() if known}


def test_every_resolution_has_the_same_total(cube):
    assert {cube.counts(Query(FIRST, LAST, res)).n for res in range(5, 10)} == {len(REPORTS)}
    assert cube.n == len(REPORTS)
    assert cube.days == (min(r.day for r in REPORTS), max(r.day for r in REPORTS))


def test_steps_are_the_counts_of_their_windows(cube):
    edges = [FIRST + dt.timedelta(days=9 * i) for i in range(12)]
    cells, counts = cube.steps(EVER, edges)
    for step, (begin, end) in enumerate(pairwise(edges)):
        window = cube.counts(Query(begin, end - dt.timedelta(days=1)))
        found = counts[:, step]
        assert dict(zip(cells[found > 0].tolist(), found[found > 0].tolist(), strict=True)) == by_cell(window)


@settings(max_examples=60)
@given(queries(), st.none() | st.integers(1, 40))
def test_days_are_counted_as_by_brute_force_everywhere_and_in_some_cells(cube, query, cells):
    wanted = asked_for(REPORTS, query)
    chosen = None
    if cells is not None:
        chosen = np.unique([cell_of(report, query.resolution) for report in REPORTS])[:cells]
        wanted = [report for report in wanted if cell_of(report, query.resolution) in chosen]
    days = [query.first + dt.timedelta(days=day) for day in range((query.last - query.first).days + 1)]
    assert cube.daily(query, chosen).tolist() == [sum(report.day == day for report in wanted) for day in days]


@settings(max_examples=25)
@given(st.data())
def test_changes_give_the_same_cube_in_any_order_and_portions(data):
    """A report changes its status some times; the log may bring taking away before adding."""
    old, new = facts_of(AXES, REPORTS[:300]), facts_of(AXES, REPORTS[300:600])
    gone = facts_of(AXES, REPORTS[:300], -1)
    log = Facts.joined([old, new, gone])
    order = np.random.default_rng(data.draw(st.integers(0, 1 << 32))).permutation(len(log))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=6)))
    cube = Cube(AXES)
    for part in np.split(order, cuts):
        cube = cube.extend(log.take(part))
        cube = cube.folded() if data.draw(st.booleans()) else cube
    expected = Cube(AXES).extend(new).facts()
    for found, wanted in zip(vars(cube.facts()).values(), vars(expected).values(), strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert by_cell(cube.counts(EVER)) == counted(REPORTS[300:600], 9)
    assert cube.n == 300


def test_many_changes_are_laid_among_the_rows_by_themselves(monkeypatch):
    monkeypatch.setattr(geo.counting.cube, "FOLD_AT", 50)
    cube = Cube(AXES)
    for begin in range(0, 400, 20):
        before = cube
        cube = cube.extend(facts_of(AXES, REPORTS[begin : begin + 20]))
        assert before.n == begin
        assert by_cell(cube.counts(EVER)) == counted(REPORTS[: begin + 20], 9)


def test_a_unit_has_the_reports_whose_points_it_holds_under_either_boundaries(dispatch):
    layers = dispatch.jurisdiction.layers
    axes = Axes(CATEGORIES, layers)
    reports = random_reports(5, 4000)
    cube = Cube(axes).extend(facts_of(axes, reports))
    lon, lat = np.array([r.lon for r in reports]), np.array([r.lat for r in reports])
    for layer in layers:
        unit_of_point, _ = layer.place(lon, lat)
        for unit_id in np.unique(unit_of_point[unit_of_point > 0]).tolist():
            held = [report for report, unit in zip(reports, unit_of_point, strict=True) if unit == unit_id]
            for res in (9, 6):
                query = Query(FIRST, LAST, res, unit_id=unit_id, generation_id=layer.generation.id)
                assert by_cell(cube.counts(query)) == counted(held, res)


def test_an_empty_cube_counts_nothing():
    cube = Cube(AXES)
    assert (cube.n, cube.days, len(cube.counts(EVER)), len(cube.reporters(EVER))) == (0, None, 0, 0)
    assert cube.steps(EVER, [FIRST, LAST])[1].shape == (0, 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"resolution": 10}, "resolutions 5 to 9"),
        ({"categories": ("noise",)}, "unknown category 'noise': use waste"),
        ({"statuses": ("done",)}, "unknown status 'done': use waiting"),
        ({"first": dt.date(2027, 1, 1)}, "before it begins"),
        ({"unit_id": 7}, "unit 7 is in no boundaries"),
    ],
)
def test_what_the_cube_has_not_is_refused(cube, given, says):
    with pytest.raises(InputError, match=says):
        cube.counts(Query(**{"first": FIRST, "last": LAST} | given))
