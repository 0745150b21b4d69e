"""Drafts, replacements and second cities by command: a dry run changes nothing and tells what --commit does."""

import csv
import datetime as dt
import json
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner, Result

from api.command_line import app
from geo.counting.cube import Query
from geo.errors import InputError, RefusedError
from geo.store.boundaries import list_generations, read_dispatch
from geo.store.counts import RowCounts
from geo.store.report_reading import count_reports
from geo.store.units_at import count_units
from geo.units.territory import HANOI
from tests.conftest import Database

SINCE_JULY = ("--level", "ward", "--valid-from", "2025-07-01")
CITY = ("--name", "Thành phố Hồ Chí Minh", "--name-en", "Ho Chi Minh City")
HCMC = ("territories", "add", "hcmc", *CITY, "--time-zone", "Asia/Ho_Chi_Minh", "--metric-srid", "32648")
AUGUST = dt.date(2025, 8, 1), dt.date(2025, 8, 31)
# The same ids in each city.
REPORTS = """id,category,lon,lat,reported_at,status
1,waste,{0},{1},2025-08-01T08:00:00+07:00,waiting
2,waste,{0},{2},2025-08-02T08:00:00+07:00,waiting
3,parking,{0},{2},2025-08-03T08:00:00+07:00,waiting
"""


@pytest.fixture
def database(city_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("DATABASE_URL", city_database.url)
    return city_database


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments: object) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.exception or result.stderr
    return result


def strips(folder: Path, name: str, west: float, edges: list[float]) -> Path:
    """Three wards, one above the other, that fill a box; the same codes whatever the edges are."""
    boxes = [shapely.box(west, low, west + 0.3, high) for low, high in pairwise(edges)]
    codes = ["50001", "50002", "50003"]
    names = ["Phường Một", "Phường Hai", "Phường Ba"]
    path = folder / f"{name}.parquet"
    gpd.GeoDataFrame({"code": codes, "name": names}, geometry=boxes, crs=4326).to_parquet(path)
    return path


def imported(territory: str, folder: Path, *place: float) -> None:
    path = folder / f"{territory}.csv"
    path.write_text(REPORTS.format(*place), encoding="utf-8")
    told = done("import", path, "--rejects", folder / "rejects.csv", "--territory", territory)
    assert "3 added, 0 already there, 0 rejected" in told.stderr


def states(database: Database, territory: str = HANOI.id) -> dict[int, str]:
    with database.transaction() as connection:
        return {each.id: each.state for each in list_generations(connection, territory, "ward")}


def test_a_corrected_survey_lists_the_reports_that_it_moves_before_it_does(database: Database, tmp_path: Path) -> None:
    first = strips(tmp_path, "first", 105.7, [20.9, 21.0, 21.1, 21.2])
    corrected = strips(tmp_path, "corrected", 105.7, [20.9, 21.04, 21.1, 21.2])
    done("boundaries", "load", first, *SINCE_JULY, "--commit")
    imported(HANOI.id, tmp_path, 105.85, 21.05, 21.02)
    old = max(states(database))
    with database.connect() as connection:
        connection.execute("UPDATE report SET status = 'resolved', closed_at = now() WHERE category = 'parking'")
        ids = [str(id) for (id,) in connection.execute("SELECT id FROM report ORDER BY reported_at").fetchall()]
    told = [{"id": ids[1], "old_code": "50002", "new_code": "50001", "open": True},
            {"id": ids[2], "old_code": "50002", "new_code": "50001", "open": False}]  # fmt: skip
    table = tmp_path / "changed.csv"
    load = ("boundaries", "load", corrected, "--level", "ward", "--replace", old, "--reports", table, "--json")
    before = states(database)
    dry = done(*load)
    assert states(database) == before
    answer = json.loads(dry.stdout)
    assert (answer["written"], answer["moved"], answer["reports"]) == (False, 1, told)
    assert (answer["generation"]["valid_from"], answer["retired"]["id"]) == ("2025-07-01", old)
    assert "2 reports lie in another unit" in dry.stderr
    assert ids[1] in dry.stderr
    with table.open(encoding="utf-8", newline="") as file:
        assert [row | {"open": row["open"] == "True"} for row in csv.DictReader(file)] == told
    written = json.loads(done(*load, "--commit").stdout)
    assert (written["written"], written["moved"], written["reports"]) == (True, 1, told)
    assert states(database)[old] == "retired"
    with database.connect() as connection:
        codes = "SELECT unit.code FROM report JOIN unit ON unit.id = unit_id ORDER BY reported_at"
        assert connection.execute(codes).fetchall() == [("50002",), ("50001",), ("50002",)]
    done("boundaries", "diff", old, written["generation"]["id"])
    assert run(*load[:5]).exit_code == 2  # neither --valid-from nor --replace


