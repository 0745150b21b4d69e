"""The notebooks run from top to bottom, become pages that need no internet, and are committed without what came out."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from tests.api.serving import clean_environment
from tests.conftest import Database

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Without the project's own settings: they are for its tests, and load all of them.
NBMAKE = (sys.executable, "-m", "pytest", "--nbmake", "--nbmake-timeout=120", "-qq", "-c", os.devnull, "--noconftest")
ELSEWHERE = re.compile(r"https?://[^\s\"'<>&)]+\.(?:m?js|css|png|jpe?g|svg|woff2?)\b")


def test_there_are_four() -> None:
    assert [each.name[:2] for each in NOTEBOOKS] == ["1-", "2-", "3-", "4-"]


def test_all_run_from_top_to_bottom_and_become_pages_that_need_no_internet(demo: Database, tmp_path: Path) -> None:
    """`scripts/docs` runs them as Jupyter does; a cell that raises ends it, also one whose figures do not agree."""
    done = subprocess.run(
        [ROOT / "scripts/docs", tmp_path], env=clean_environment(DATABASE_URL=demo.url), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {page.stem for page in tmp_path.iterdir()} == {notebook.stem for notebook in NOTEBOOKS}
    for notebook in NOTEBOOKS:
        page = (tmp_path / f"{notebook.stem}.html").read_text(encoding="utf-8")
        code = sum(cell["cell_type"] == "code" for cell in cells_of(notebook))
        assert re.findall(r"In\s*\[(.*?)\]:", page) == [str(number + 1) for number in range(code)]
        assert page.count("data:image/png;base64") + page.count("srcdoc=") >= 2
        assert ELSEWHERE.findall(page) == []
        links = re.findall(r'href="([^":#]+\.(?:html|ipynb))"', page)
        assert all((tmp_path / name).exists() for name in links)


@pytest.mark.surveyed
def test_the_last_one_takes_wards_of_an_office(test_data: Path, tmp_path: Path) -> None:
    """Ho Chi Minh City's 168, of which the gate refuses some pairs; and three of them, which are clean.

    The clean ones are in columns that are called otherwise, in metres.
    """
    all_of_them = test_data / "hcmc_wards_2025.parquet"
    clean = gpd.read_parquet(all_of_them).head(3).to_crs(32648)
    clean.rename(columns={"code": "ma_xa", "name_vi": "ten_xa"}).to_file(tmp_path / "wards.gpkg")
    told = [told_of(wards, tmp_path / f"{wards.stem}.ipynb") for wards in (all_of_them, tmp_path / "wards.gpkg")]
    done = subprocess.run([*NBMAKE, "-p", "no:cacheprovider", *told], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def told_of(wards: Path, path: Path) -> Path:
    """Write the last notebook with a first cell that says which wards it is to take."""
    notebook = json.loads(NOTEBOOKS[-1].read_bytes())
    source = f"import os\nos.environ['HIENTRUONG_CITY_WARDS'] = {str(wards)!r}"
    first = {"cell_type": "code", "execution_count": None, "id": "told", "metadata": {}, "outputs": []}
    notebook["cells"].insert(0, first | {"source": source})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda each: each.stem)
def test_a_notebook_is_committed_without_what_came_out(notebook: Path) -> None:
    code = [cell for cell in cells_of(notebook) if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def cells_of(notebook: Path) -> list[dict]:
    cells: list[dict] = json.loads(notebook.read_bytes())["cells"]
    return cells
