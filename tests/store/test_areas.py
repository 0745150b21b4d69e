"""Named areas hold points beside the wards: several areas a point, each on its own day, as PostGIS says."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.store.boundaries import NewGeneration, add_generation, read_jurisdiction
from geo.units.territory import HANOI

REFORM = dt.date(2025, 7, 1)
HOLDING = """
    SELECT point.number - 1, unit.id
    FROM unnest(%s::float8[], %s::float8[], %s::date[]) WITH ORDINALITY AS point (lon, lat, day, number)
    JOIN boundary ON ST_Covers(geom, ST_Point(lon, lat, 4326))
    JOIN generation ON generation.id = generation_id AND level = 'area' AND state = 'active' AND period @> point.day
    JOIN unit ON unit.id = unit_id
    ORDER BY point.number, unit.code
"""


def named_places(valid_from: dt.date, valid_to: dt.date | None, places: dict[str, shapely.Polygon]) -> NewGeneration:
    columns = {name: [f"{code} {name}" for code in places] for name in ("name", "name_en", "kind")}
    shapes = [shapely.multipolygons([shape]) for shape in places.values()]
    units = gpd.GeoDataFrame({"code": list(places), **columns, "parent_code": None}, geometry=shapes, crs=4326)
    return NewGeneration("area", valid_from, valid_to, units, "a test", "none", "0", "a test")


@pytest.fixture
def with_areas(city_database):
    lake, park = shapely.Point(105.82, 21.06).buffer(0.03), shapely.box(105.83, 21.02, 105.86, 21.06)
    before = {"lake": lake, "park": park}
    since = {"lake": lake, "park": park, "island": shapely.box(105.81, 21.05, 105.82, 21.06)}
    with city_database.transaction() as connection:
        add_generation(connection, HANOI.id, named_places(dt.date(2024, 1, 1), REFORM, before))
        add_generation(connection, HANOI.id, named_places(REFORM, None, since))
    return city_database


def test_each_point_is_held_by_the_areas_that_cover_it_on_its_day_as_postgis_says(with_areas):
    n, random = 3000, np.random.default_rng(11)
    lon, lat = random.uniform(105.78, 105.87, n), random.uniform(21.01, 21.10, n)
    lon[:4], lat[:4] = [105.83, 105.86, 105.81, 105.82], [21.02, 21.06, 21.05, 21.055]  # corners and an edge
    day = random.choice(np.array(["2023-12-31", "2025-06-30", "2025-07-01"], dtype="datetime64[D]"), n)
    with with_areas.transaction() as connection:
        jurisdiction = read_jurisdiction(connection, HANOI.id)
    held = jurisdiction.areas_of(lon, lat, day)
    with with_areas.connect() as connection:
        expected = connection.execute(HOLDING, (lon.tolist(), lat.tolist(), day.tolist())).fetchall()
    assert list(zip(held.point.tolist(), held.area_id.tolist(), strict=True)) == expected
    several = np.bincount(held.point, minlength=n)
    assert set(several.tolist()) == {0, 1, 2}
    assert held.points == n
    codes = {code: np.flatnonzero(mask).tolist() for code, mask in held.masks.items()}
    assert codes.keys() == {"lake", "park", "island"}
    assert sorted((point, code) for code, points in codes.items() for point in points) == sorted(
        zip(held.point.tolist(), held.code.tolist(), strict=True)
    )


def test_wards_are_found_as_if_there_were_no_areas(with_areas, dispatch):
    with with_areas.transaction() as connection:
        jurisdiction = read_jurisdiction(connection, HANOI.id)
    lon, lat = np.random.default_rng(2).uniform(105.78, 105.87, 500), np.linspace(21.01, 21.1, 500)
    day = np.full(500, np.datetime64("2026-01-01"))
    np.testing.assert_array_equal(
        jurisdiction.place(lon, lat, day).unit_id, dispatch.jurisdiction.place(lon, lat, day).unit_id
    )
    assert len(dispatch.jurisdiction.areas_of(lon, lat, day).point) == 0
