"""An import loses nothing and doubles nothing: run twice, twice at once, killed in the midst, the server gone."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from boundaries.bundled import schematic_generations
from geo.demo.reports import make_demo
from geo.errors import FileError, SetupError
from geo.report_files import csv_rows
from geo.report_files.mapping import read_mapping
from geo.reports.rows import row_of
from geo.store import months
from geo.store.boundaries import add_generation, put_categories, put_territory
from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.migrate import upgrade
from geo.store.report_import import Tally, import_file
from geo.store.report_intake import add_report
from geo.store.session import opened
from geo.units.territory import CATEGORIES, HANOI, Category
from tests.api.serving import COMMAND, clean_environment
from tests.conftest import Database, cloned, reachable_folder

OTHER_CITY = Path(__file__).parents[1] / "geo" / "report_files"
ROWS = 3000


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of some hundred rows, so that a small file has many."""
    monkeypatch.setattr(csv_rows, "BLOCK_CHARACTERS", 20_000)


def write(path: Path, with_id: bool, rows: int = ROWS, text: str = "") -> Path:
    """Write reports of which every third is there three times over."""
    lon = 105.84 + np.arange(rows) * 5e-6
    lines = ["category,lon,lat,reported_at,external_id,description"]
    lines += [
        f"waste,{x:.6f},21.02,2025-0{1 + i % 9}-05T08:00,{f'x-{i}' if with_id else ''},{text}"
        for i, x in enumerate(lon)
    ]
    if not with_id:
        lines += lines[1::3] * 2
    path.write_text("\n".join(lines) + "\n")
    return path


def load(database: Database, path: Path, progress: Callable[[int, int, int], None] = lambda *_: None) -> Tally:
    with opened(database.url) as engine:
        return import_file(engine, HANOI.id, path, None, path.with_name("rejects.csv"), progress)


def stored(database: Database) -> list[tuple]:
    """What is stored of each report, as often as it is; each must have its one event."""
    with database.connect() as connection:
        rows = connection.execute("SELECT ST_X(geom), ST_Y(geom), reported_at, id FROM report").fetchall()
        events = connection.execute("SELECT report_id FROM report_event WHERE kind = 'received'").fetchall()
    assert sorted(id for *_, id in rows) == sorted(id for (id,) in events)
    return sorted(row[:3] for row in rows)


def expected(path: Path) -> int:
    return len(path.read_text().splitlines()) - 1


