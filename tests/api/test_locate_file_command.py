"""`hientruong locate --file` as people run it."""

import csv
import subprocess
import sys
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
        ("--file p.csv --out o.csv --at reported_at", "--at-column"),
        ("105.8 21 --at 2025-02-30", "is no date such as 2026-01-05"),
    ],
)
def test_wrong_usage_is_status_2_and_says_what_goes_together(arguments: str, says: str) -> None:
    done = run("locate", *arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


FEW, MANY = 100_000, 1_000_000
PEAK = """
import sys
from pathlib import Path
from geo.lookup.located_file import locate_file
from geo.store.boundaries import read_dispatch
from geo.store.session import opened
with opened(sys.argv[1]) as engine, engine.connect() as connection:
    dispatch = read_dispatch(connection, "hanoi")
for name in sys.argv[2:]:
    tally = locate_file(dispatch, Path(name), Path(name + ".out.csv"), batch_bytes=1 << 18)
    held = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    print(tally.rows, held)
"""


def test_a_file_is_located_in_constant_memory(city_database: Database, tmp_path: Path) -> None:
    """Ten times the rows, 83 MB of them and 130 MB with their answers, take less than 48 MB more.

    The batches are small, so that Arrow has read ahead as far as it does already in the smaller file.
    """
    part = "".join(f"{105.8 + number * 1e-6:.6f},21.0,{'x' * 60}\n" for number in range(50_000))
    for rows in (FEW, MANY):
        with (tmp_path / f"{rows}.csv").open("w") as file:
            file.write("lon,lat,note\n")
            file.writelines(part for _ in range(rows // 50_000))
    files = [tmp_path / f"{FEW}.csv", tmp_path / f"{MANY}.csv"]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, city_database.url, *files], capture_output=True, text=True, check=True
    )
    (few, held), (many, held_then) = (map(int, line.split()) for line in done.stdout.splitlines())
    assert (few, many) == (FEW, MANY)
    assert held_then - held < 48 * 1024, f"{(held_then - held) / 1024:.0f} MiB more"
