"""What an exceptions file names is accepted, and a broken file is refused."""

import json

import pytest
import shapely

from boundaries.exceptions import Exemption, read_exceptions
from boundaries.gate import check
from geo.errors import FileError
from tests.boundaries.gate_cases import ward_grid


@pytest.fixture
def exceptions_for_all(tmp_path):
    """Write an exceptions file that names what a report refuses."""

    def write(report):
        path = tmp_path / "exceptions.toml"
        pairs = {frozenset(finding.codes[:2]) for finding in report.refusals}
        table = '[[exception]]\npair = {}\nreason = "drawn twice"\ndecided_by = "Survey office"\n'
        tables = [table.format(json.dumps([min(pair), max(pair)])) for pair in pairs]
        path.write_text("\n".join(tables), encoding="utf-8")
        return path

    return write


def test_what_an_exceptions_file_names_is_accepted_and_left_as_it_is(cases, exceptions_for_all):
    for name, case in cases.items():
        refused = case.report
        exceptions = read_exceptions(exceptions_for_all(refused)) if refused.refusals else ()
        accepted = check(case.units, level=case.level, exceptions=exceptions)
        assert accepted.passed, name
        excepted = [f for f in accepted.findings if f.severity == "excepted"]
        assert [f.codes for f in excepted] == [f.codes for f in refused.refusals], name
        assert all("drawn twice (Survey office)" in f.message for f in excepted)
        assert not accepted.of("exception"), name
        assert shapely.equals_identical(
            accepted.repaired.geometry.to_numpy(), refused.repaired.geometry.to_numpy()
        ).all()


def test_exceptions_that_are_unknown_or_not_needed_are_told():
    exceptions = [
        Exemption(("00001", "00099"), "a typing error", "Survey office"),
        Exemption(("00001", "00002"), "corrected since", "Survey office"),
    ]
    messages = [finding.message for finding in check(ward_grid(), level="ward", exceptions=exceptions).of("exception")]
    assert messages == [
        "exception for 00001 and 00099: the file has no unit 00099",
        "exception for 00001 and 00002 is not needed: remove it from the exceptions file",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pair = [", "is no TOML"),
        ('pair = ["1", "2"]', r"expected tables \[\[exception\]\]"),
        ('[[exception]]\npair = ["1", "2"]\nreason = "r"', "exception 1: expected pair, reason and decided_by"),
        ('[[exception]]\npair = ["1"]\nreason = "r"\ndecided_by = "d"', "pair must be two codes as text"),
        ('[[exception]]\npair = [1, 2]\nreason = "r"\ndecided_by = "d"', "pair must be two codes as text"),
        ('[[exception]]\npair = ["1", "2"]\nreason = " "\ndecided_by = "d"', "reason must say something"),
    ],
)
def test_a_broken_exceptions_file_is_refused(tmp_path, text, message):
    path = tmp_path / "exceptions.toml"
    path.write_text(text)
    with pytest.raises(FileError, match=message):
        read_exceptions(path)


def test_an_absent_exceptions_file_is_refused(tmp_path):
    with pytest.raises(FileError, match="can't be read: No such file"):
        read_exceptions(tmp_path / "exceptions.toml")
