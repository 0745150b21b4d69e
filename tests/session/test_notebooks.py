"""The notebooks run from top to bottom, as nbmake runs them, and are committed without what came out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Database

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Without the project's own settings: they are for its tests, and load all of them.
NBMAKE = (sys.executable, "-m", "pytest", "--nbmake", "--nbmake-timeout=120", "-qq", "-c", os.devnull, "--noconftest")


def test_there_are_four() -> None:
    assert [each.name[:2] for each in NOTEBOOKS] == ["1-", "2-", "3-", "4-"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda each: each.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook: Path, demo: Database) -> None:
    """A cell that raises fails, also one whose figures do not agree."""
    command = [*NBMAKE, "-p", "no:cacheprovider", f"--rootdir={ROOT}", notebook]
    environment = os.environ | {"DATABASE_URL": demo.url}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda each: each.stem)
def test_a_notebook_is_committed_without_what_came_out(notebook: Path) -> None:
    cells = json.loads(notebook.read_bytes())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
