"""Overlaps, gaps and mismatched edges are those that PostGIS and shapely find."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from boundaries.gate import check
from tests.boundaries.gate_cases import reshaped, ward_grid


def test_figures_are_the_known_ones(cases):
    for name, case in cases.items():
        report = case.report
        told, known = report.to_dict(), case.figures
        wide = [finding.check for finding in report.refusals]
        assert told["overlaps"]["count"] == known.overlaps, name
        assert told["overlaps"]["total_m2"] == pytest.approx(known.overlap_m2, rel=1e-3), name
        assert told["gaps"]["count"] == known.gaps, name
        assert told["gaps"]["total_m2"] == pytest.approx(known.gap_m2, rel=1e-3), name
        assert told["mismatched_edges"]["units"] == known.units_with_edges, name
        assert told["mismatched_edges"]["total_m"] == pytest.approx(known.edges_m, rel=1e-2), name
        assert (wide.count("overlap"), wide.count("gap")) == (known.wide_overlaps, known.wide_gaps), name
        assert len(wide) == known.wide_overlaps + known.wide_gaps, name
        assert report.passed == (not wide), name


def test_overlaps_and_gaps_are_those_that_postgis_measures(cases, empty_database):
    overlaps = """
        SELECT a.code, b.code, ST_Area(ST_Intersection(a.geom, b.geom)::geography) AS area
        FROM unit a JOIN unit b ON a.code < b.code AND ST_Overlaps(a.geom, b.geom)"""
    gaps = """
        SELECT ST_Area(ST_MakePolygon(ST_ExteriorRing((ring).geom))::geography)
        FROM (SELECT ST_DumpRings((ST_Dump(ST_Union(geom))).geom) AS ring FROM unit) AS rings
        WHERE (ring).path[1] > 0"""
    for name, case in cases.items():
        report = case.report
        rows = list(zip(case.units["code"], shapely.to_wkb(case.units.geometry.to_numpy()), strict=True))
        with empty_database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE unit (code text, geom geometry)")
            cursor.executemany("INSERT INTO unit VALUES (%s, ST_GeomFromWKB(%s, 4326))", rows)
            pairs = {(a, b): area for a, b, area in cursor.execute(overlaps).fetchall() if area > 1e-4}
            holes = sorted(area for (area,) in cursor.execute(gaps).fetchall() if area > 1e-4)
        assert {finding.codes: finding.area_m2 for finding in report.of("overlap")} == pytest.approx(pairs, rel=1e-3), (
            name
        )
        assert sorted(finding.area_m2 for finding in report.of("gap")) == pytest.approx(holes, rel=1e-3), name


def test_mismatched_edges_are_those_that_shapely_reports_and_each_lies_between_its_two_units(cases):
    geod = pyproj.Geod(ellps="WGS84")
    for name, case in cases.items():
        shapes = dict(zip(case.units["code"], case.units.geometry, strict=True))
        invalid = shapely.coverage_invalid_edges(case.units.geometry.to_numpy())
        edges = case.report.of("edge")
        codes = {code for finding in edges for code in finding.codes}
        assert codes == set(case.units["code"][~shapely.is_empty(invalid)]), name
        assert sum(finding.length_m for finding in edges) == pytest.approx(sum(map(geod.geometry_length, invalid))), (
            name
        )
        for finding in edges:
            assert len(finding.codes) == 2
            assert all(shapes[code].distance(finding.shape) < 1e-9 for code in finding.codes), name


def test_points_of_findings_lie_where_the_defect_is(cases):
    for case in cases.values():
        shapes = dict(zip(case.units["code"], case.units.geometry, strict=True))
        for finding in case.report.of("overlap"):
            distances = [shapes[code].distance(shapely.Point(finding.point)) for code in finding.codes]
            assert max(distances) < 1e-7


corner_moves = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.integers(0, 3),
        st.floats(-1, 1),
        st.floats(-1, 1),
        st.sampled_from([1e-13, 1e-8, 1e-5, 1e-3]),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(corner_moves)
@example([(4, 0, 0.0, -0.25, 1e-08), (4, 3, 0.0, 1.0, 0.001)])  # an overlap so small that its area is lost in rounding
def test_overlaps_wider_than_a_tenth_of_a_millimetre_are_found_and_any_defect_can_be_closed(moves):
    units = ward_grid()
    points = [shapely.get_coordinates(shape)[:4].copy() for shape in units.geometry]
    for unit, corner, x, y, scale in moves:
        points[unit][corner] += np.array([x, y]) * scale
    units = units.set_geometry(gpd.GeoSeries(shapely.polygons(np.array(points)), crs=4326))
    shapes = units.geometry.to_numpy()

    found = {finding.codes: finding.area_m2 for finding in check(units, level="ward").of("overlap")}

    low, high = np.triu_indices(len(shapes), 1)
    common = shapely.intersection(shapes[low], shapes[high])
    areas = [abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) for shape in common]
    codes = units["code"].to_numpy()
    brute = {(codes[i], codes[j]): area for i, j, area in zip(low, high, areas, strict=True)}
    hairline = 0.0001 * 2 * 1110  # m2: two edges, a tenth of a millimetre wide
    assert set(found) >= {pair for pair, area in brute.items() if area > hairline}
    assert all(area == pytest.approx(brute[pair], rel=1e-3, abs=hairline) for pair, area in found.items())

    closed = check(units, level="ward", tolerance_m2=1e9)
    assert closed.passed
    assert shapely.coverage_is_valid(closed.repaired.geometry.to_numpy())


def test_a_unit_inside_another_and_one_given_twice_are_overlaps():
    inside = ward_grid(2, 1)
    swallowed = reshaped(inside, c00002=shapely.box(105.803, 21.003, 105.806, 21.006))
    assert [f.codes for f in check(swallowed, level="ward").refusals] == [("00001", "00002")]
    twice = reshaped(inside, c00002=inside.geometry[0])
    assert [f.codes for f in check(twice, level="ward").refusals] == [("00001", "00002")]


def test_a_gap_names_all_that_border_it_and_an_island_in_it_is_no_gap():
    ring = ward_grid(3, 3).drop(index=4)
    report = check(ring, level="ward")
    assert [(f.check, len(f.codes)) for f in report.refusals] == [("gap", 4)]
    hole = report.refusals[0].area_m2
    island = gpd.GeoDataFrame(
        {"code": ["00005"], "name": ["Xã Đảo"]}, geometry=[shapely.box(105.813, 21.013, 105.817, 21.017)], crs=4326
    )
    with_island = check(gpd.pd.concat([ring, island]), level="ward").refusals
    assert with_island[0].area_m2 == pytest.approx(hole * (1 - 0.4**2), rel=1e-4)
