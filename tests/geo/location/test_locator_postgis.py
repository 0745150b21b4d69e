"""The locator and PostGIS give every point to the same unit, the lowest of those that cover it.

PostGIS asks GEOS, except that ST_Covers and ST_Intersects locate a point in a polygon by a shortcut of PostGIS's own.
The shortcut works in rounded float64, so it takes points that are nearer to an edge than about 1e-13 degrees (ten
nanometres) for points on the edge. NOT ST_Disjoint has no shortcut.
"""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

from geo.location.locator import Locator
from tests.conftest import Database
from tests.geo.coverages import Coverage, coverages, generated, hanoi, hcmc, spread, stress_set
from tests.geo.location.by_postgis import COVERS, NOT_DISJOINT, lowest_units

SHORTCUT_DEGREES = 1e-12
"""Further than this from every border PostGIS's shortcut is exact."""


@pytest.mark.parametrize("city", [hanoi, hcmc])
def test_st_covers_agrees_at_the_borders_of_a_city_and_anywhere(
    empty_database: Database, city: Callable[[], Coverage]
) -> None:
    coverage = city()
    locator = Locator.build(coverage.codes, coverage.polygons)
    beside, anywhere = stress_set(locator.polygons, every=13), spread(locator.polygons, 20_000)
    lon, lat = (np.concatenate(parts) for parts in zip(beside, anywhere, strict=True))
    with empty_database.connect() as connection:
        expected = lowest_units(connection, locator.polygons, shapely.points(lon, lat), COVERS)
    np.testing.assert_array_equal(locator.locate(lon, lat).unit, expected)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(coverage=coverages())
def test_postgis_agrees_about_holes_slivers_gaps_and_overlaps(empty_database: Database, coverage: Coverage) -> None:
    assert_postgis_agrees(empty_database, coverage)


def test_postgis_agrees_about_a_generated_city_with_overlaps(empty_database: Database) -> None:
    assert_postgis_agrees(empty_database, generated(units=30, seed=3, overlaps=8))


def assert_postgis_agrees(empty_database: Database, coverage: Coverage) -> None:
    locator = Locator.build(coverage.codes, coverage.polygons)
    lon, lat = stress_set(locator.polygons)
    points, unit = shapely.points(lon, lat), locator.locate(lon, lat).unit
    with empty_database.connect() as connection:
        exact = lowest_units(connection, locator.polygons, points, NOT_DISJOINT)
        shortcut = lowest_units(connection, locator.polygons, points, COVERS)
    np.testing.assert_array_equal(unit, exact)
    differing = points[unit != shortcut]
    borders = shapely.STRtree(shapely.boundary(locator.polygons))
    _, degrees = borders.query_nearest(differing, return_distance=True, all_matches=False)
    assert (degrees < SHORTCUT_DEGREES).all()
