"""The examples of docs/maps.md run as they are written, on the demo's reports."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import maps
from maps.leaflet import OfflineMap
from tests.conftest import Database

PAGE = (Path(__file__).parents[2] / "docs/maps.md").read_text("utf-8")


@pytest.fixture
def shown(demo_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[OfflineMap]:
    """What the examples show in a notebook, in their order."""
    monkeypatch.setenv("DATABASE_URL", demo_database.url)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    results = []
    for example in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        for line in ast.parse(example).body:
            if isinstance(line, ast.Expr):
                results.append(eval(ast.unparse(line), names))
            else:
                exec(ast.unparse(line), names)
    names["db"].close()
    return [result for result in results if result is not None]


def test_the_examples_show_maps_and_save_one(shown: list[OfflineMap]) -> None:
    assert len(shown) == 9
    assert not any("https://cdn" in figure_map._repr_html_() for figure_map in shown)
    assert Path("waste.html").stat().st_size < 3_000_000


def test_every_public_map_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `maps\.(\w+)`", PAGE, re.MULTILINE)) == set(maps.__all__)
