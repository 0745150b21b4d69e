"""The notebooks run from top to bottom, as nbmake runs them, and are committed without what came out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from tests.conftest import Database

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Without the project's own settings: they are for its tests, and load all of them.
NBMAKE = (sys.executable, "-m", "pytest", "--nbmake", "--nbmake-timeout=120", "-qq", "-c", os.devnull, "--noconftest")


def run_notebook(notebook: Path, **environment: str) -> None:
    """Run a notebook; a cell that raises fails, also one whose figures do not agree."""
    command = [*NBMAKE, "-p", "no:cacheprovider", f"--rootdir={ROOT}", notebook]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_there_are_four() -> None:
    assert [each.name[:2] for each in NOTEBOOKS] == ["1-", "2-", "3-", "4-"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda each: each.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook: Path, demo: Database) -> None:
    run_notebook(notebook, DATABASE_URL=demo.url)


@pytest.mark.surveyed
def test_the_last_one_takes_the_wards_of_ho_chi_minh_city(test_data: Path) -> None:
    """All 168, of which the gate refuses some pairs."""
    run_notebook(NOTEBOOKS[-1], HIENTRUONG_CITY_WARDS=str(test_data / "hcmc_wards_2025.parquet"))


@pytest.mark.surveyed
def test_the_last_one_takes_a_clean_file_in_the_words_of_its_office(test_data: Path, tmp_path: Path) -> None:
    """Three wards of which nothing is refused, in columns that are called otherwise, in metres."""
    wards = gpd.read_parquet(test_data / "hcmc_wards_2025.parquet").head(3).to_crs(32648)
    wards.rename(columns={"code": "ma_xa", "name_vi": "ten_xa"}).to_file(tmp_path / "wards.gpkg")
    run_notebook(NOTEBOOKS[-1], HIENTRUONG_CITY_WARDS=str(tmp_path / "wards.gpkg"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda each: each.stem)
def test_a_notebook_is_committed_without_what_came_out(notebook: Path) -> None:
    cells = json.loads(notebook.read_bytes())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
