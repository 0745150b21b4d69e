"""`hientruong boundaries` changes nothing without --commit, and with it stores exactly what the gate passed."""

import dataclasses
import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import create_engine
from typer.testing import CliRunner, Result

from api.commands.boundaries import app
from api.commands.boundaries.options import Level
from boundaries.checked import read_checked
from boundaries.facts import succession_2025
from geo.demo.reports import make_demo
from geo.errors import FileError, InputError, NotFoundError, RefusedError
from geo.lookup.dispatch import Dispatch
from geo.store.boundaries import NewGeneration, add_generation, list_generations, put_territory, read_units_frame
from geo.store.reports import add_reports
from geo.units.territory import HANOI, Generation
from geo.vocabulary import LEVELS
from tests.conftest import Database
from tests.geo.coverages import merged_cells

TABLES = ("territory", "category", "unit", "generation", "boundary")
SLIVER = (105.949283, 21.034367)
OVERLAPPING = ["25777", "25780", "25942", "26803", "26800"]
"""Neighbours in Ho Chi Minh City that overlap by more than a square metre."""
SINCE_JULY = ("--level", "ward", "--valid-from", "2025-07-01")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments: object) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.exception or result.stderr
    return result


def rows(database: Database) -> dict[str, int]:
    with database.connect() as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def generations(database: Database) -> list[Generation]:
    engine = create_engine(database.url)
    with engine.connect() as connection:
        found = list_generations(connection, HANOI.id)
    engine.dispose()
    return found


def generated_units() -> gpd.GeoDataFrame:
    """Make a coverage of many-cornered units in several parts."""
    random = np.random.default_rng(5)
    low, high = [105.3, 20.6], [106.0, 21.4]
    sites, seeds = random.uniform(low, high, (1000, 2)), random.uniform(low, high, (40, 2))
    unit = np.hypot(*(sites[:, None] - seeds).transpose(2, 0, 1)).argmin(axis=1)
    codes = [f"{number:05}" for number in range(len(np.unique(unit)))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": [f"Phường {code}" for code in codes]}, geometry=merged_cells(sites, unit), crs=4326
    )


@pytest.fixture
def surveyed(test_data: Path | None, tmp_path: Path) -> Path:
    """Twenty wards of Hanoi around the two that overlap by a sliver, or generated ones where there are none."""
    path = tmp_path / "wards.parquet"
    if test_data is None:
        generated_units().to_parquet(path)
    else:
        wards = gpd.read_parquet(test_data / "hanoi_wards_2025.parquet")
        distance = shapely.distance(shapely.centroid(wards.geometry.to_numpy()), shapely.Point(SLIVER))
        wards.iloc[np.argsort(distance)[:20]].to_parquet(path)
    return path


@pytest.fixture
def overlapping(test_data: Path | None, tmp_path: Path) -> tuple[Path, str]:
    """A file with an overlap of more than a square metre, and the code of a unit that has it."""
    path = tmp_path / "overlapping.parquet"
    if test_data is not None:
        wards = gpd.read_parquet(test_data / "hcmc_wards_2025.parquet")
        wards[wards["code"].isin(OVERLAPPING)].to_parquet(path)
        return path, OVERLAPPING[0]
    units = generated_units()
    shapes = units.geometry.to_numpy().copy()
    shapes[0] = shapes[0].union(shapely.Point(shapely.get_coordinates(shapes[0])[0]).buffer(1e-3))
    units.set_geometry(shapes, crs=4326).to_parquet(path)
    return path, "00000"


