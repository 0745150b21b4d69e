"""An exported folder answers as the database does, row for row, and holds nothing that its role may not see."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

import geo
from geo.session import Session
from geo.store.engine import open_engine
from geo.store.export import Wish, export_reports
from geo.territory import HANOI
from tests.conftest import Database
from tests.session.conftest import PERIOD

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
        lambda db: db.change("waste", **PERIOD, unit="00292"),
    ],
)
def test_a_folder_answers_as_the_database_does(db, copied, ask: Callable[[Session], gpd.GeoDataFrame]):
    ours, theirs = ask(copied), ask(db)
    assert len(ours) > 0
    assert_geodataframe_equal(ours, theirs)
    assert {name: value for name, value in ours.attrs.items() if name not in MAY_DIFFER} == {
        name: value for name, value in theirs.attrs.items() if name not in MAY_DIFFER
    }