def test_a_draft_is_listed_and_activated_and_retired_only_with_commit(database: Database, tmp_path: Path) -> None:
    file = strips(tmp_path, "wards", 105.7, [20.9, 21.0, 21.1, 21.2])
    before = states(database)
    load = ("boundaries", "load", file, *SINCE_JULY, "--draft")
    assert "dry run, nothing was written" in done(*load).stderr
    assert states(database) == before
    assert "a draft that answers nothing" in done(*load, "--commit").stderr
    assert "this file is loaded already" in done(*load, "--commit").stderr
    draft = max(states(database))
    assert states(database) == before | {draft: "draft"}
    assert "draft" in done("boundaries", "list").stdout
    done("boundaries", "diff", max(before), draft)
    shown = json.loads(done("boundaries", "show", draft, "--json").stdout)
    assert (shown["state"], shown["checks"]["passed"]) == ("draft", True)
    assert [(unit["code"], unit["name"], unit["name_en"]) for unit in shown["units"]] == [
        ("50001", "Phường Một", "Mot Ward"),
        ("50002", "Phường Hai", "Hai Ward"),
        ("50003", "Phường Ba", "Ba Ward"),
    ]
    assert "Phường Hai" in done("boundaries", "show", draft).stdout
    for command, state in (("activate", "active"), ("retire", "retired")):
        was = states(database)
        if command == "retire":
            done("boundaries", "load", file, "--level", "ward", "--valid-from", "2031-01-01", "--commit")
            was = states(database)
        assert "dry run" in done("boundaries", command, draft).stderr
        assert states(database) == was
        assert "written" in done("boundaries", command, draft, "--commit").stderr
        assert states(database)[draft] == state
    assert isinstance(run("boundaries", "activate", draft, "--commit").exception, RefusedError)


def test_a_second_city_and_its_reports_are_apart_from_the_first(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        dispatch = read_dispatch(connection, HANOI.id)
    imported(HANOI.id, tmp_path, 105.85, 21.02, 21.03)
    before = figures(database, HANOI.id)
    hanoi = json.loads(done("boundaries", "list", "--json").stdout)
    done(*HCMC)
    told = {each["id"]: each for each in json.loads(done("territories", "list", "--json").stdout)}
    assert told.keys() == {"hanoi", "hcmc"}
    assert told["hcmc"]["languages"] == ["vi", "en"]
    assert "Ho Chi Minh City" in done("territories", "list").stdout
    file = strips(tmp_path, "hcmc", 106.6, [10.7, 10.8, 10.9, 11.0])
    done("boundaries", "load", file, *SINCE_JULY, "--territory", "hcmc", "--commit")
    imported("hcmc", tmp_path, 106.7, 10.75, 10.85)
    assert figures(database, HANOI.id) == before
    assert json.loads(done("boundaries", "list", "--json").stdout) == hanoi
    with database.transaction() as connection:
        assert read_dispatch(connection, HANOI.id).jurisdiction.units == dispatch.jurisdiction.units
    reports, _, units = figures(database, "hcmc")
    assert reports == 3
    assert [count for _, count in units] == [1, 2]
    assert not {unit for unit, _ in units} & {unit for unit, _ in before[2]}


def figures(database: Database, territory: str) -> tuple:
    """What is counted of a city: all, cells and units."""
    with database.transaction() as connection:
        jurisdiction = read_dispatch(connection, territory).jurisdiction
        cells = RowCounts(lambda ask: ask(connection), jurisdiction).counts(Query(*AUGUST))
        units = count_units(connection, jurisdiction, *AUGUST, boundaries_at=AUGUST[1])
        return (
            count_reports(connection, territory),
            list(zip(cells.cell.tolist(), cells.count.tolist(), strict=True)),
            list(zip(units.unit_id.tolist(), units.count.tolist(), strict=True)),
        )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("--time-zone", "Asia/Saigonn", "unknown time zone 'Asia/Saigonn'"),
        ("--metric-srid", "4326", "does not measure in metres"),
        ("--metric-srid", "1", "unknown metric SRID 1"),
        ("--holidays", "Vietnam", "public holidays of 'Vietnam' are not known"),
        ("--language", "Vietnamese", "language 'Vietnamese'"),
        ("--name", " ", "name is empty"),
    ],
)
def test_a_city_with_a_value_that_nobody_can_use_is_refused(database, field: str, value: str, said: str) -> None:
    result = run(*HCMC, field, value)
    assert isinstance(result.exception, InputError)
    assert said in str(result.exception)
    assert isinstance(run(*HCMC[:2], "Ho Chi Minh", *HCMC[3:]).exception, InputError)
    assert [each["id"] for each in json.loads(done("territories", "list", "--json").stdout)] == ["hanoi"]
