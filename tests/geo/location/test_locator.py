"""The locator gives the unit that GEOS gives, for every point, by every door."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.location.locator import How, Locator
from tests.geo.coverages import Coverage, brute_force, coverages, generated, hanoi, hcmc, spread, stress_set

SOUTH, NORTH = shapely.box(105, 20, 106, 21), shapely.box(105, 21, 106, 22)


def assert_same_as_geos(locator: Locator, lon: np.ndarray, lat: np.ndarray) -> None:
    unit, count, interior = brute_force(locator.polygons, lon, lat)
    how = np.select([count == 0, (count == 1) & interior], [How.OUTSIDE, How.INSIDE], How.EDGE)
    located = locator.locate(lon, lat)
    np.testing.assert_array_equal(located.unit, unit)
    np.testing.assert_array_equal(located.how, how)


@pytest.fixture(scope="module", params=[hanoi, hcmc, lambda: generated(units=60, seed=3, overlaps=8)])
def city(request: pytest.FixtureRequest) -> Locator:
    coverage = request.param()
    return Locator.build(coverage.codes, coverage.polygons)


def test_no_point_at_a_border_is_wrong_or_lost(city: Locator) -> None:
    assert_same_as_geos(city, *stress_set(city.polygons, every=2))


def test_no_point_in_or_around_a_city_is_wrong(city: Locator) -> None:
    assert_same_as_geos(city, *spread(city.polygons, 300_000))


def test_one_point_and_many_have_the_same_answer(city: Locator) -> None:
    lon, lat = (
        np.concatenate(parts)
        for parts in zip(stress_set(city.polygons, every=200), spread(city.polygons, 5_000), strict=True)
    )
    located = city.locate(lon, lat)
    one_by_one = [city.locate_one(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    assert one_by_one == list(zip(located.unit.tolist(), located.how.tolist(), strict=True))


def test_the_others_on_an_edge_are_named(city: Locator) -> None:
    lon, lat = stress_set(city.polygons, every=50)
    point, unit = city.covering(lon, lat)
    named, covered = np.array(sorted(zip(point.tolist(), unit.tolist(), strict=True))), []
    for number, polygon in enumerate(city.polygons):
        covered += [(at, number) for at in np.flatnonzero(shapely.intersects_xy(polygon, lon, lat)).tolist()]
    np.testing.assert_array_equal(named, np.array(sorted(covered)))


def test_many_threads_have_the_same_answer(city: Locator) -> None:
    lon, lat = stress_set(city.polygons, every=100)
    fresh = Locator.build(city.codes, city.polygons, at_once=False)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: fresh.locate(lon, lat).unit, range(8)))
    unit, _, _ = brute_force(city.polygons, lon, lat)
    for answer in answers:
        np.testing.assert_array_equal(answer, unit)


@settings(max_examples=60, deadline=None)
@given(coverages())
def test_holes_slivers_parts_gaps_and_overlaps_are_exact(coverage: Coverage) -> None:
    locator = Locator.build(coverage.codes, coverage.polygons)
    assert_same_as_geos(locator, *stress_set(locator.polygons))
    assert_same_as_geos(locator, *spread(locator.polygons, 1_000))


@settings(max_examples=30, deadline=None)
@given(coverages(), st.lists(st.tuples(*[st.floats(allow_nan=True, allow_infinity=True)] * 2), min_size=1))
def test_no_pair_of_numbers_is_lost_or_crashes(coverage: Coverage, points: list[tuple[float, float]]) -> None:
    locator = Locator.build(coverage.codes, coverage.polygons)
    lon, lat = np.array(points).T
    unit, _, _ = brute_force(locator.polygons, lon, lat)
    np.testing.assert_array_equal(locator.locate(lon, lat).unit, unit)
    assert [locator.locate_one(x, y)[0] for x, y in points] == unit.tolist()
    assert locator.border_distance(lon, lat).shape == locator.nearest(lon, lat)[1].shape == lon.shape
    assert np.isfinite(lon + lat)[locator.disc_shares(lon, lat, 10.0).point].all()


def test_a_pickle_is_as_small_as_its_polygons_and_answers_alike(city: Locator) -> None:
    pickled = pickle.dumps(city)
    polygons = sum(len(wkb) for wkb in shapely.to_wkb(city.polygons))
    assert len(pickled) < 1.1 * polygons + 10_000
    lon, lat = spread(city.polygons, 10_000)
    np.testing.assert_array_equal(pickle.loads(pickled).locate(lon, lat).unit, city.locate(lon, lat).unit)


def test_memory_stays_under_40_megabytes() -> None:
    coverage = hanoi()
    locator = Locator.build(coverage.codes, coverage.polygons)
    assert locator.nbytes < 20e6
    lon, lat = spread(coverage.polygons, 200_000)
    locator.border_distance(lon, lat)  # of so many it makes a table
    assert 30e6 < locator.nbytes < 40e6


def test_of_two_units_on_a_border_the_lowest_code_wins_whatever_the_order() -> None:
    for codes, polygons in ((["2", "10"], [SOUTH, NORTH]), (["10", "2"], [NORTH, SOUTH])):
        locator = Locator.build(codes, polygons)
        unit, how = locator.locate_one(105.5, 21.0)
        assert (locator.codes[unit], how) == ("10", How.EDGE)


def test_a_locator_can_not_be_changed() -> None:
    locator = Locator.build(["a"], [SOUTH])
    for name in ("codes", "polygons", "extent"):
        with pytest.raises(FrozenInstanceError):
            setattr(locator, name, getattr(locator, name))
    with pytest.raises(ValueError, match="read-only"):
        locator.polygons[0] = NORTH


def test_no_points_have_no_answers() -> None:
    located = Locator.build(["a"], [SOUTH]).locate([], [])
    assert len(located.unit) == len(located.how) == 0


@pytest.mark.parametrize(
    ("codes", "polygons", "what"),
    [
        ([], [], "there are no units"),
        (["a"], [SOUTH, NORTH], "1 codes and 2 polygons"),
        (["a", "a"], [SOUTH, NORTH], "unit 'a' is there twice"),
        (["a"], [None], "'a' is not a Polygon"),
        (["a"], [shapely.Point(105, 21)], "'a' is not a Polygon"),
        (["a"], [shapely.Polygon()], "'a' is empty"),
        (["a"], [shapely.box(20, 105, 21, 106)], "'a' is out of range"),
        (["a"], [shapely.box(179, 0, 181, 1)], "'a' is out of range"),
        (["a"], [shapely.box(-179, 0, 179, 1)], "antimeridian"),
        (["a", "b"], [shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)], "together are 360 degrees wide"),
        (["a"], [shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])], r"'a' is invalid \(Self-intersection"),
    ],
)
def test_what_can_not_be_located_in_is_refused(codes: list[str], polygons: list[object], what: str) -> None:
    with pytest.raises(InputError, match=what):
        Locator.build(codes, polygons)


@pytest.mark.parametrize(("lon", "lat"), [([1.0], [1.0, 2.0]), (1.0, 2.0), ([[1.0]], [[2.0]])])
def test_arrays_of_the_wrong_shape_are_refused(lon: object, lat: object) -> None:
    with pytest.raises(InputError, match="arrays of one length"):
        Locator.build(["a"], [SOUTH]).locate(lon, lat)  # type: ignore[arg-type]
