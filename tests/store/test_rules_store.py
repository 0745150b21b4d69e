"""Rules live in a table: what is loaded is what answers, the past is kept, and old rules outlive their units."""

import datetime as dt
import tomllib
from dataclasses import replace
from importlib import resources

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import NotFoundError
from geo.lookup.answer import locate
from geo.lookup.dispatch import known_to_rules, territory_calendar
from geo.lookup.located_file import locate_file
from geo.reports.intake import Submitted, admit
from geo.responsibility.rules import RuleSet
from geo.store.boundaries import NewGeneration, add_generation, put_territory, read_dispatch
from geo.store.rules import list_rule_sets, put_rules, read_rules, rules_version
from geo.units.territory import HANOI

IN_THE_LAKE, BESIDE_IT = (105.815, 21.055), (105.868664, 20.998485)
DAY = dt.date(2026, 1, 5)
MONDAY = np.datetime64("2026-01-05T01:00", "ms")
LAKE_RULES = """
[calendar]
hours = ["07:30-11:30", "13:30-17:30"]
days_off = [2026-01-06]

[limits]
intake_hours = 4

[[rule]]
name = "lake"
areas = ["west-lake"]
valid_from = 2026-01-01
lead = { vi = "Công ty Công viên", en = "Park company" }
cooperating = [{ vi = "UBND {unit}", en = "People's Committee of {unit}" }]
urgency = "urgent"

[[rule]]
name = "waste"
categories = ["waste"]
units = ["00292"]
levels = ["ward"]
valid_to = 2030-01-01
lead = { vi = "UBND {unit}", en = "People's Committee of {unit}" }
working_days = 2.5
assumed = true
source = "a test"
"""


@pytest.fixture
def with_lake(city_database):
    lake = shapely.multipolygons([shapely.Point(IN_THE_LAKE).buffer(0.01)])
    columns = {"code": ["west-lake"], "name": ["Hồ Tây"], "name_en": ["West Lake"], "kind": ["Hồ"]}
    units = gpd.GeoDataFrame({**columns, "parent_code": [None]}, geometry=[lake], crs=4326)
    with city_database.transaction() as connection:
        add_generation(
            connection,
            HANOI.id,
            NewGeneration("area", dt.date(2025, 7, 1), None, units, "a test", "none", "0", "a test"),
        )
    return city_database


def load(connection, text: str, loaded_by: str = "a test") -> int | None:
    dispatch = read_dispatch(connection, HANOI.id)
    known = known_to_rules(dispatch.jurisdiction, dispatch.categories)
    rules = RuleSet.from_toml(text, known, territory_calendar(HANOI))
    return put_rules(connection, HANOI.id, rules, "rules.toml", loaded_by)


def test_a_report_in_the_lake_is_the_park_companys_at_every_door(with_lake):
    with with_lake.transaction() as connection:
        load(connection, LAKE_RULES)
    with with_lake.transaction() as connection:
        dispatch = read_dispatch(connection, HANOI.id)
    found = locate(dispatch, *IN_THE_LAKE, DAY, category="waste")["responsible"]
    assert (found["rule"], found["lead"], found["lead_en"]) == ("lake", "Công ty Công viên", "Park company")
    assert (found["why"], found["why_en"]) == (
        "quy tắc 1 'lake' là quy tắc đầu tiên khớp trong 2 quy tắc: khu vực Hồ Tây, từ 2026-01-01",
        "rule 1 'lake' is the first of 2 that matches: area West Lake, from 2026-01-01",
    )
    assert found["assumed"] is False
    # Received at midnight: 4 hours of intake are the morning of Monday 5 January; then 4 urgent hours, its afternoon.
    assert (found["intake_due"], found["due"]) == ("2026-01-05T11:30:00+07:00", "2026-01-05T17:30:00+07:00")
    before = locate(dispatch, *IN_THE_LAKE, dt.date(2025, 12, 31), category="waste")["responsible"]
    assert before["rule"] == "own-committee"

    lon, lat = (np.array(values) for values in zip(IN_THE_LAKE, BESIDE_IT, strict=True))
    nothing = np.array([None, None], dtype=object)
    values = dict.fromkeys(Submitted.__dataclass_fields__, nothing) | {
        "category": np.array(["parking", "parking"], dtype=object),
        "lon": lon,
        "lat": lat,
        "accuracy_m": np.full(2, np.nan),
        "reported_at": np.full(2, MONDAY),
        "channel": np.array(["app", "app"], dtype=object),
        "description": np.array(["", ""], dtype=object),
    }
    reports, _, problems = admit(Submitted(**values), dispatch, np.full(2, MONDAY))
    assert problems == []
    assert reports.rule.tolist() == ["lake", "own-committee"]
    assert reports.lead[0] == "Công ty Công viên"
    # Monday 08:00 in Hanoi: 3:30 until 11:30, 0:30 until 14:00; 3:30 until 17:30; Tuesday is off; Wednesday 08:00.
    assert reports.intake_due_at[0] == np.datetime64("2026-01-05T07:00")
    assert reports.due_at[0] == np.datetime64("2026-01-07T01:00")


