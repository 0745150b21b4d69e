"""`hientruong rules` names every problem of a table, and shows a table that it finds fine."""

import tomllib
from pathlib import Path

import pytest

from tests.api.serving import run
from tests.conftest import Database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.toml"


def test_the_rules_that_are_shown_are_fine_and_cover_every_category(city_database: Database, file: Path) -> None:
    shown = run("rules", "show", DATABASE_URL=city_database.url)
    assert (shown.returncode, shown.stderr) == (0, "")
    rules = tomllib.loads(shown.stdout)["rule"]
    assert {category for rule in rules for category in rule["categories"]} == {"waste", "parking", "fire_risk"}
    file.write_text(shown.stdout, encoding="utf-8")
    checked = run("rules", "check", file, DATABASE_URL=city_database.url)
    assert (checked.returncode, checked.stderr) == (0, f"{file}: {len(rules)} rules are fine\n")


def test_each_problem_is_a_line_with_its_rule(city_database: Database, file: Path) -> None:
    agency = '{ vi = "UBND {unit}", en = "Committee of {unit}" }'
    file.write_text(
        f'[[rule]]\nname = "noise"\ncategories = ["noise"]\nlead = {agency}\n'
        f'[[rule]]\nname = "nowhere"\nunits = ["99999"]\nlead = {agency}\n'
        '[[rule]]\nname = "nobody"\n',
        encoding="utf-8",
    )
    checked = run("rules", "check", file, DATABASE_URL=city_database.url)
    assert (checked.returncode, checked.stdout) == (1, "")
    lines = checked.stderr.splitlines()
    for line, (name, reason) in zip(lines, [("noise", "noise"), ("nowhere", "99999"), ("nobody", "lead")], strict=True):
        assert line.startswith(f"{file}: rule ")
        assert f"'{name}'" in line
        assert reason in line.partition(f"'{name}'")[2]


@pytest.mark.parametrize(("text", "says"), [(None, "can't be read"), ("[[rule", "not TOML"), ("", "no rules")])
def test_a_file_without_rules_is_refused_in_one_line(
    city_database: Database, file: Path, text: str | None, says: str
) -> None:
    if text is not None:
        file.write_text(text)
    checked = run("rules", "check", file, DATABASE_URL=city_database.url)
    assert (checked.returncode, checked.stderr.count("\n")) == (1, 1)
    assert says in checked.stderr
