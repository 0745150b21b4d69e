"""A report that comes alone is admitted, or refused, as it would be among many."""

import datetime as dt
from dataclasses import replace
from uuid import RFC_4122

import numpy as np
import pytest
import shapely

from geo.errors import CoordinateError, InputError
from geo.location.locator import Locator
from geo.lookup.dispatch import Dispatch, known_to_rules, territory_calendar
from geo.reports.intake import CLOCK_SKEW, admit
from geo.reports.intake_of_one import admit_one
from geo.reports.rows import AdmittedOne, SubmittedOne, columns_of, moments_of, row_of
from geo.responsibility.rules import RuleSet
from geo.units.jurisdiction import Layer
from geo.units.territory import HANOI, Unit
from tests.geo.coverages import spread, stress_set

NOW = dt.datetime(2026, 1, 5, 3, tzinfo=dt.UTC)
GOOD = SubmittedOne("waste", 105.868664, 20.998485, 12.5, NOW, "app", "x-1", "Rác", b"\1" * 16, ("https://a.org/b",))
CHANGED = [
    {"category": "noise"},
    {"category": "waste\0"},
    {"lon": 20.998485, "lat": 105.868664},
    {"lat": np.nan},
    {"lon": np.inf},
    {"lon": 2.35, "lat": 48.86},
    {"lon": 106.3, "lat": 20.94},
    {"accuracy_m": None},
    {"accuracy_m": 0.0},
    {"accuracy_m": -0.5},
    {"accuracy_m": 100_000.0},
    {"accuracy_m": 100_000.5},
    {"reported_at": NOW + CLOCK_SKEW.item()},
    {"reported_at": NOW + CLOCK_SKEW.item() + dt.timedelta(milliseconds=1)},
    {"reported_at": dt.datetime(1999, 1, 1, tzinfo=dt.UTC)},
    {"channel": "fax"},
    {"external_id": None},
    {"external_id": ""},
    {"external_id": " \u00a0\t"},
    {"external_id": "e\u0301x"},
    {"external_id": "x" * 200},
    {"external_id": "x" * 201},
    {"external_id": "a\x1b[0m"},
    {"description": "Ra\u0301c\n\tthải"},
    {"description": "x" * 4000},
    {"description": "x" * 4001},
    {"description": "a\0b"},
    {"description": "a\udc80"},
    {"reporter": None, "media": ()},
    {"media": ("http://a.org/b",)},
    {"media": ("https://a.org/b",) * 11},
    {"category": "noise", "lat": 91.0, "channel": "fax"},
]
RULES = """
    [[rule]]
    name = "park"
    areas = ["park"]
    lead = { vi = "Ban quản lý công viên", en = "Park Management" }
    urgency = "urgent"

    [[rule]]
    name = "lake"
    areas = ["lake"]
    lead = { vi = "Ban quản lý hồ", en = "Lake Management" }
    cooperating = [{ vi = "UBND {unit}", en = "People's Committee of {unit}" }]
"""


@pytest.fixture(scope="module")
def with_areas(dispatch: Dispatch) -> Dispatch:
    """Hanoi before and after July 2025, with two named areas that overlap and rules about them."""
    shapes = [shapely.box(105.80, 20.98, 105.85, 21.03), shapely.box(105.84, 21.00, 105.90, 21.04)]
    locator = Locator.build(["lake", "park"], shapes)
    units = tuple(Unit(9000 + n, "area", code, "khu", code, code) for n, code in enumerate(locator.codes))
    generation = replace(dispatch.jurisdiction.layers[-1].generation, id=99, level="area", valid_to=None)
    areas = (Layer(generation, locator, units, ()),)
    jurisdiction = replace(dispatch.jurisdiction, areas=areas)
    rules = RuleSet.from_toml(RULES, known_to_rules(jurisdiction, dispatch.categories), territory_calendar(HANOI))
    return replace(dispatch, jurisdiction=jurisdiction, rules=rules)


def alone(dispatch: Dispatch, report: SubmittedOne) -> AdmittedOne | InputError:
    try:
        return admit_one(report, dispatch, NOW)
    except InputError as error:
        return error


