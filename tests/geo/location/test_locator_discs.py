"""A disc is shared between units as GEOS cuts it in the city's metric projection."""

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.location.locator import How, Locator
from tests.geo.coverages import Coverage, coverages, generated, hanoi, spread, stress_set

QUARTER = 256
"""Corners in a quarter of GEOS's discs; what they lack to the circle is made up for by `DISC`."""
DISC = np.pi / (2 * QUARTER * np.sin(np.pi / (2 * QUARTER)))


def cut_by_geos(polygons: np.ndarray, lon: np.ndarray, lat: np.ndarray, radius: float) -> np.ndarray:
    """Cut the discs around points in UTM, where polygons of a city keep their shape: (point, unit) shares."""
    metric = geopandas.GeoSeries(shapely.segmentize(polygons, 0.001), crs=4326).to_crs(32648).to_numpy()
    centres = geopandas.GeoSeries(shapely.points(lon, lat), crs=4326).to_crs(32648).to_numpy()
    east = shapely.get_coordinates(centres)[:, 0]
    scale = 0.9996 * (1 + ((east - 500_000) / 6_371_000) ** 2 / 2)
    discs = shapely.buffer(centres, radius * scale * np.sqrt(DISC), quad_segs=QUARTER)
    shares = np.zeros((len(lon), len(polygons)))
    disc, unit = shapely.STRtree(metric).query(discs, predicate="intersects")
    shares[disc, unit] = shapely.area(shapely.intersection(discs[disc], metric[unit])) / shapely.area(discs[disc])
    return shares


def as_matrix(locator: Locator, lon: np.ndarray, lat: np.ndarray, radius: float) -> np.ndarray:
    found = locator.disc_shares(lon, lat, radius)
    shares = np.zeros((len(lon), len(locator.codes)))
    shares[found.point, found.unit] = found.share
    return shares


@pytest.fixture(scope="module", params=[hanoi, lambda: generated(units=40, seed=6, overlaps=3)])
def city(request: pytest.FixtureRequest) -> Locator:
    coverage = request.param()
    return Locator.build(coverage.codes, coverage.polygons)


@pytest.mark.parametrize("radius", [5.0, 100.0, 2_000.0])
def test_shares_are_those_of_geos(city: Locator, radius: float) -> None:
    lon, lat = (
        np.concatenate([at_border[:60], anywhere])
        for at_border, anywhere in zip(stress_set(city.polygons, every=2_500), spread(city.polygons, 60), strict=True)
    )
    np.testing.assert_allclose(
        as_matrix(city, lon, lat, radius), cut_by_geos(city.polygons, lon, lat, radius), atol=5e-4
    )


@settings(max_examples=40, deadline=None)
@given(coverages(), st.sampled_from([1.0, 30.0, 3_000.0]))
def test_no_share_is_negative_or_too_large_whatever_the_shapes(coverage: Coverage, radius: float) -> None:
    locator = Locator.build(coverage.codes, coverage.polygons)
    lon, lat = stress_set(locator.polygons, every=3)
    found = locator.disc_shares(lon, lat, radius)
    assert ((found.share >= 0) & (found.share <= 1)).all()
    assert ((found.distance_m >= 0) & (found.distance_m <= radius * (1 + 1e-6))).all()


def test_shares_of_a_full_coverage_sum_to_one_even_around_its_vertices() -> None:
    quarters = [shapely.box(x, y, x + 1, y + 1) for x in (105, 106) for y in (20, 21)]
    locator = Locator.build(["a", "b", "c", "d"], quarters)
    found = locator.disc_shares([106.0, 106.0, 105.5], [21.0, 20.5, 20.5], [30.0, 500.0, 30.0])
    assert found.point.tolist() == [0, 0, 0, 0, 1, 1, 2]
    np.testing.assert_allclose(found.share, [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 1], atol=1e-4)
    np.testing.assert_allclose(np.bincount(found.point, found.share), 1, atol=1e-9)


def test_a_disc_that_reaches_no_border_is_wholly_one_units_and_no_other_is(city: Locator) -> None:
    lon, lat = spread(city.polygons, 300)
    radius = 150.0
    shares = cut_by_geos(city.polygons, lon, lat, radius)
    decided = np.abs(city.border_distance(lon, lat) - radius) > 0.5
    expected = ((shares > 1e-7).sum(axis=1) == 1) & (shares.sum(axis=1) > 1 - 1e-7)
    certain = (city.locate(lon, lat).how == How.INSIDE) & (city.border_distance(lon, lat, within_m=radius) > radius)
    assert certain.any()
    assert not certain.all()
    np.testing.assert_array_equal(certain[decided], expected[decided])


def test_the_distance_to_another_unit_is_the_distance_to_its_border() -> None:
    locator = Locator.build(["a", "b"], [shapely.box(105, 20, 106, 21), shapely.box(106, 20, 107, 21)])
    found = locator.disc_shares([105.9999], [20.5], 20.0)
    metres = locator.border_distance([105.9999], [20.5])
    assert found.unit.tolist() == [0, 1]
    np.testing.assert_allclose(found.distance_m, [0, metres[0]], rtol=1e-5)


def test_a_disc_partly_outside_every_unit_is_not_shared_out() -> None:
    found = Locator.build(["a"], [shapely.box(105, 20, 106, 21)]).disc_shares([105.9999], [20.5], 20.0)
    assert found.unit.tolist() == [0]
    assert 0.5 < found.share[0] < 1


def test_a_point_without_coordinates_has_no_shares() -> None:
    locator = Locator.build(["a"], [shapely.box(105, 20, 106, 21)])
    found = locator.disc_shares([np.nan, 105.5], [20.5, 20.5], 10.0)
    assert found.point.tolist() == [1]


@pytest.mark.parametrize("radius", [0.0, -1.0, np.nan, np.inf, 1e6])
def test_a_radius_that_is_none_is_refused(radius: float) -> None:
    with pytest.raises(InputError, match="accuracy must be above 0"):
        Locator.build(["a"], [shapely.box(105, 20, 106, 21)]).disc_shares([105.5], [20.5], radius)


def test_the_shares_of_wide_discs_are_the_same_in_one_lot_and_in_many(city: Locator) -> None:
    lon, lat = spread(city.polygons, 60)
    radius = np.geomspace(10, 100_000, 60)
    together = city.disc_shares(lon, lat, radius)
    alone = [city.disc_shares(lon[[n]], lat[[n]], radius[n]) for n in range(60)]
    assert together.point.tolist() == [n for n, each in enumerate(alone) for _ in each.unit]
    for name in ("unit", "share", "distance_m"):
        np.testing.assert_array_equal(getattr(together, name), np.concatenate([getattr(each, name) for each in alone]))
