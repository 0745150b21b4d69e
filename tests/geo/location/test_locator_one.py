"""A single point has the distances that arrays of points have."""

import numpy as np
import pytest
import shapely

from geo.location import mercator
from geo.location.locator import How, Locator
from tests.geo.coverages import generated, hanoi, spread, stress_set

NO_PLACES = [(np.nan, 21.0), (105.0, np.nan), (np.inf, 21.0), (105.0, -np.inf), (181.0, 21.0), (105.0, 86.0)]


@pytest.fixture(scope="module", params=[hanoi, lambda: generated(units=40, seed=5, overlaps=3)])
def city(request: pytest.FixtureRequest) -> Locator:
    coverage = request.param()
    return Locator.build(coverage.codes, coverage.polygons)


def test_one_distance_is_that_of_many(city: Locator) -> None:
    parts = stress_set(city.polygons, every=400), spread(city.polygons, 1_000), np.transpose(NO_PLACES)
    lon, lat = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    measured = [city.measure_one(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    unit, how, unit_m, border_m = (np.array(column) for column in zip(*measured, strict=True))
    np.testing.assert_allclose(border_m, city.border_distance(lon, lat), rtol=1e-12, atol=1e-8)
    edge = np.flatnonzero(how == How.EDGE)
    on_border = shapely.touches(city.polygons[:, None], shapely.points(lon[edge], lat[edge])).any(axis=0)
    assert (border_m[edge[on_border]] == 0).all()
    nearest, metres = city.nearest(lon, lat)
    np.testing.assert_array_equal(unit, nearest)
    np.testing.assert_allclose(unit_m, metres, rtol=1e-12, atol=1e-6)
    np.testing.assert_array_equal(how, city.locate(lon, lat).how)


def test_once_it_was_asked_often_one_distance_is_that_of_the_table(city: Locator) -> None:
    """Which is made aside, while it goes on answering."""
    lon, lat = np.concatenate([spread(city.polygons, 1_000), np.transpose(NO_PLACES), [[105.8], [-35.0]]], axis=1)
    often = Locator.build(city.codes, city.polygons)
    places = list(zip(lon.tolist(), lat.tolist(), strict=True))
    size = often.nbytes
    while often.nbytes == size:
        meanwhile = [often.measure_one(*place) for place in places]
    for measured in (meanwhile, [often.measure_one(*place) for place in places]):
        for found, expected in zip(measured, [city.measure_one(*place) for place in places], strict=True):
            assert found[:2] == expected[:2]
            np.testing.assert_allclose(found[2:], expected[2:], rtol=0, atol=1e-6)


def test_one_place_in_the_plane_is_that_of_many() -> None:
    lat = np.linspace(-90, 90, 2_001)
    lon = np.linspace(-200, 200, len(lat))
    one_by_one = np.transpose([mercator.forward_one(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)])
    many = np.array(mercator.forward(lon, lat))
    there = np.isfinite(many).all(axis=0)
    np.testing.assert_allclose(one_by_one[:, there], many[:, there], rtol=1e-13, atol=1e-8)
    assert np.isnan(one_by_one[:, ~there]).all()
    scales = [mercator.scale_one(y) for y in lat[there].tolist()]
    np.testing.assert_allclose(scales, mercator.scale(lat[there]), rtol=1e-13)
