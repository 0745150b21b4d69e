"""Residents that the operator gives: rates by them at both doors, the grid's own, and refusals at the start."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import h3
import httpx
import numpy as np
import pytest

from geo.hexagons.cells import cell_names, parents
from geo.hexagons.grids import grid_of
from geo.hexagons.population import Residents
from geo.lookup.dispatch import Dispatch
from tests.api.serving import api_key, run, serving
from tests.conftest import Database

ASKED = {"from": "2026-01-01", "to": "2026-06-30", "view": "counts", "measure": "per_1000", "format": "json"}


@pytest.fixture(scope="module")
def people(dispatch: Dispatch) -> dict[str, float]:
    """Some residents in every other cell of resolution 9 of the city of today."""
    cells = cell_names(grid_of(dispatch.jurisdiction.layers[-1], 9).cell[::2]).tolist()
    return {cell: float(number % 700) for number, cell in enumerate(cells)}


@pytest.fixture(scope="module")
def file(people: dict[str, float], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("residents") / "residents.csv"
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows([("cell", "population"), *people.items()])
    return path


@pytest.fixture(scope="module")
def address(demo: Database, file: Path) -> Iterator[str]:
    with serving(demo.url, HIENTRUONG_POPULATION=str(file)) as address:
        yield address


@pytest.fixture(scope="module")
def key(demo: Database) -> dict[str, str]:
    return api_key(demo.url, "planner")


def test_rates_are_reports_over_the_residents_of_the_file(address, key, people):
    body = httpx.get(f"{address}/v1/hotspots", params=ASKED, headers=key, trust_env=False, timeout=60).json()
    thousands: dict[str, float] = {}
    for cell, n in people.items():
        parent = h3.cell_to_parent(cell, 8)
        thousands[parent] = thousands.get(parent, 0.0) + n / 1000
    columns = body["columns"]
    expected = [
        count / thousands[cell] if thousands.get(cell) else None
        for cell, count in zip(columns["cell"], columns["count"], strict=True)
    ]
    assert columns["per_1000"] == pytest.approx(expected)
    assert len({rate for rate in expected if rate}) > 100


def test_the_command_and_the_service_say_the_same(demo, address, key, file, tmp_path):
    out = tmp_path / "rates.geojson"
    asked = [f"--{name}={ASKED[name]}" for name in ("from", "to", "view", "measure")]
    done = run("hotspots", *asked, "--out", out, DATABASE_URL=demo.url, HIENTRUONG_POPULATION=str(file))
    assert done.returncode == 0, done.stderr
    written = {each["id"]: each["properties"]["smoothed"] for each in json.loads(out.read_bytes())["features"]}
    body = httpx.get(f"{address}/v1/hotspots", params=ASKED, headers=key, trust_env=False, timeout=60).json()
    assert written == dict(zip(body["columns"]["cell"], body["columns"]["smoothed"], strict=True))


def test_the_extent_tells_what_can_be_asked(demo, address, key, dispatch):
    own, public = (httpx.get(f"{address}/v1/extent", headers=each, trust_env=False).json() for each in (key, {}))
    assert own["measures"] == ["count", "reporters", "per_km2", "per_1000", "share"]
    assert public["measures"] == ["count", "per_km2", "per_1000", "share"]
    assert [each["valid_from"] for each in own["boundaries"]] == [
        layer.generation.valid_from.isoformat() for layer in dispatch.jurisdiction.layers
    ]
    with demo.connect() as connection:
        for name, column in (("channels", "channel"), ("statuses", "status")):
            assert {found for (found,) in connection.execute(f"SELECT DISTINCT {column} FROM report")} <= {*own[name]}


def test_a_rate_by_cells_finer_than_the_file_is_refused(file, people, dispatch, tmp_path):
    coarse = tmp_path / "coarse.csv"
    coarse.write_text("cell,population\n" + h3.cell_to_parent(next(iter(people)), 7) + ",100\n")
    layer = dispatch.jurisdiction.layers[-1]
    residents = Residents.read(coarse)
    residents.check(layer)
    assert np.nansum(residents.on(layer, 7).population) == 100
    with pytest.raises(Exception, match="cells of resolution 7, not 8"):
        residents.on(layer, 8)


def test_cells_outside_other_boundaries_are_left_out_there(file, people, dispatch):
    residents = Residents.read(file)
    for layer in dispatch.jurisdiction.layers:
        grid = residents.on(layer, 8)
        held = np.isin(parents(residents.cells, 8), grid.cell)
        assert np.nansum(grid.population) == residents.people[held].sum()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "No such file"),
        ("cell,people\n", "population"),
        ("cell,population\n8865b1b6dbfffff,3\n", "is not in the city"),
        ("cell,population\n8865b1b6dbfffff,-3\n", "line 2: population must be"),
        ("cell,population\n", "it needs cells"),
    ],
)
def test_a_file_that_can_not_be_used_is_told_at_the_start_in_one_line(demo, text, says, tmp_path):
    path = tmp_path / "residents.csv"
    if text is not None:
        path.write_text(text)
    done = run("serve", "--port", "0", DATABASE_URL=demo.url, HIENTRUONG_POPULATION=str(path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert says in done.stderr
    assert str(path) in done.stderr
