"""Distances to borders and to the nearest unit are those that PROJ and GEOS measure."""

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.location.locator import How, Locator
from tests.geo.coverages import brute_force, generated, hanoi, spread, stress_set

WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module", params=[hanoi, lambda: generated(units=40, seed=5, overlaps=3)])
def city(request: pytest.FixtureRequest) -> Locator:
    coverage = request.param()
    return Locator.build(coverage.codes, coverage.polygons)


def utm_distances(polygons: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Measure in the UTM zone from each point to each border, corrected by the zone's scale at the point."""
    borders = shapely.segmentize(shapely.boundary(polygons), 0.001)
    borders = geopandas.GeoSeries(borders, crs=4326).to_crs(32648).to_numpy()
    points = geopandas.GeoSeries(shapely.points(lon, lat), crs=4326).to_crs(32648).to_numpy()
    beside = geopandas.GeoSeries(shapely.points(lon + 1e-3, lat), crs=4326).to_crs(32648).to_numpy()
    _, _, true = WGS84.inv(lon, lat, lon + 1e-3, lat)
    return shapely.distance(points[:, None], borders) * (true / shapely.distance(points, beside))[:, None]


def test_the_distance_to_the_border_is_as_exact_as_it_says(city: Locator) -> None:
    lon, lat = spread(city.polygons, 150)
    expected = utm_distances(city.polygons, lon, lat).min(axis=1)
    error = np.abs(city.border_distance(lon, lat) - expected)
    assert (error <= 0.01 + 5e-5 * expected * np.maximum(expected / 1_000, 1)).all()


def test_many_points_are_as_far_from_the_border_as_few(city: Locator) -> None:
    """Many are measured by a table of edges, few by a tree: the same to a micrometre, and right."""
    near, on = spread(city.polygons, 2_000, seed=3), stress_set(city.polygons, every=500)
    away = [105.8, 105.8, -75.0, np.nan, 105.8], [-35.0, 84.9, 40.0, 20.0, 90.0]
    lon, lat = np.concatenate([near, on, away], axis=1)
    few, many = Locator.build(city.codes, city.polygons), Locator.build(city.codes, city.polygons)
    times = 200_000 // len(lon)
    metres = many.border_distance(np.tile(lon, times), np.tile(lat, times))[: len(lon)]
    np.testing.assert_allclose(metres, few.border_distance(lon, lat), rtol=0, atol=1e-6)
    assert many.nbytes > few.nbytes  # by the table, which only the one who was asked for many has
    expected = utm_distances(city.polygons, lon[:150], lat[:150]).min(axis=1)
    assert (np.abs(metres[:150] - expected) <= 0.01 + 5e-5 * expected * np.maximum(expected / 1_000, 1)).all()


def test_a_border_is_at_no_distance(city: Locator) -> None:
    lon, lat = stress_set(city.polygons, every=500)
    on_border = shapely.touches(city.polygons[:, None], shapely.points(lon, lat)).any(axis=0)
    distance = city.border_distance(lon, lat)
    assert on_border.any()
    assert (distance[on_border] == 0).all()
    assert (distance < 0.03).all()  # no point of the stress set is further than 1e-7 degrees from an edge


def test_the_nearest_unit_and_its_distance_are_right(city: Locator) -> None:
    lon, lat = spread(city.polygons, 400, seed=9)
    unit, metres = city.nearest(lon, lat)
    covered = brute_force(city.polygons, lon, lat)[0]
    np.testing.assert_array_equal(unit[covered >= 0], covered[covered >= 0])
    assert (metres[covered >= 0] == 0).all()

    outside = np.flatnonzero(covered < 0)
    distances = utm_distances(city.polygons, lon[outside], lat[outside])
    np.testing.assert_allclose(metres[outside], distances.min(axis=1), rtol=1e-3)
    chosen = distances[np.arange(len(outside)), unit[outside]]
    np.testing.assert_allclose(chosen, distances.min(axis=1), rtol=1e-3)


def test_a_geodesic_due_north_is_as_long_as_proj_says() -> None:
    locator = Locator.build(["a"], [shapely.box(105, 20, 106, 21)])
    for degrees in (1e-6, 0.01, 1.0, 10.0):
        _, _, expected = WGS84.inv(105.5, 21, 105.5, 21 + degrees)
        _, metres = locator.nearest([105.5], [21 + degrees])
        assert metres[0] == pytest.approx(expected, rel=1e-6)


def test_of_units_that_meet_at_the_nearest_corner_the_lowest_code_is_given() -> None:
    corner = [shapely.Polygon([(105, 20), (106, 21), (105, 21)]), shapely.Polygon([(105, 20), (106, 20), (106, 21)])]
    for polygons in (corner, corner[::-1]):
        unit, _ = Locator.build(["a", "b"], polygons).nearest([106.1], [21.1])
        assert unit.tolist() == [0]


def test_of_units_whose_borders_lie_on_one_another_the_lowest_code_is_given() -> None:
    wide, narrow = shapely.box(105.3, 20.62, 106, 21.32), shapely.box(105.36, 20.62, 105.82, 21.34)
    lon, lat = np.linspace(105.37, 105.81, 200), 20.62 - np.geomspace(1e-9, 1e-4, 200)
    for polygons in ([wide, narrow], [narrow, wide]):
        locator = Locator.build(["a", "b"], polygons)
        assert (locator.nearest(lon, lat)[0] == 0).all()
        assert [locator.measure_one(x, y)[0] for x, y in zip(lon.tolist(), lat.tolist(), strict=True)] == [0] * 200


def test_where_units_overlap_the_border_is_as_far_as_anywhere() -> None:
    locator = Locator.build(["a", "b", "c"], [shapely.box(105 + x, 20, 106 + x, 21) for x in (0, 0.5, 0.6)])
    inside = np.array([(105.75, 20.5), (105.55, 20.3), (105.8, 20.96), (106.2, 20.5)])
    border = np.array([(105.5, 20.5), (105.6, 20.5), (106.0, 20.7), (105.75, 20.0), (105.5, 21.0)])
    assert (locator.locate(*np.concatenate([inside, border]).T).how == How.EDGE).all()
    expected = utm_distances(locator.polygons, *inside.T).min(axis=1)
    assert expected.min() > 4_000
    for found in (locator.border_distance(*inside.T), [locator.measure_one(*place)[3] for place in inside.tolist()]):
        assert (np.abs(found - expected) <= 0.01 + 5e-5 * expected * np.maximum(expected / 1_000, 1)).all()
    assert locator.border_distance(*border.T).tolist() == [0] * len(border)
    assert [locator.measure_one(*place)[3] for place in border.tolist()] == [0] * len(border)


def test_a_point_in_no_unit_is_given_to_one_within_the_tolerance_and_no_further(city: Locator) -> None:
    lon, lat = stress_set(city.polygons, every=10)
    random = np.random.default_rng(0)
    lon, lat = lon + random.normal(0, 0.001, len(lon)), lat + random.normal(0, 0.001, len(lat))
    unit, metres = city.nearest(lon, lat)
    plain, tolerant = city.locate(lon, lat), city.locate(lon, lat, nearest_within_m=50.0)
    outside = plain.how == How.OUTSIDE
    reached = outside & (metres <= 50)
    assert reached.any()
    assert (outside & ~reached).any()
    np.testing.assert_array_equal(tolerant.how, np.where(reached, How.NEAREST, plain.how))
    np.testing.assert_array_equal(tolerant.unit, np.where(reached, unit, plain.unit))


def test_what_has_no_place_on_earth_has_no_distance() -> None:
    locator = Locator.build(["a"], [shapely.box(105, 20, 106, 21)])
    lon, lat = [np.nan, 105.0, np.inf, 105.5], [20.0, np.inf, 20.0, 105.0]
    assert np.isnan(locator.border_distance(lon, lat)).all()
    unit, metres = locator.nearest(lon, lat)
    assert (unit == -1).all()
    assert np.isnan(metres).all()