@contextmanager
def importing(database: Database, path: Path) -> Iterator[subprocess.Popen]:
    """Run the import in a process of its own."""
    command = [COMMAND, "import", path, "--rejects", path.with_name(f"{os.urandom(4).hex()}.csv")]
    process = subprocess.Popen(
        command, env=clean_environment(DATABASE_URL=database.url), stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("with_id", [True, False])
def test_a_run_that_breaks_off_anywhere_is_run_again_and_loses_and_doubles_nothing(
    city_database, tmp_path, small_blocks, with_id
):
    path = write(tmp_path / "r.csv", with_id)

    def break_off(_done: int, _all: int, rows: int) -> None:
        if rows > ROWS // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(city_database, path, break_off)
    partly = len(stored(city_database))
    assert 0 < partly < ROWS
    tally = load(city_database, path)
    assert (tally.added, tally.known, tally.rejected) == (expected(path) - partly, partly, 0)
    once = stored(city_database)
    assert len(once) == expected(path)
    # A report that the file has three times is there three times.
    assert Counter(Counter(once).values()) == ({1: ROWS} if with_id else {1: ROWS * 2 // 3, 3: ROWS // 3})
    assert load(city_database, path).added == 0
    assert stored(city_database) == once


def test_a_file_that_has_grown_adds_what_is_new(city_database, tmp_path):
    path = write(tmp_path / "r.csv", with_id=False)
    load(city_database, path)
    same = path.read_text().splitlines()[1]
    with path.open("a") as file:
        file.write(f"{same}\nparking,105.85,21.02,2025-05-05,,\n")
    tally = load(city_database, path)
    assert (tally.added, tally.known) == (2, expected(path) - 2)


def test_an_id_that_comes_again_in_another_block_is_there_already(city_database, tmp_path, small_blocks):
    path = write(tmp_path / "r.csv", with_id=True)
    with path.open("a") as file:
        file.write("parking,105.85,21.02,2025-05-05,x-0,\n")
    tally = load(city_database, path)
    assert (tally.added, tally.known) == (ROWS, 1)
    with city_database.connect() as connection:
        row = connection.execute("SELECT category FROM report WHERE external_id = 'x-0'").fetchone()
    assert row == ("waste",)


@pytest.mark.parametrize("with_id", [True, False])
def test_what_was_taken_is_there_already_also_when_its_category_is_gone(city_database, tmp_path, small_blocks, with_id):
    """In the midst of others, which are taken, and of new ones of that category, which are not."""
    with city_database.transaction() as connection:
        put_categories(connection, [*CATEGORIES, Category("noise", "Tiếng ồn", "Noise")])
    path = write(tmp_path / "r.csv", with_id, rows=600)
    with path.open("a") as file:
        file.write("noise,105.85,21.02,2025-05-05,e\u0301-1,\nnoise,105.86,21.02,2025-05-06,,\n")
    assert load(city_database, path).rejected == 0
    once = stored(city_database)
    with city_database.connect() as sql:
        sql.execute("DELETE FROM category WHERE code = 'noise'")
    with path.open("a") as file:
        file.write("noise,105.87,21.02,2025-05-05,e\u0301-2,\nwaste,105.88,21.02,2025-05-05,,\nnoise,1,2,a,b\0c,\n")
    tally = load(city_database, path)
    assert (tally.added, tally.known, tally.rejected) == (1, len(once), 2)
    rejects = path.with_name("rejects.csv").read_text().splitlines()[1:]
    assert [line.split(",")[1] for line in rejects] == ["category", "reported_at"]
    assert len(stored(city_database)) == len(once) + 1


def test_two_imports_of_one_file_at_once_store_it_once(city_database, tmp_path):
    path = write(tmp_path / "r.csv", with_id=False)
    with importing(city_database, path) as first, importing(city_database, path) as second:
        said = [process.communicate(timeout=60)[1] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], said
    assert len(stored(city_database)) == expected(path)


def test_an_import_that_takes_long_holds_up_nobody_who_needs_a_month_that_it_made(city_database, dispatch, tmp_path):
    """Two months are missing; the import waits in the midst of a block, and whoever else writes there does not."""
    report = row_of(make_demo(dispatch, np.datetime64("2026-01-05T03:00", "ms"), n=3).reports, 0)
    row = "waste,105.84,21.02,{}-15T08:00,,"
    paths = [tmp_path / "long.csv", tmp_path / "short.csv"]
    head = "category,lon,lat,reported_at,external_id,description"
    month = f"{report.reported_at:%Y-%m}"
    paths[0].write_text("\n".join([head, *map(row.format, ("2019-02", "2019-03", month))]))
    paths[1].write_text("\n".join([head, *map(row.replace("105.84", "105.86").format, ("2019-03", "2019-04"))]))
    with city_database.transaction() as connection:
        months.ensure(connection, [dt.date(2019, 2, 1)])
    with ThreadPoolExecutor(1) as thread, city_database.connect() as sql, city_database.connect() as watch:
        with sql.transaction():
            sql.execute("LOCK TABLE report_months.report_2019_02")
            long = thread.submit(load, city_database, paths[0])
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
            while watch.execute(waits, ["report_months.report_2019_02"]).fetchone() == (0,):
                assert not long.done()
            with opened(f"{city_database.url}&options=-c%20lock_timeout%3D5s") as engine:
                rejects = tmp_path / "rejects.csv"
                assert import_file(engine, HANOI.id, paths[1], None, rejects, lambda *_: None).added == 2
                with engine.begin() as connection:
                    assert add_report(connection, HANOI.id, report)
            assert not long.done()
        assert long.result().added == 3
    assert sorted(tmp_path.iterdir()) == paths  # nothing is left of either one's rejected rows


def test_a_killed_import_is_run_again(city_database, tmp_path):
    path = write(tmp_path / "r.csv", with_id=False, rows=12_000, text="Rác " * 120)
    with importing(city_database, path) as process, city_database.connect() as connection:
        while connection.execute("SELECT count(*) FROM report").fetchone() == (0,):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    partly = len(stored(city_database))
    assert 0 < partly < expected(path)
    tally = load(city_database, path)
    assert (tally.added, tally.known) == (expected(path) - partly, partly)


def test_a_server_that_dies_in_the_midst_is_told_in_one_line_and_the_import_can_be_run_again(tmp_path, small_blocks):
    path = write(tmp_path / "r.csv", with_id=False)
    with reachable_folder() as folder:
        cluster = PrivateCluster(folder / "postgres")
        with cluster.running(), cloned(cluster, DATABASE) as database:
            upgrade(database.url)
            with database.transaction() as connection:
                put_territory(connection, HANOI)
                put_categories(connection, CATEGORIES)
                for generation in schematic_generations("tests"):
                    add_generation(connection, HANOI.id, generation)
            [postmaster] = (folder / "postgres" / "postmaster.pid").read_text().splitlines()[:1]
            died = []

            def die(*_: int) -> None:
                if not died:
                    died.append(os.kill(int(postmaster), signal.SIGQUIT))

            with pytest.raises(SetupError, match="the database does not answer") as refused:
                load(database, path, die)
            assert "\n" not in str(refused.value)
            cluster.start()
            partly = len(stored(database))
            assert 0 < partly < expected(path)
            tally = load(database, path)
            assert (tally.added, tally.known) == (expected(path) - partly, partly)
            assert len(stored(database)) == expected(path)


def test_another_city_s_export_comes_with_its_history(city_database, tmp_path):
    mapping = read_mapping(OTHER_CITY / "other_city.toml")
    with opened(city_database.url) as engine:
        rejects = tmp_path / "rejects.csv"
        tally = import_file(engine, HANOI.id, OTHER_CITY / "other_city.csv", mapping, rejects, lambda *_: None)
    assert tally == Tally(added=3, known=0, ignored=1, rejected=3)
    assert [line.split(",")[:2] for line in rejects.read_text().splitlines()[1:]] == [
        ["3", "Created Date"],
        ["7", "lon"],
        ["8", "Closed Date"],
    ]
    with city_database.connect() as connection:
        rows = connection.execute(
            "SELECT external_id, report.status, received_at = report.reported_at, answered_at - report.reported_at,"
            " array_agg(kind ORDER BY at), max(text) FROM report JOIN report_event ON report_id = report.id"
            " GROUP BY 1, 2, 3, 4 ORDER BY 1"
        ).fetchall()
    took = [None if row[3] is None else row[3].total_seconds() / 3600 for row in rows]
    assert [(*row[:3], *row[4:]) for row in rows] == [
        ("311-90000001", "resolved", True, ["received", "answered"], "The items were removed."),
        ("311-90000003", "waiting", True, ["received"], ""),
        ("311-90000005", "rejected", True, ["received", "rejected"], "Not found."),
    ]
    # On the wall clock 56 h 15 min passed, of which the clocks skipped one hour.
    assert took == [55.25, None, 2.0]


TOLD = """[columns]
category = "category"
reported_at = "reported_at"
external_id = "external_id"
media = "photos"
status = "status"
status_at = "at"
answer = "answer"
answer_media = "answer_photos"
"""


def test_answers_come_with_their_pictures_and_one_that_can_not_be_stored_costs_its_own_row(city_database, tmp_path):
    head = "external_id,category,lon,lat,reported_at,photos,status,at,answer,answer_photos\n"
    row = "{},waste,105.868664,20.998485,2026-01-05T08:00,{},{},2026-01-06T08:00,{},{}\n"
    link = "https://example.org/{}.jpg".format
    rows = [
        ("e\u0301x", link("a"), "resolved", "Đã dọn", f"{link('b')} {link('c')}"),
        ("\u00e9x", "", "resolved", "the same id", ""),
        ("no picture", "", "resolved", "Đã dọn", ""),
        ("no text", "", "resolved", "", link("d")),
        ("no reason", "", "rejected", "", ""),
        ("NUL", "", "resolved", "a\0b", ""),
        ("not https", "http://example.org/a.jpg", "resolved", "ok", ""),
        ("password", "", "resolved", "ok", "https://me:secret@example.org/a.jpg"),
    ]
    path, mapping, rejects = tmp_path / "told.csv", tmp_path / "told.toml", tmp_path / "rejects.csv"
    path.write_text(head + "".join(row.format(*each) for each in rows))
    mapping.write_text(TOLD)
    with opened(city_database.url) as engine:
        tally = import_file(engine, HANOI.id, path, read_mapping(mapping), rejects, lambda *_: None)
    assert tally == Tally(added=4, known=1, rejected=3)
    refused = [line.split(",")[:2] for line in rejects.read_text().splitlines()[1:]]
    assert refused == [["7", "answer"], ["8", "photos"], ["9", "answer_photos"]]
    with city_database.connect() as connection:
        stored = connection.execute(
            "SELECT external_id, report.media, evidence, text, report_event.media FROM report"
            " JOIN report_event ON report_id = report.id WHERE kind <> 'received' ORDER BY 1"
        ).fetchall()
    assert stored == [
        ("no picture", [], False, "Đã dọn", []),
        ("no reason", [], None, "", []),
        ("no text", [], False, "", [link("d")]),
        ("\u00e9x", [link("a")], True, "Đã dọn", [link("b"), link("c")]),
    ]


def test_a_file_that_can_not_be_read_on_is_to_blame_and_not_the_list_of_rejected_rows(city_database, tmp_path):
    three = {"category": ["waste"] * 3, "lon": [105.85] * 3, "lat": [21.02] * 3, "reported_at": ["2026-01-05"] * 3}
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table(three), path, use_dictionary=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:30] + b"\xff" * 40 + whole[70:])
    with pytest.raises(FileError, match=r"r.parquet: can't be read after row 0: "):
        load(city_database, path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_list_of_rejected_rows_that_can_not_be_written_is_told(city_database, tmp_path):
    path = write(tmp_path / "r.csv", with_id=True, rows=3)
    (tmp_path / "rejects.csv").mkdir()
    with pytest.raises(FileError, match=r"rejects.csv: can't be written: "):
        load(city_database, path)
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "rejects.csv"]


PEAK = """
import sys, resource
from pathlib import Path
from geo.store.report_import import import_file
from geo.store.session import opened
with opened(sys.argv[1]) as engine:
    tally = import_file(engine, "hanoi", Path(sys.argv[2]), None, Path(sys.argv[2] + ".rejects"), lambda *_: None)
print(tally.rejected, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(city_database, tmp_path):
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w") as file:
            file.write("category,lon,lat,reported_at,external_id,description\n")
            # One id for all, so that each row is read, located and claimed, and only the first is stored.
            file.writelines(f"waste,105.85,21.02,2025-01-05T08:00,x,{i} {'Rác ' * 60}\n" for i in range(rows))
        done = subprocess.run(
            [sys.executable, "-c", PEAK, city_database.url, path], capture_output=True, text=True, check=True
        )
        rejected, kilobytes = map(int, done.stdout.split())
        assert rejected == 0
        return kilobytes

    few, many = peak(30_000), peak(120_000)
    assert many < few * 1.1
