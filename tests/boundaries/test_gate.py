"""The gate knows that areas may overlap, says what is no frame of units, and reports in three forms that agree."""

import json

import pytest
import shapely

from boundaries.gate import check
from boundaries.schematic import schematic_layers
from geo.errors import InputError
from tests.boundaries.gate_cases import planted, ward_grid


def test_areas_may_overlap():
    report = check(planted(), level="area")
    assert report.passed
    assert {finding.severity for finding in report.findings} == {"information"}
    assert report.to_dict()["overlaps"]["count"] == 2
    assert shapely.equals(report.repaired.geometry.to_numpy(), planted().geometry.to_numpy()).all()


def test_the_bundled_boundaries_pass_their_own_gate():
    for layer in schematic_layers():
        report = check(layer.units, level=layer.level)
        assert report.passed, report.rows()[:5]


def test_the_report_is_json_a_table_and_a_frame_that_agree(cases):
    for case in cases.values():
        report = case.report
        told = json.loads(json.dumps(report.to_dict(), allow_nan=False))
        assert len(told["findings"]) == len(report.rows()) == len(report.findings)
        frame = report.findings_frame()
        assert frame.crs == "EPSG:4326"
        assert list(frame["message"]) == [f["message"] for f in told["findings"] if f["lon"] is not None]


@pytest.mark.parametrize(
    ("units", "level", "message"),
    [
        (ward_grid(), "village", "unknown level 'village'"),
        (ward_grid().drop(columns="name"), "ward", "no column name"),
        (ward_grid().iloc[:0], "ward", "no units to check"),
        (ward_grid().to_crs(32648), "ward", "must be in EPSG:4326"),
    ],
)
def test_what_is_no_frame_of_units_is_a_wrong_input(units, level, message):
    with pytest.raises(InputError, match=message):
        check(units, level=level)
