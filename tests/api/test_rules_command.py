"""`hientruong rules` names every problem of a table, and shows a table that it finds fine."""

import datetime as dt
import getpass
import json
import re
import time
import tomllib
from pathlib import Path

import pytest

from api.service import Service
from geo.lookup.answer import locate
from geo.units.territory import HANOI
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
        assert re.match(rf"{re.escape(str(file))}: line \d+: rule ", line)
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


LAKE = """
[[rule]]
name = "parks"
categories = ["parking"]
lead = { vi = "Công ty Công viên", en = "Park company" }
"""


def test_loaded_rules_answer_at_once_in_a_running_service_and_a_dry_run_changes_nothing(
    city_database: Database, file: Path
) -> None:
    url = city_database.url
    file.write_text(LAKE, encoding="utf-8")
    service = Service(url, HANOI.id)
    try:
        dry = run("rules", "load", file, DATABASE_URL=url)
        assert (dry.returncode, dry.stdout) == (0, "")
        assert dry.stderr.splitlines() == [
            "rule 1 'parks' is new",
            "rule 1 'waste-ward' is gone",
            "rule 2 'parking-ward' is gone",
            "rule 3 'fire-risk-city' is gone",
            "dry run, nothing was written: 4 changes; add --commit to put the rules into force",
        ]
        assert json.loads(run("rules", "list", DATABASE_URL=url).stdout) == []
        assert lead(service) == "Công an phường Bạch Mai"
        loaded = run("rules", "load", file, "--commit", DATABASE_URL=url)
        assert loaded.stderr.splitlines()[-1].endswith("with 1 rules is in force")
        until = time.monotonic() + 30
        while lead(service) != "Công ty Công viên" and time.monotonic() < until:
            pass
        assert lead(service) == "Công ty Công viên"
    finally:
        service.close()
    (only,) = json.loads(run("rules", "list", DATABASE_URL=url).stdout)
    assert (only["source"], only["rules"], only["loaded_by"]) == ("rules.toml", 1, getpass.getuser())
    again = run("rules", "load", file, "--commit", DATABASE_URL=url)
    assert (again.returncode, again.stderr) == (0, f"{file}: these rules are in force already; nothing was changed\n")
    shown = run("rules", "show", "--set", only["id"], DATABASE_URL=url)
    assert tomllib.loads(shown.stdout)["rule"] == tomllib.loads(LAKE)["rule"]


def lead(service: Service) -> str:
    answered = locate(service.dispatch, 105.856919, 21.005396, dt.date(2026, 1, 5), category="parking")
    return answered["responsible"]["lead"]
