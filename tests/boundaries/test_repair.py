"""Slivers are repaired always in the same way, and no further than the sliver."""

import pytest
import shapely

from boundaries.gate import check
from tests.boundaries.gate_cases import planted


def test_once_slivers_are_repaired_only_what_was_refused_is_left(cases):
    for name, case in cases.items():
        report = case.report
        again = check(report.repaired, level=case.level)
        assert [f.codes for f in again.refusals] == [f.codes for f in report.refusals], name
        assert {finding.severity for finding in again.findings} <= {"refused", "information"}, name
        assert shapely.is_valid(report.repaired.geometry.to_numpy()).all(), name
        assert shapely.coverage_is_valid(report.repaired.geometry.to_numpy()) == report.passed, name


def test_a_coverage_is_valid_when_the_tolerance_covers_all_of_its_defects(cases):
    for name, case in cases.items():
        report = check(case.units, level=case.level, tolerance_m2=1e6)
        assert report.passed, name
        assert shapely.coverage_is_valid(report.repaired.geometry.to_numpy()), name


def test_repair_takes_slivers_only_and_moves_no_other_vertex(cases):
    for name, case in cases.items():
        report = case.report
        slivers = [finding for finding in report.findings if finding.severity == "repaired"]
        touched = {code for finding in slivers for code in finding.codes}
        places = shapely.union_all([finding.shape for finding in slivers]).buffer(1e-7)
        before = case.units.sort_values("code")
        old, new = before.geometry.to_numpy(), report.repaired.geometry.to_numpy()
        changed = set(before["code"][~shapely.equals(old, new)])
        assert changed <= touched, name
        difference = shapely.symmetric_difference(old, new)
        assert shapely.difference(shapely.union_all(difference), places).area == pytest.approx(0, abs=1e-14), name
        for code, a, b in zip(before["code"], old, new, strict=True):
            gone = set(map(tuple, shapely.get_coordinates(a))) - set(map(tuple, shapely.get_coordinates(b)))
            assert code in touched or not gone, name
            assert all(places.covers(shapely.Point(vertex)) for vertex in gone), name


def test_the_overlap_goes_to_the_lower_code_and_the_gap_to_the_longest_border():
    report = check(planted(), level="ward")
    given_to = {
        finding.check: finding.message
        for finding in report.findings
        if finding.area_m2 and finding.severity == "repaired"
    }
    assert given_to["overlap"] == "sliver, given to 00002 Phường Số 2"
    before, after = planted().geometry.to_numpy(), report.repaired.geometry.to_numpy()
    assert shapely.equals(before[1], after[1])
    overlap = shapely.intersection(before[1], before[2])
    assert shapely.intersection(after[2], overlap).area < 1e-16
    (gap,) = [finding for finding in report.of("gap") if finding.severity == "repaired"]
    # The gap has two sides on the third ward and one, the longer, on the fourth: together the two are longer.
    assert given_to["gap"] == "sliver, given to 00003 Phường Số 3"
    assert shapely.covered_by(gap.shape, after[2].buffer(1e-12))


def test_the_order_of_the_rows_makes_no_difference(cases):
    for name, case in cases.items():
        report = case.report
        shuffled = check(case.units.sample(frac=1, random_state=7), level=case.level)
        assert shuffled.to_dict() == report.to_dict(), name
        assert shapely.equals_identical(
            shuffled.repaired.geometry.to_numpy(), report.repaired.geometry.to_numpy()
        ).all()
