"""The installed command line, as people run it: exit status, one line for what was refused, data on standard output."""

import csv
import json
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.api.serving import run, started
from tests.conftest import Database

HEADER = b"category,lon,lat,reported_at,external_id,description\n"
GOOD = [
    b"waste,105.868664,20.998485,2026-01-05T08:30,a-1,R\xc3\xa1c\n",
    b"parking,105.856919,21.005396,2026-01-06T08:30:00+07:00,a-2,\n",
    b"fire_risk,105.85,21.03,2024-07-01,a-3,\n",
]
BAD = [
    (b"waste,20.998485,105.868664,2026-01-05T08:30,b-1,\n", "lon", "swapped"),
    (b"waste,east,20.998485,2026-01-05T08:30,b-2,\n", "lon", "not a number"),
    (b"zoo,105.868664,20.998485,2026-01-05T08:30,b-3,\n", "category", "unknown category"),
    (b"waste,105.868664,20.998485,2090-01-05T08:30,b-4,\n", "reported_at", "future"),
    (b"waste,106.68,20.86,2026-01-05T08:30,b-5,\n", "lon", "outside"),
    (b"waste,105.868664,20.998485,2026-01-05T08:30,a-4,\x07\n", "description", "control characters"),
    (b"waste,105.868664,20.998485,2026-01-05T08:30,b-7,R\xe1c\n", "description", "broken UTF-8"),
    (b"waste,105.868664,20.998485,2026-01-05T08:30\n", "", "column missing"),
]
COMMANDS = ["up", "serve", "locate", "import", "hotspots", "db start", "db stop", "db status", "db migrate", "db url"]
COMMANDS += ["boundaries check", "boundaries load", "boundaries list", "boundaries diff", "rules check", "rules show"]


def refused(*arguments: object, status: int = 1, **environment: str | None) -> str:
    """Run a command that refuses, and return its one line."""
    done = run(*arguments, **environment)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_an_import_takes_the_good_rows_and_explains_each_bad_one_and_a_second_run_adds_nothing(
    city_database: Database, tmp_path: Path
) -> None:
    file, rejects = tmp_path / "reports.csv", tmp_path / "rejects.csv"
    file.write_bytes(HEADER + b"".join(GOOD) + b"".join(line for line, _, _ in BAD))
    for counts in ("3 added, 0 already there", "0 added, 3 already there"):
        done = run("import", file, "--rejects", rejects, DATABASE_URL=city_database.url)
        assert done.returncode == 0, done.stderr
        assert f"11 rows read: {counts}, 8 rejected" in done.stderr
        with rejects.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert [int(row["line"]) for row in rows] == list(range(5, 13))
        assert [row["field"] for row in rows] == [field for _, field, _ in BAD]
        assert [reason for row, (_, _, reason) in zip(rows, BAD, strict=True) if reason not in row["reason"]] == []
        with city_database.connect() as connection:
            stored = connection.execute("SELECT external_id FROM report ORDER BY 1").fetchall()
        assert stored == [("a-1",), ("a-2",), ("a-3",)]


def test_an_import_without_a_required_column_is_refused(city_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    file.write_text("category,lon,reported_at\n")
    assert "no column lat" in refused("import", file, DATABASE_URL=city_database.url)


def test_a_map_of_hotspots_has_the_counts_of_the_database_and_asks_nobody(
    city_database: Database, tmp_path: Path
) -> None:
    file, page = tmp_path / "reports.csv", tmp_path / "waste.html"
    file.write_bytes(HEADER + b"".join(GOOD))
    run("import", file, "--rejects", tmp_path / "rejects.csv", DATABASE_URL=city_database.url).check_returncode()
    period = ("--from", "2026-01-01", "--to", "2026-01-31")
    done = run(
        "hotspots", "--view", "counts", "--category", "waste", *period, "--out", page, DATABASE_URL=city_database.url
    )
    assert done.returncode == 0, done.stderr
    with city_database.connect() as connection:
        count = connection.execute("SELECT count(*) FROM report WHERE category = 'waste'").fetchone()[0]
    assert f": {count} report;" in done.stderr
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//(?!leafletjs)""", page.read_text())
    refusals = {
        "--category zoo": "unknown category",
        "--from 2026-02-01 --to 2026-01-01": "exchange",
        "--to 9999-12-31": "day",
    }
    for arguments, says in refusals.items():
        assert says in refused("hotspots", *arguments.split(), "--out", page, DATABASE_URL=city_database.url)


def test_locate_prints_one_json_object_and_nothing_else(city_database: Database) -> None:
    done = run("locate", "105.868664", "20.998485", "--at", "2026-01-01", DATABASE_URL=city_database.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["unit"]["name"] == "Phường Vĩnh Tuy"
    assert "swapped" in refused("locate", "20.998485", "105.868664", DATABASE_URL=city_database.url)


@pytest.mark.parametrize("arguments", ["locate", "locate east 21", "nonsense", "hotspots", "serve --port 70000"])
def test_wrong_usage_is_status_2(arguments: str) -> None:
    assert run(*arguments.split()).returncode == 2


def test_every_command_shows_an_example() -> None:
    assert [command for command in COMMANDS if "Example:" not in run(*command.split(), "--help").stdout] == []


def test_a_busy_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}" in refused("serve", "--port", port)


def test_up_makes_everything_ctrl_c_stops_everything_and_the_next_up_finds_everything(server_folder: Path) -> None:
    data = {"HIENTRUONG_DATA_DIR": str(server_folder / "data")}
    counts = []
    for made in (True, False):
        with started("up", "--demo", **data) as running:
            assert any("synthetic demo reports are there" in line for line in running.told) is made
            period = {"from": "2024-01-01", "to": "2099-12-31"}
            key = {"x-api-key": (server_folder / "data" / "admin.key").read_text().strip()}
            with httpx.Client(base_url=running.address, headers=key, trust_env=False, timeout=30) as http:
                assert http.get("/readyz").status_code == 200
                counts.append(http.get("/v1/hexes", params=period).json()["n"])
            assert running.stop(signal.SIGINT) == 0
        assert "stopped" in run("db", "status", **data).stdout
    assert counts[0] > 19_000
    assert counts[0] == counts[1]
