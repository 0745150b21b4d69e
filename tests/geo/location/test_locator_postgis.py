"""The locator and PostGIS give every point to the same unit, the lowest of those that cover it.

For whole cities tests/api/test_locate_sameness.py holds them to it, together with all that is asked by HTTP.
"""

import numpy as np
from hypothesis import HealthCheck, given, settings

from geo.location.locator import Locator
from tests.conftest import Database
from tests.geo.coverages import Coverage, coverages, generated, stress_set
from tests.geo.location.by_postgis import NOT_DISJOINT, assert_st_covers_agrees, lowest_units


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(coverage=coverages())
def test_postgis_agrees_about_holes_slivers_gaps_and_overlaps(empty_database: Database, coverage: Coverage) -> None:
    assert_postgis_agrees(empty_database, coverage)


def test_postgis_agrees_about_a_generated_city_with_overlaps(empty_database: Database) -> None:
    assert_postgis_agrees(empty_database, generated(units=30, seed=3, overlaps=8))


def assert_postgis_agrees(database: Database, coverage: Coverage) -> None:
    locator = Locator.build(coverage.codes, coverage.polygons)
    lon, lat = stress_set(locator.polygons)
    unit = locator.locate(lon, lat).unit
    with database.connect() as connection:
        assert_st_covers_agrees(connection, locator.polygons, lon, lat, unit)
        exact = lowest_units(connection, locator.polygons, lon, lat, NOT_DISJOINT)
    np.testing.assert_array_equal(unit, exact)