def test_each_row_of_a_file_gets_the_agency_of_its_area(with_lake, tmp_path):
    with with_lake.transaction() as connection:
        load(connection, LAKE_RULES)
        dispatch = read_dispatch(connection, HANOI.id)
    source, out = tmp_path / "points.csv", tmp_path / "located.csv"
    rows = [f"{lon},{lat}" for lon, lat in (BESIDE_IT, IN_THE_LAKE, (0.0, 0.0))]
    source.write_text("\n".join(["lon,lat", *rows]), encoding="utf-8")
    locate_file(dispatch, source, out, day=DAY, category="parking")
    agencies = [line.rpartition(",")[2].strip('"') for line in out.read_text(encoding="utf-8").splitlines()]
    assert agencies == ["agency", "UBND phường Vĩnh Tuy", "Công ty Công viên", ""]


def test_the_table_gives_back_what_was_loaded(with_lake):
    with with_lake.transaction() as connection:
        load(connection, LAKE_RULES)
        rules = read_dispatch(connection, HANOI.id).rules
    told = tomllib.loads(rules.to_toml())
    loaded = tomllib.loads(LAKE_RULES)
    assert told["rule"] == loaded["rule"]
    assert loaded["calendar"].items() <= told["calendar"].items()
    assert told["limits"] == {"intake_hours": 4, "urgent_hours": 4, "complex_days": 15, "normal_days": 5}
    assert rules == replace(RuleSet.from_toml(rules.to_toml(), rules.known, territory_calendar(HANOI)))


def test_the_same_rules_again_are_not_loaded_and_each_load_is_remembered(with_lake):
    with with_lake.transaction() as connection:
        assert rules_version(connection, HANOI.id) == 0
        first = load(connection, LAKE_RULES, "one")
        assert load(connection, LAKE_RULES.replace("[limits]", "# a remark\n[limits]")) is None
        second = load(connection, LAKE_RULES.replace("Park company", "Lake company"), "two")
        assert rules_version(connection, HANOI.id) == second
        history = list_rule_sets(connection, HANOI.id)
        dispatch = read_dispatch(connection, HANOI.id)
        past = read_rules(connection, HANOI.id, dispatch.rules.known, dispatch.calendar, first)
        with pytest.raises(NotFoundError, match=f"no rule set 99 .*; known: {first}, {second}"):
            read_rules(connection, HANOI.id, dispatch.rules.known, dispatch.calendar, 99)
    assert [(each.id, each.loaded_by, each.source, each.rules) for each in history] == [
        (first, "one", "rules.toml", 2),
        (second, "two", "rules.toml", 2),
    ]
    assert history[0].loaded_at < history[1].loaded_at
    assert (past.rules[0].lead.en, dispatch.rules.rules[0].lead.en) == ("Park company", "Lake company")


def test_rules_stay_in_force_when_their_area_is_no_more(with_lake):
    with with_lake.transaction() as connection:
        load(connection, LAKE_RULES)
    with with_lake.connect() as connection:
        connection.execute("UPDATE generation SET state = 'retired' WHERE level = 'area'")
    with with_lake.transaction() as connection:
        dispatch = read_dispatch(connection, HANOI.id)
    assert [rule.name for rule in dispatch.rules.rules] == ["lake", "waste"]
    assert locate(dispatch, *IN_THE_LAKE, DAY, category="waste")["responsible"]["rule"] == "own-committee"


def test_a_territory_without_rules_is_answered_by_its_own_committees_and_hanoi_by_the_bundled_rules(city_database):
    with city_database.transaction() as connection:
        put_territory(connection, replace(HANOI, id="hue"))
        dispatch = read_dispatch(connection, HANOI.id)
        assert read_rules(connection, "hue", dispatch.rules.known, dispatch.calendar).rules == ()
    bundled = tomllib.loads(resources.files("geo").joinpath("data/rules_default.toml").read_text(encoding="utf-8"))
    assert [rule.name for rule in dispatch.rules.rules] == [rule["name"] for rule in bundled["rule"]]
