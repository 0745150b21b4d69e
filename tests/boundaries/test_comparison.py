"""Units are compared with the generation before and with stated areas, never refused for it."""

import numpy as np
import pytest
import shapely

from boundaries.gate import check
from boundaries.schematic import schematic_layers
from tests.boundaries.gate_cases import reshaped, ward_grid


def test_the_outline_of_the_districts_differs_from_that_of_the_wards_as_postgis_measures_it(cases, empty_database):
    if "hanoi_wards_2025" in cases:
        new, old = cases["hanoi_wards_2025"].units, cases["hanoi_districts_2024"].units
    else:
        new, old = ward_grid(), ward_grid(4, 2).assign(code=lambda units: "9" + units["code"])
    report = check(new, level="ward", previous=old)
    assert report.passed
    query = "SELECT ST_Area(ST_SymDifference(ST_GeomFromWKB(%s, 4326), ST_GeomFromWKB(%s, 4326))::geography)"
    unions = [shapely.to_wkb(shapely.union_all(units.geometry.to_numpy())) for units in (new, old)]
    with empty_database.connect() as connection:
        (area,) = connection.execute(query, unions).fetchone()
    (outline,) = report.of("outline")
    assert outline.area_m2 == pytest.approx(area, rel=1e-6)
    if "hanoi_wards_2025" in cases:
        assert round(outline.area_m2 / 1e6) == 31
    assert [len(report.of(what)[0].codes) for what in ("vanished", "appeared")] == [len(old), len(new)]


def test_a_code_that_another_unit_had_before_vanishes_and_appears_and_a_new_spelling_does_not():
    old = ward_grid().assign(name=["Xã Hoà Lạc", *ward_grid()["name"][1:]])
    names = ["Xã Hòa Lạc", "Phường Khác", *old["name"][2:]]
    new = reshaped(old, c00002=old.geometry[1].union(old.geometry[2])).drop(index=2)
    report = check(new.assign(name=[names[index] for index in new.index]), level="ward", previous=old)
    assert [f.codes for f in report.of("vanished")] == [("00002", "00003")]
    assert [(f.codes, f.names) for f in report.of("appeared")] == [(("00002",), ("Phường Khác",))]
    assert [f.codes for f in report.of("area")] == [()]  # a ward twice as large is no grown one, but another


def test_of_hanois_wards_of_july_2025_nearly_all_are_new_units_whatever_codes_they_took_over():
    old, new = (layer.units for layer in schematic_layers() if layer.level == "ward")
    report = check(new, level="ward", previous=old)
    (appeared,) = report.of("appeared")
    same = set(zip(old["code"], old["name"], strict=True)) & set(zip(new["code"], new["name"], strict=True))
    assert len(set(new["code"]) & set(old["code"])) == 126
    assert len(same) == 23
    assert len(appeared.codes) == 126 - len(same)


def test_units_are_compared_with_the_previous_generation_by_code_and_name():
    old = ward_grid()
    new = reshaped(old.drop(index=11), c00001=shapely.box(105.8, 21.0, 105.81, 21.0098))
    report = check(new, level="ward", previous=old)
    assert [f.codes for f in report.of("vanished")] == [("00012",)]
    assert not report.of("appeared")
    total, first = report.of("area")
    assert first.codes == ("00001",)
    assert "(-2.0%)" in first.message
    assert total.area_m2 / 1e6 == pytest.approx(-1.02 * 1.1509, rel=1e-2)


def test_stated_areas_are_compared_and_never_refused(cases):
    units = ward_grid()
    report = check(units.assign(stated_area_km2=[1.15, 2.0, np.nan, *[1.15] * 9]), level="ward")
    assert [f.codes for f in report.of("stated_area")] == [("00002",)]
    assert report.passed
    if "hanoi_wards_2025" in cases:
        differing = check(cases["hanoi_wards_2025"].units, level="ward").of("stated_area")
        assert len(differing) == 29
        (hoa_lac,) = [f for f in differing if f.names == ("Xã Hoà Lạc",)]
        assert hoa_lac.message.startswith("measured 43.42")
        assert "stated 35.37" in hoa_lac.message
