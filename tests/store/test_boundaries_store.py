"""Boundaries come out of the database as they went in, and are asked by date as PostGIS would."""

import datetime as dt

import numpy as np
import pytest
import shapely

from boundaries.bundled import schematic_generations
from geo.location.locator import How

LOWEST_COVERING = """
    SELECT point.number, (
        SELECT unit.id FROM boundary JOIN unit ON unit.id = unit_id JOIN generation ON generation.id = generation_id
        WHERE generation.level = 'ward' AND generation.period @> point.day AND ST_Covers(geom, ST_Point(lon, lat, 4326))
        ORDER BY unit.code LIMIT 1)
    FROM unnest(%s::float8[], %s::float8[], %s::date[]) WITH ORDINALITY AS point (lon, lat, day, number)
    ORDER BY number
"""


@pytest.fixture(scope="module")
def wards():
    """The ward generations as they were written."""
    return [generation for generation in schematic_generations("tests") if generation.level == "ward"]


def test_layers_are_those_written(dispatch, wards):
    layers = dispatch.jurisdiction.layers
    assert [layer.generation.valid_from for layer in layers] == [generation.valid_from for generation in wards]
    assert [layer.generation.valid_to for layer in layers] == [generation.valid_to for generation in wards]
    for layer, generation in zip(layers, wards, strict=True):
        written = generation.units.set_index("code").loc[list(layer.locator.codes)]
        assert shapely.equals_identical(layer.locator.polygons, written.geometry.to_numpy()).all()
        assert [unit.name for unit in layer.units] == written["name"].tolist()
        assert [unit.name_en for unit in layer.units] == written["name_en"].tolist()
        assert layer.generation.units == len(written)


def test_each_ward_knows_what_it_is_part_of(dispatch, wards):
    before, after = dispatch.jurisdiction.layers
    parents = wards[0].units.set_index("code")["parent_code"]
    for number, unit in enumerate(before.units):
        ancestors = before.ancestors(number, dt.date(2025, 6, 30))
        assert [above.level for above in ancestors] == ["district", "city"]
        assert ancestors[0].code == parents[unit.code]
    since = [after.ancestors(number, dt.date(2025, 7, 1)) for number in range(len(after.units))]
    assert {tuple(above.level for above in ancestors) for ancestors in since} == {("city",)}


def test_points_belong_to_the_unit_of_their_day_as_postgis_says(dispatch, city_database):
    n, random = 4000, np.random.default_rng(7)
    jurisdiction = dispatch.jurisdiction
    west, south, east, north = jurisdiction.extent
    lon, lat = random.uniform(west, east, n), random.uniform(south, north, n)
    day = np.datetime64("2025-07-01") + random.integers(-1, 1, n).astype("timedelta64[D]")
    placed = jurisdiction.place(lon, lat, day)
    with city_database.connect() as connection:
        rows = connection.execute(LOWEST_COVERING, (lon.tolist(), lat.tolist(), day.tolist())).fetchall()
    expected = np.array([unit or 0 for _, unit in rows])
    near = placed.how == How.NEAREST
    np.testing.assert_array_equal(np.where(near, 0, placed.unit_id), expected)
    generations = np.array([layer.generation.id for layer in jurisdiction.layers])
    np.testing.assert_array_equal(placed.generation_id, generations[(day >= np.datetime64("2025-07-01")).astype(int)])
    assert 0.3 < (expected > 0).mean() < 0.9


def test_points_just_outside_belong_to_the_nearest_unit_as_postgis_says(dispatch, city_database):
    layer = dispatch.jurisdiction.layer_at(dispatch.jurisdiction.territory.today())
    outline = shapely.union_all(layer.locator.polygons).buffer(20 / 111_320, quad_segs=2).exterior
    lon, lat = shapely.get_coordinates(
        shapely.line_interpolate_point(outline, np.linspace(0, 1, 100), normalized=True)
    ).T
    placed = dispatch.jurisdiction.place(lon, lat, np.full(100, np.datetime64("2026-01-05")))
    assert set(placed.how.tolist()) == {How.NEAREST}
    with city_database.connect() as connection:
        for x, y, unit in zip(lon.tolist(), lat.tolist(), placed.unit_id.tolist(), strict=True):
            query = (
                "SELECT min(d) AS nearest, min(d) FILTER (WHERE unit_id = %s) AS given FROM (SELECT unit_id,"
                " ST_Distance(geom::geography, ST_Point(%s, %s, 4326)::geography) AS d FROM boundary"
                " WHERE generation_id = %s AND ST_DWithin(geom, ST_Point(%s, %s, 4326), 0.01)) AS near"
            )
            nearest, given = connection.execute(query, (unit, x, y, layer.generation.id, x, y)).fetchone()
            assert given == pytest.approx(nearest, abs=0.05)


def test_a_day_without_boundaries_places_nothing(dispatch):
    placed = dispatch.jurisdiction.place(
        np.array([105.85]), np.array([21.02]), np.array(["1999-01-01"], dtype="datetime64[D]")
    )
    assert (placed.unit_id[0], placed.generation_id[0], placed.how[0]) == (0, 0, How.OUTSIDE)
