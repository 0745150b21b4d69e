"""An exported folder answers as the database does, row for row, and holds nothing that its role may not see."""

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import httpx
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal
from pyproj import CRS

import geo
from geo.errors import FileError, ForbiddenError, HienTruongError, InputError
from geo.reports.columns import REPORT_COLUMNS
from geo.session import Session
from geo.session.source import Selection
from geo.store.columns_out import read_table, read_tables
from geo.store.engine import open_engine
from geo.store.export import Wish, export_reports
from geo.store.report_rows import select_rows
from geo.store.schema import Report
from geo.units.territory import HANOI
from tests.api.serving import serving
from tests.conftest import Database
from tests.session.conftest import PERIOD

BOX = (105.80, 20.98, 105.88, 21.05)
WARD = {"unit": "00292", "boundaries_at": "2025-06-30"}
MAY_DIFFER = ("source", "made")


def exported(database: Database, folder: Path, wish: Wish | None = None, **options: object) -> Path:
    engine = open_engine(database.url)
    try:
        export_reports(engine, HANOI.id, folder, wish or Wish(), "tests", **options)
    finally:
        engine.dispose()
    return folder


@pytest.fixture(scope="module")
def folder(demo: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(demo, tmp_path_factory.mktemp("export") / "all", Wish(reporters=True))


@pytest.fixture(scope="module")
def copied(folder: Path) -> Session:
    return geo.connect(folder)


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: db.reports(),
        lambda db: db.reports("waste", **PERIOD, status=["waiting", "resolved"], channel="app"),
        lambda db: db.reports(since="2026-03-01", unit="00292"),
        lambda db: db.reports(**PERIOD, unit="00292", boundaries_at="2025-06-30"),
        lambda db: db.reports(**PERIOD, boundaries_at="2025-06-30", columns=["unit_code", "media"]),
        lambda db: db.units("2025-06-30"),
        lambda db: db.units("2026-01-01", "city"),
        lambda db: db.locate(db.reports(**PERIOD, columns=["category"]), "2026-05-01", 25.0, "category"),
        lambda db: db.hexes("waste", **PERIOD, res=7),
        lambda db: db.hexes(**PERIOD, unit="00292", boundaries_at="2025-06-30"),
        lambda db: db.hexes(**PERIOD, measure="reporters", status="resolved", duplicates=False),
        lambda db: db.hotspots("parking", **PERIOD),
        lambda db: db.emerging(since="2025-07-01", until="2026-06-30", res=7),
        lambda db: db.change("waste", **PERIOD, unit="00292", boundaries_at="2025-06-30"),
        lambda db: db.overdue("waste", **PERIOD, res=7),
        lambda db: db.hexes(**PERIOD, channel=["app", "web"], overdue=True, bbox=BOX),
        lambda db: db.hotspots(**PERIOD, res=7, channel="app", measure="reporters"),
        lambda db: db.units("2025-06-30", bbox=BOX),
        lambda db: db.reports(**PERIOD, overdue=True, bbox=BOX),
        lambda db: db.reports(**PERIOD, overdue=False, near=(105.8544, 21.0285, 2000)),
        lambda db: db.reports(**PERIOD, text="rac thai", cell=db.hexes(**PERIOD, res=6)["count"].idxmax()),
    ],
)
def test_a_folder_answers_as_the_database_does(db, copied, ask: Callable[[Session], gpd.GeoDataFrame]):
    ours, theirs = ask(copied), ask(db)
    assert len(ours) > 0
    assert_geodataframe_equal(ours, theirs)
    assert {name: value for name, value in ours.attrs.items() if name not in MAY_DIFFER} == {
        name: value for name, value in theirs.attrs.items() if name not in MAY_DIFFER
    }


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: db.series("waste", **PERIOD, unit="00292", boundaries_at="2025-06-30"),
        lambda db: db.series(**PERIOD, channel="app", bbox=BOX, res=9),
        lambda db: db.succession("2025-06-30", "2025-07-01", reports=True),
        lambda db: pd.DataFrame(db.ranking("parking", **PERIOD, sort="-overdue")),
        lambda db: pd.DataFrame(db.ranking(**PERIOD, boundaries_at="2025-06-30")),
    ],
)
def test_tables_of_a_folder_are_those_of_the_database(db, copied, ask: Callable[[Session], pd.DataFrame]):
    ours, theirs = ask(copied), ask(db)
    assert len(ours) > 100
    assert_frame_equal(ours, theirs)
    for name in ("city", "median", "n"):
        assert ours.attrs.get(name) == theirs.attrs.get(name)