def among_many(dispatch: Dispatch, reports: list[SubmittedOne]) -> list[AdmittedOne | InputError]:
    admitted, rows, problems = admit(columns_of(reports), dispatch, moments_of([NOW] * len(reports)))
    found: dict[int, AdmittedOne | InputError] = {row: row_of(admitted, i) for i, row in enumerate(rows.tolist())}
    for problem in problems:
        kind = CoordinateError if problem.field in ("lon", "lat") else InputError
        found[problem.row] = kind(problem.reason, problem.field)
    return [found[row] for row in range(len(reports))]


def told(found: AdmittedOne | InputError) -> object:
    """Give all but what is random in an id, types included."""
    if isinstance(found, InputError):
        return type(found), str(found), found.field
    values = found._replace(id=(found.id.version, found.id.variant, found.id.int >> 80))
    return tuple((type(value), value) for value in values)


def test_good_and_bad_values_are_told_the_same(with_areas: Dispatch) -> None:
    reports = [GOOD, *(GOOD._replace(**change) for change in CHANGED)]
    expected = among_many(with_areas, reports)
    assert [told(alone(with_areas, report)) for report in reports] == list(map(told, expected))
    refused = [isinstance(each, InputError) for each in expected]
    assert (len(refused) - sum(refused), sum(refused)) == (11, 22)
    assert isinstance(alone(with_areas, GOOD._replace(lat=91.0)), CoordinateError)


def test_every_place_on_either_side_of_the_day_that_boundaries_changed_is_found_the_same(with_areas: Dispatch) -> None:
    """Points everywhere and on borders, a hair's breadth beside them and between the city and its neighbours."""
    random = np.random.default_rng(5)
    polygons = np.concatenate([layer.locator.polygons for layer in with_areas.jurisdiction.layers])
    areas = with_areas.jurisdiction.areas[0].locator.polygons
    outline = shapely.union_all(polygons).boundary.segmentize(0.05)
    beside = shapely.get_coordinates(outline) + random.normal(0, 2e-4, (shapely.get_num_coordinates(outline), 2))
    places = [spread(polygons, 150, 1), stress_set(polygons, 2, every=2000), stress_set(areas, 3), beside[::9].T]
    lon, lat = (np.concatenate(axis) for axis in zip(*places, strict=True))
    changed = dt.datetime(2025, 6, 30, 17, tzinfo=dt.UTC)  # midnight in Hanoi
    moments = [changed, changed - dt.timedelta(milliseconds=1), dt.datetime(2024, 2, 29, tzinfo=dt.UTC), NOW]
    reports = [
        GOOD._replace(lon=x, lat=y, reported_at=moments[which], category=("waste", "parking")[which % 2])
        for x, y, which in zip(lon.tolist(), lat.tolist(), random.integers(0, 4, len(lon)).tolist(), strict=True)
    ]
    expected = among_many(with_areas, reports)
    assert [told(alone(with_areas, report)) for report in reports] == list(map(told, expected))
    kinds = {each.how if isinstance(each, AdmittedOne) else each.field for each in expected}
    assert kinds == {"inside", "edge", "nearest", "lon"}
    rules = {each.rule for each in expected if isinstance(each, AdmittedOne)}
    assert rules == {"park", "lake", "own-committee"}


def test_ids_are_of_version_7_in_the_order_of_their_moments_and_no_two_alike(with_areas: Dispatch) -> None:
    ids = [admit_one(GOOD._replace(reported_at=NOW - dt.timedelta(days=n)), with_areas, NOW).id for n in range(200)]
    assert ids == sorted(ids, reverse=True)
    assert {(id.version, id.variant) for id in ids} == {(7, RFC_4122)}
    same = {admit_one(GOOD, with_areas, NOW).id.int & (1 << 76) - 1 for _ in range(500)}
    assert len(same) == 500
    ones = [sum(id >> bit & 1 for id in same) for bit in (*range(62), *range(64, 76))]
    assert 150 < min(ones) <= max(ones) < 350  # every bit that may be random is