@pytest.fixture
def empty(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that the commands find, with nothing in it."""
    monkeypatch.setenv("DATABASE_URL", database.url)
    return database


@pytest.fixture
def hanoi(empty: Database, surveyed: Path) -> Database:
    """The same with wards of Hanoi since July 2025 that are only sketched: the hulls of those of the file."""
    file, _ = read_checked(surveyed, "ward")
    hulls = file.units.geometry.convex_hull.map(lambda hull: shapely.MultiPolygon([hull]))
    units = file.units.assign(kind="Phường", name_en="Ward").set_geometry(hulls)
    sketch = NewGeneration(
        level="ward",
        valid_from=dt.date(2025, 7, 1),
        valid_to=None,
        units=units,
        source="sketch",
        licence="none",
        checksum="0",
        loaded_by="test",
        schematic=True,
    )
    engine = create_engine(empty.url)
    with engine.begin() as connection:
        put_territory(connection, HANOI)
        add_generation(connection, HANOI.id, sketch)
    engine.dispose()
    return empty


def test_a_dry_run_writes_nothing_and_says_what_would_change(hanoi: Database, surveyed: Path) -> None:
    before = rows(hanoi)
    result = done("load", surveyed, *SINCE_JULY)
    assert rows(hanoi) == before
    assert [generation.state for generation in generations(hanoi)] == ["active"]
    assert result.stdout == ""
    assert "dry run, nothing was written" in result.stderr
    assert "schematic ward boundaries, since 2025-07-01) would be retired" in result.stderr
    assert "0 units vanish, 0 appear" in result.stderr


def test_with_commit_the_schematic_generation_is_retired_and_the_repaired_shapes_are_stored_bit_for_bit(
    hanoi: Database, surveyed: Path
) -> None:
    result = done("load", surveyed, *SINCE_JULY, "--source", "mapping agency", "--licence", "MIT", "--commit")
    assert "written:" in result.stderr
    assert "is retired" in result.stderr
    sketch, new = generations(hanoi)
    assert (sketch.state, new.state) == ("retired", "active")
    assert (new.schematic, new.source, new.licence) == (False, "mapping agency", "MIT")
    repaired = read_checked(surveyed, "ward")[1].repaired.sort_values("code")
    with hanoi.connect() as connection:
        stored = connection.execute(
            "SELECT code, ST_AsBinary(geom, 'NDR') FROM boundary JOIN unit ON unit.id = unit_id"
            " WHERE generation_id = %s ORDER BY code",
            [new.id],
        ).fetchall()
    assert [code for code, _ in stored] == list(repaired["code"])
    assert [bytes(wkb) for _, wkb in stored] == list(shapely.to_wkb(repaired.geometry.to_numpy(), byte_order=1))
    engine = create_engine(hanoi.url)
    with engine.connect() as connection:
        frame = read_units_frame(connection, new.id)
    engine.dispose()
    assert frame[["code", "name"]].to_numpy().tolist() == repaired[["code", "name"]].to_numpy().tolist()
    assert shapely.equals_exact(frame.geometry.to_numpy(), repaired.geometry.to_numpy(), tolerance=0).all()


def test_the_same_file_again_changes_nothing(hanoi: Database, surveyed: Path) -> None:
    done("load", surveyed, *SINCE_JULY, "--commit")
    before = generations(hanoi)
    result = done("load", surveyed, *SINCE_JULY, "--commit")
    assert "this file is loaded already" in result.stderr
    assert generations(hanoi) == before


@pytest.mark.parametrize("commit", [(), ("--commit",)])
def test_a_period_that_overlaps_is_refused(hanoi: Database, surveyed: Path, commit: tuple[str, ...]) -> None:
    before = rows(hanoi)
    result = run("load", surveyed, "--level", "ward", "--valid-from", "2026-01-01", *commit)
    assert isinstance(result.exception, RefusedError)
    assert "since 2026-01-01 overlaps generation" in str(result.exception)
    assert rows(hanoi) == before


def test_units_that_overlap_are_refused_by_name_and_nothing_is_written(
    empty: Database, overlapping: tuple[Path, str]
) -> None:
    path, code = overlapping
    engine = create_engine(empty.url)
    with engine.begin() as connection:
        put_territory(connection, dataclasses.replace(HANOI, id="second"))
    engine.dispose()
    before = rows(empty)
    result = run("load", path, *SINCE_JULY, "--territory", "second", "--commit")
    assert isinstance(result.exception, RefusedError)
    assert code in str(result.exception)
    assert "refused" in result.stderr
    assert rows(empty) == before


def test_a_file_of_another_city_is_refused(hanoi: Database, overlapping: tuple[Path, str], tmp_path: Path) -> None:
    there = gpd.read_parquet(overlapping[0])
    path = tmp_path / "elsewhere.parquet"
    there.set_geometry(there.geometry.translate(yoff=-5)).to_parquet(path)
    result = run("load", path, *SINCE_JULY, "--commit")
    assert isinstance(result.exception, RefusedError)
    assert len(generations(hanoi)) == 1


def test_a_territory_that_is_not_there_is_said(empty: Database, surveyed: Path) -> None:
    result = run("load", surveyed, *SINCE_JULY, "--territory", "nowhere")
    assert isinstance(result.exception, NotFoundError)


def test_an_empty_database_gets_the_schematic_boundaries_first(empty: Database, surveyed: Path) -> None:
    """The walkthrough in a fresh folder: the surveyed file is the first thing that is loaded."""
    done("load", surveyed, *SINCE_JULY)
    assert set(rows(empty).values()) == {0}
    done("load", surveyed, *SINCE_JULY, "--commit")
    told = [(each.level, str(each.valid_from), each.state, each.schematic, each.units) for each in generations(empty)]
    units = len(gpd.read_parquet(surveyed))
    assert told == [
        ("city", "2008-08-01", "active", True, 1),
        ("city", "2025-07-01", "active", True, 1),
        ("district", "2008-08-01", "active", True, 30),
        ("ward", "2008-08-01", "active", True, 526),
        ("ward", "2025-07-01", "retired", True, 126),
        ("ward", "2025-07-01", "active", False, units),
    ]


def test_check_prints_the_figures_and_fails_for_a_file_that_a_load_would_refuse(
    surveyed: Path, overlapping: tuple[Path, str]
) -> None:
    good = json.loads(done("check", surveyed, "--level", "ward", "--json").stdout)
    assert good["passed"]
    assert good["units"] == len(gpd.read_parquet(surveyed))
    path, code = overlapping
    result = run("check", path, "--level", "ward", "--json")
    assert result.exit_code == 1
    bad = json.loads(result.stdout)
    assert not bad["passed"]
    assert bad["overlaps"]["count"] > 0
    assert code in run("check", path, "--level", "ward").stdout


def test_a_file_with_overlaps_is_accepted_once_an_exceptions_file_names_each(
    overlapping: tuple[Path, str], tmp_path: Path
) -> None:
    path, _ = overlapping
    check = ("check", path, "--level", "ward", "--json")
    refused = [found for found in json.loads(run(*check).stdout)["findings"] if found["severity"] == "refused"]
    pairs = {tuple(sorted(unit["code"] for unit in found["units"][:2])) for found in refused}
    table = '[[exception]]\npair = {}\nreason = "drawn twice"\ndecided_by = "Survey office"\n'
    exceptions = tmp_path / "exceptions.toml"
    exceptions.write_text("\n".join(table.format(json.dumps(pair)) for pair in sorted(pairs)), encoding="utf-8")
    told = json.loads(done(*check, "--exceptions", exceptions).stdout)
    excepted = [found for found in told["findings"] if found["severity"] == "excepted"]
    assert told["passed"]
    assert [found["units"] for found in excepted] == [found["units"] for found in refused]
    assert all("drawn twice (Survey office)" in found["message"] for found in excepted)
    assert "overlap" in {found["check"] for found in refused}


def test_check_draws_a_map_also_of_a_file_that_is_refused(overlapping: tuple[Path, str], tmp_path: Path) -> None:
    path, code = overlapping
    file = tmp_path / "findings.html"
    result = run("check", path, "--level", "ward", "--map", file, "--language", "en")
    assert isinstance(result.exception, RefusedError)
    html = file.read_text("utf-8")
    assert path.name in html
    assert f"{code} " in html
    assert "Refused" in html
    assert len(html) < 1_500_000
    assert isinstance(run("check", path, "--level", "ward", "--map", tmp_path / "a.png").exception, InputError)
    assert isinstance(run("check", path, "--level", "ward", "--map", tmp_path / "no" / "a.html").exception, FileError)


def test_list_prints_every_generation(hanoi: Database, surveyed: Path) -> None:
    done("load", surveyed, *SINCE_JULY, "--commit")
    told = json.loads(done("list", "--json").stdout)
    assert [(each["state"], each["valid_from"], each["valid_to"]) for each in told] == [
        ("retired", "2025-07-01", None),
        ("active", "2025-07-01", None),
    ]
    table = done("list").stdout
    assert "retired" in table
    assert surveyed.name in table


def ward_generations(database: Database) -> list[int]:
    return [each.id for each in generations(database) if each.level == "ward" and each.schematic]


def test_diff_tells_what_became_of_each_ward_of_the_official_list(
    empty: Database, surveyed: Path, tmp_path: Path
) -> None:
    done("load", surveyed, *SINCE_JULY, "--commit")
    old, new = ward_generations(empty)
    path = tmp_path / "succession.csv"
    result = done("diff", old, new, "--json", "--csv", path)
    told = pd.DataFrame(json.loads(result.stdout))
    official = succession_2025()
    both = told.merge(official, on=["old_code", "new_code"], suffixes=("", "_official"))
    assert len(both) == len(told)
    whole = both.loc[both["extent_official"] == "whole", "extent"]
    assert whole.tolist() == ["whole"] * (official["extent"] == "whole").sum()
    written = pd.read_csv(path, dtype={"old_code": str, "new_code": str})
    pd.testing.assert_frame_equal(written, told.astype(written.dtypes))
    table = done("diff", old, new).stdout
    assert sum("│" in line for line in table.splitlines()) == (told["extent"] != "noise").sum()
    assert f"{(told['extent'] == 'noise').sum()} pairs" in result.stderr


def test_diff_counts_every_report_of_the_period_and_draws_a_map(
    city_database: Database, dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    demo = make_demo(dispatch, np.datetime64("2026-01-05T03:00", "ms"), n=2000)
    with city_database.transaction() as connection:
        add_reports(connection, HANOI.id, demo.reports, demo.course, demo.events)
    monkeypatch.setenv("DATABASE_URL", city_database.url)
    file = tmp_path / "transfers.html"
    result = done("diff", *ward_generations(city_database), "--json", "--to", "2025-06-30", "--map", file)
    told = pd.DataFrame(json.loads(result.stdout))
    before = (demo.reports.reported_at < np.datetime64("2025-06-30T17:00")).sum()
    assert told["reports"].sum() == before > 500
    shares = told.dropna(subset="reports_share_of_old").groupby("old_code")["reports_share_of_old"].sum()
    np.testing.assert_allclose(shares, 1)
    parts = told[told["extent"] == "part"]
    assert file.read_text("utf-8").count("data-part=") == len(parts)


def test_diff_refuses_a_generation_that_is_not_there_and_a_file_that_cannot_be(
    hanoi: Database, surveyed: Path, tmp_path: Path
) -> None:
    (only,) = (each.id for each in generations(hanoi))
    result = run("diff", only, 999)
    assert isinstance(result.exception, NotFoundError)
    assert f"no generation 999 in territory 'hanoi'; known: {only}" in str(result.exception)
    assert isinstance(run("diff", only, only, "--csv", tmp_path / "none" / "a.csv").exception, FileError)


def test_list_of_a_territory_without_boundaries_is_empty(empty: Database) -> None:
    assert json.loads(done("list", "--json").stdout) == []
    assert done("list").stdout == ""


def test_the_levels_of_the_command_are_those_of_the_database() -> None:
    assert Level.__args__ == LEVELS