def test_a_folder_says_what_it_is(folder, sql):
    told = json.loads((folder / "metadata.json").read_bytes())
    months = dict(
        sql.execute(
            "SELECT to_char(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM'), count(*) FROM report GROUP BY 1"
        )
    )
    assert {month: n for month, n in told["months"].items() if n} == months
    assert told["reports"] == told["synthetic"] == sum(months.values())
    assert told["licence"] is None
    assert {each["loaded_by"] for each in told["generations"]} == {""}
    [file] = (folder / "reports" / "month=2026-02").iterdir()
    assert list(told["columns"]["reports"]) == pq.read_schema(file).names
    units = {name: each["unit"] for files in told["columns"].values() for name, each in files.items() if each["unit"]}
    assert units == {"accuracy_m": "metres", "area_m2": "square metres", "geometry": "degrees"}
    frame = gpd.read_parquet(file)
    assert len(frame) == months["2026-02"]
    assert frame.crs.equals(CRS(4326), ignore_axis_order=True)
    assert frame["reported_at"].is_monotonic_increasing


def test_people_are_told_apart_by_codes_that_lead_to_nobody(folder, demo, sql, tmp_path):
    pseudonyms = [
        bytes(row[0]) for row in sql.execute("SELECT reporter FROM report WHERE reporter IS NOT NULL ORDER BY id")
    ]
    codes = [
        pq.read_table(each, columns=["id", "reporter"]) for each in sorted((folder / "reports").rglob("*.parquet"))
    ]
    rows = sorted((row["id"], row["reporter"]) for table in codes for row in table.to_pylist() if row["reporter"])
    ours = [code for _, code in rows]
    assert [ours.index(code) for code in ours] == [pseudonyms.index(each) for each in pseudonyms]
    assert not set(ours) & set(pseudonyms)
    again = exported(demo, tmp_path / "again", Wish(first=dt.date(2026, 1, 1), reporters=True))
    assert not set(ours) & {code for code in ds.dataset(again / "reports").to_table()["reporter"].to_pylist() if code}


def test_a_planner_is_not_told_who_is_the_same_person(demo, tmp_path):
    with pytest.raises(ForbiddenError, match="only analyst and admin"):
        Wish("planner", reporters=True)
    folder = exported(demo, tmp_path / "planner", Wish("planner", first=dt.date(2026, 6, 1)))
    assert "reporter" not in ds.dataset(folder / "reports").schema.names
    with pytest.raises(ForbiddenError, match="--reporters"):
        geo.connect(folder).hexes(measure="reporters")


def test_an_officer_gets_the_own_unit_s_reports_and_no_picture_of_the_city(demo, sql, tmp_path):
    folder = exported(demo, tmp_path / "officer", Wish("officer", unit="00292"))
    query = "SELECT report.id::text FROM report JOIN unit ON unit.id = unit_id WHERE code = '00292' AND name = %s"
    db = geo.connect(folder)
    reports = db.reports()
    assert set(reports.index) == {id for (id,) in sql.execute(query, ["Phường Bạch Mai"])}
    assert len(reports) == json.loads((folder / "metadata.json").read_bytes())["reports"] > 0
    assert set(db.reports(unit="00292").index) == set(reports.index)
    hexes, series = db.hexes(since="2026-01-01"), db.series(since="2026-01-01")
    assert {frame.attrs["unit"] for frame in (reports, hexes, series)} == {"00292"}
    assert hexes.attrs["n"] == series.attrs["n"] == len(db.reports(since="2026-01-01")) > 0
    for ask in (
        db.hotspots,
        db.emerging,
        db.ranking,
        lambda: db.hexes("waste", measure="share"),
        lambda: db.succession("2025-06-30", "2025-07-01", reports=True),
    ):
        with pytest.raises(ForbiddenError, match="whole city"):
            ask()
    for ask in (
        lambda: db.reports(unit="00004"),
        lambda: db.reports(unit="00292", boundaries_at="2025-06-30"),
        lambda: db.hexes(unit="00004"),
        lambda: db.series(unit="00292"),
    ):
        with pytest.raises(ForbiddenError, match="unit 00292 answers for"):
            ask()


