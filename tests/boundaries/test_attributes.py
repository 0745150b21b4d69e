"""Codes and names that can not be meant are refused; names are brought to one Unicode form."""

import pytest

from boundaries.gate import check
from tests.boundaries.gate_cases import only_refusal, ward_grid


def with_codes(*codes):
    units = ward_grid()
    return units.assign(code=[*codes, *units["code"][len(codes) :]])


@pytest.mark.parametrize(
    ("units", "message", "count"),
    [
        (with_codes("00003"), "share their code", 2),
        (with_codes(""), "1 units have no code", 1),
        (with_codes("00 01"), "1 codes are not well formed", 1),
        (with_codes("1", "2"), "leading zeros were lost", 2),
    ],
)
def test_bad_codes_are_refused(units, message, count):
    refusal = only_refusal(units)
    assert refusal.check == "code"
    assert message in refusal.message
    assert len(refusal.codes) == count


def test_bad_names_are_refused():
    units = ward_grid()
    missing = units.assign(name=["", *units["name"][1:]])
    assert "1 units have no name" in only_refusal(missing).message
    english = units.assign(name=[f"Number {number} Ward" for number in range(12)])
    assert "no name has a Vietnamese letter (the first is 'Number 0 Ward')" in only_refusal(english).message
    old = units.assign(name=[f"Phöôøng Soá {number}" for number in range(12)])
    assert "names are VNI text ('Phöôøng Soá 0' seems to mean 'Phường Số 0')" in only_refusal(old).message


def test_decomposed_names_are_brought_to_nfc_and_told():
    units = ward_grid()
    report = check(units.assign(name=units["name"].str.normalize("NFD")), level="ward")
    assert report.passed
    assert list(report.repaired["name"]) == list(units["name"])
    assert [(f.severity, f.message) for f in report.of("name")] == [
        ("repaired", "12 names were brought to Unicode form NFC")
    ]
