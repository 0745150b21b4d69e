"""Coordinates that can not be meant and rings that are in doubt are refused."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from boundaries.gate import check
from tests.boundaries.gate_cases import only_refusal, reshaped, ward_grid


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (lambda xy: xy[:, ::-1], "seem to be latitude, longitude: swap them"),
        (lambda xy: xy * 5000, "seem to be metres"),
        (lambda xy: xy * [1, np.inf], "not finite"),
        (lambda xy: xy * [0.1, 20], "seem to be metres"),
        (lambda xy: xy + np.array([0, 75]), "north or south of a pole"),
    ],
)
def test_coordinates_that_can_not_be_meant_are_refused(move, message):
    units = ward_grid()
    moved = units.set_geometry(gpd.GeoSeries(shapely.transform(units.geometry.to_numpy(), move), crs=4326))
    assert message in only_refusal(moved).message


def test_a_file_of_another_place_is_refused():
    units = ward_grid()
    elsewhere = units.set_geometry(units.translate(xoff=1, yoff=-10))
    assert "another territory's" in only_refusal(elsewhere, previous=units).message


def test_an_invalid_ring_is_repaired_if_that_changes_next_to_nothing():
    x, y = 105.8, 21.0
    spike = shapely.Polygon(
        [
            (x, y),
            (x + 0.01, y),
            (x + 0.01, y + 0.005),
            (x + 0.012, y + 0.005),
            (x + 0.01, y + 0.005),
            (x + 0.01, y + 0.01),
            (x, y + 0.01),
        ]
    )
    assert not spike.is_valid
    units = reshaped(ward_grid(1, 1), c00001=spike)
    report = check(units, level="ward")
    assert report.passed
    assert [f.severity for f in report.of("ring")] == ["repaired"]
    assert report.repaired.geometry[0].equals(ward_grid(1, 1).geometry[0])


def test_an_invalid_ring_whose_area_is_in_doubt_is_refused():
    x, y = 105.8, 21.0
    bow_tie = shapely.Polygon([(x, y), (x + 0.01, y + 0.01), (x + 0.01, y), (x, y + 0.008)])
    refusal = only_refusal(reshaped(ward_grid(1, 1), c00001=bow_tie))
    assert refusal.check == "ring"
    assert "Self-intersection" in refusal.message