def test_what_a_folder_does_not_hold_is_refused_and_never_answered_by_a_part(demo, tmp_path):
    wish = Wish(first=dt.date(2026, 2, 1), last=dt.date(2026, 6, 30), categories=("waste",), licence="CC-BY-4.0")
    db = geo.connect(exported(demo, tmp_path / "part", wish))
    waste = db.reports("waste")
    assert waste.attrs["period"] == {"from": "2026-02-01", "to": "2026-06-30"}
    assert db.hexes("waste", since="2026-02-01").attrs["n"] == len(waste) > 100
    since = {"since": "2026-02-01"}
    for ask in (db.reports, db.hexes, db.hotspots, db.change, db.series, db.ranking):
        with pytest.raises(InputError, match="about all categories, and the folder has the reports of waste alone"):
            ask(**since)
    with pytest.raises(InputError, match="measure share is about all categories"):
        db.hexes("waste", measure="share", **since)
    with pytest.raises(HienTruongError, match="the reports of each pair is about all"):
        db.succession("2025-06-30", "2025-07-01", reports=True)
    with pytest.raises(InputError, match="2026-02-01 to 2026-06-30"):
        db.hexes(since="2026-01-31")
    with pytest.raises(InputError, match="2026-02-01 to 2026-06-30"):
        db.change("waste", since="2026-02-02", until="2026-03-01")
    with pytest.raises(InputError, match=r"use one of waste$"):
        db.reports("parking")
    ranking = db.ranking("waste", **since)
    assert ranking["received"].sum() == db.series("waste", **since).attrs["n"]
    assert ranking["previous_received"].isna().all()
    with pytest.raises(InputError, match="not how it stood: leave status_at out, or ask a database"):
        db.hexes("waste", **since, status="waiting", status_at="2026-03-01")
    with pytest.raises(InputError, match="resolution 5 to 9, not 10: ask a database"):
        db.hexes("waste", **since, res=10, unit="00292")
    with pytest.raises(InputError, match="folder of the territory 'hanoi'"):
        geo.connect(tmp_path / "part", territory="hue")
    half = geo.connect(exported(demo, tmp_path / "half", Wish(first=dt.date(2026, 2, 1))))
    with pytest.raises(ForbiddenError, match="about all days, and the folder has the reports from 2026-02-01"):
        half.succession("2025-06-30", "2025-07-01", reports=True)
    assert len(half.succession("2025-06-30", "2025-07-01")) > 500
    assert half.hexes("waste", measure="share", **since)["share"].min() < 1


def test_a_folder_is_there_whole_or_not_at_all_and_nothing_else_is_replaced(demo, tmp_path):
    folder = tmp_path / "export"
    wish = Wish(first=dt.date(2026, 5, 1))

    def full_disk(done: int, _: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="No space left"):
        exported(demo, folder, wish, advance=full_disk)
    assert list(tmp_path.iterdir()) == []
    exported(demo, folder, wish)
    with pytest.raises(FileError, match="--replace"):
        exported(demo, folder, wish)
    with pytest.raises(FileError, match="No space left"):
        exported(demo, folder, wish, replaces=True, advance=full_disk)
    assert len(geo.connect(folder).reports()) > 100
    exported(demo, folder, Wish(first=dt.date(2026, 6, 1)), replaces=True)
    assert [each.name for each in tmp_path.iterdir()] == ["export"]
    (tmp_path / "photos").mkdir()
    with pytest.raises(FileError, match="no folder that was exported"):
        exported(demo, tmp_path / "photos", wish, replaces=True)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "metadata.json").unlink(), "no metadata.json"),
        (lambda folder: (folder / "metadata.json").write_text("{}"), "Field required"),
        (lambda folder: next((folder / "units").iterdir()).write_text("none"), "export the folder again"),
        (lambda folder: next((folder / "reports").rglob("*.parquet")).write_text("none"), "export the folder again"),
    ],
)
def test_a_spoilt_folder_is_told_in_a_line(folder, tmp_path, spoil, says):
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    spoil(copy)
    with pytest.raises(HienTruongError, match=says) as refused:
        geo.connect(copy).locate(geo.connect(copy).reports(columns=["status"]))
    assert "\n" not in str(refused.value)


