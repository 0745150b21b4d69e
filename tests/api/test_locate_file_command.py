"""`hientruong locate --file` as people run it."""

import csv
from pathlib import Path

import pytest

from tests.api.serving import run
from tests.conftest import Database


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text("x,y,seen\n105.856919,21.005396,2025-06-30\n105.856919,21.005396,2025-07-01\nx,y,\n")
    return path


def test_a_file_is_located_and_the_counts_are_told(city_database: Database, points: Path) -> None:
    out = points.with_name("located.csv")
    columns = ("--lon", "x", "--lat", "y", "--at-column", "seen", "--category", "waste")
    done = run("locate", "--file", points, "--out", out, *columns, DATABASE_URL=city_database.url)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr == f"3 rows written to {out}: 0 outside, 1 invalid\n"
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["unit_name"] for row in rows] == ["Phường Thanh Nhàn", "Phường Bạch Mai", ""]
    assert [row["agency"] for row in rows] == ["UBND phường Thanh Nhàn", "UBND phường Bạch Mai", ""]
    assert [row["how"] for row in rows] == ["inside", "inside", "invalid"]


def test_a_missing_column_is_one_line(city_database: Database, points: Path) -> None:
    done = run("locate", "--file", points, "--out", points.with_name("o.csv"), DATABASE_URL=city_database.url)
    assert done.returncode == 1
    assert done.stderr == f"hientruong: {points}: no column lon, lat: there are x, y, seen; name the right ones\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "give LON and LAT, or --file and --out"),
        ("105.8", "give LON and LAT, or --file and --out"),
        ("105.8 21 --file p.csv --out o.csv", "not both"),
        ("105.8 21 --out o.csv", "go with --file"),
        ("--file p.csv", "--file needs --out"),
        ("--file p.csv --out o.csv --accuracy 5", "--accuracy goes with one point"),
        ("--file p.csv --out o.csv --at 2025-07-01 --at-column day", "not both"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_goes_together(arguments: str, says: str) -> None:
    done = run("locate", *arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
