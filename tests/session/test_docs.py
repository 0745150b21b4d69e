"""The recipes of docs/analysts.md work as they stand, and its table of columns is the one that the code has."""

import re
from pathlib import Path

import pytest

from geo.reports.columns import REPORT_COLUMNS
from geo.store.engine import open_engine
from geo.store.export import Wish, export_reports
from geo.units.territory import HANOI
from tests.conftest import Database

PAGE = Path(__file__).parents[2] / "docs/analysts.md"


def test_the_recipes_run(demo: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = open_engine(demo.url)
    export_reports(engine, HANOI.id, Path("reports-2026"), Wish(), "tests")
    engine.dispose()
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 11
    code = "\n".join(blocks).replace("geo.connect()", f"geo.connect({demo.url!r})", 1)
    names: dict[str, object] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    assert Path("hexes.parquet").exists()
    assert all(len(names[name]) for name in ("hot", "reports", "located", "daily", "wards", "pairs", "hexes"))
    names["db"].close()


def test_every_column_is_explained() -> None:
    page = PAGE.read_text(encoding="utf-8").split("## Columns")[1]
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.MULTILINE))
    assert told.pop("geometry")
    assert told == {name: each.meaning for name, each in REPORT_COLUMNS.items()}