def test_what_was_exported_is_in_the_audit_trail(folder, sql):
    assert sql.execute("SELECT caller, role FROM audit WHERE what LIKE 'exported 2024-06-%'").fetchone() == (
        "tests",
        "analyst",
    )


@pytest.fixture(scope="module")
def public(demo: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(demo, tmp_path_factory.mktemp("public") / "open-data", Wish("public", licence="CC-BY-4.0"))


def test_the_public_gets_the_counts_that_the_service_tells_it_and_no_report(public, demo):
    assert not (public / "reports").exists()
    assert json.loads((public / "metadata.json").read_bytes())["licence"] == "CC-BY-4.0"
    assert pq.read_table(public / "counts.parquet")["people"].to_numpy().min() >= 5
    db = geo.connect(public)
    asked = {"from": "2026-01-01", "to": "2026-03-31", "res": 7, "category": "parking", "format": "json"}
    with serving(demo.url) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
        hexes = http.get("/v1/hexes", params=asked).raise_for_status().json()
        hotspots = http.get("/v1/hotspots", params=asked).raise_for_status().json()
        ward = http.get("/v1/hotspots", params=asked | WARD | {"every_cell": True}).raise_for_status().json()
    days = {"since": "2026-01-05", "until": "2026-03-02", "res": 7}  # widened to whole months
    ours = db.hexes("parking", **days)
    counted = ours.loc[ours["count"] > 0, "count"]
    assert counted.to_dict() == dict(zip(hexes["columns"]["cell"], hexes["columns"]["count"], strict=True))
    assert counted.sum() > 50
    assert ours.attrs["hidden"]["reports_in_coarser_cells"] == hexes["hidden"]["reports_in_coarser_cells"]
    found = db.hotspots("parking", **days)
    assert found["hidden"].any()
    assert found.loc[~found["hidden"], "q"].to_dict() == dict(
        zip(hotspots["columns"]["cell"], hotspots["columns"]["q"], strict=True)
    )
    of_ward = db.hotspots("parking", **days, **WARD, every_cell=True)  # cells that all may see, of a part of the city
    assert of_ward["count"].to_dict() == dict(zip(ward["columns"]["cell"], ward["columns"]["count"], strict=True))
    for asked in ({"unit": "00292"}, {"status": "resolved"}, {"duplicates": False}, {"overdue": True}):
        with pytest.raises(ForbiddenError, match=f"public counts, not counts by {next(iter(asked))}: export one for"):
            db.hexes(**days, **asked)
    for ask in (db.reports, db.ranking, db.series, db.emerging, db.overdue, lambda: db.hexes(measure="reporters")):
        with pytest.raises(ForbiddenError, match="public counts"):
            ask()
    with pytest.raises(InputError, match="whole months"):
        exported(demo, public.with_name("days"), Wish("public", first=dt.date(2026, 1, 2)))


def test_rows_are_read_a_part_at_a_time_and_none_is_lost_between_parts(demo):
    query = select_rows(HANOI, Selection(), tuple(REPORT_COLUMNS)).order_by(Report.reported_at, Report.id)
    with demo.transaction() as connection:
        whole = read_table(connection, query)
        parts = list(read_tables(connection, query, block_bytes=1 << 16))
        assert list(read_tables(connection, query.where(Report.category == "noise"))) == []
    assert 10 < len(parts) < 100
    assert max(part.nbytes for part in parts) < 1 << 18
    assert pa.concat_tables(parts).equals(whole)


def test_a_folder_needs_no_database_s_driver_and_the_package_alone_nothing(folder):
    program = (
        "import sys, geo; assert not {'numpy', 'pandas', 'sqlalchemy'} & sys.modules.keys(); "
        "geo.connect(sys.argv[1]).hexes(); assert not {'sqlalchemy', 'psycopg'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program, folder], check=True)
