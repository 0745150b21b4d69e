"""The real service with demo data, for the page tests."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geo.hexagons.cells import cell_names
from geo.hexagons.grids import grid_of
from geo.lookup.dispatch import Dispatch
from geo.store.cluster import PrivateCluster
from geo.vocabulary import ROLES
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned
from tests.page.chromium import chromium, keep_states

VINH_TUY = "00283"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Keep what each test left on its pages, before they are closed."""
    keep_states()


@pytest.fixture(scope="session")
def demo_database(shared_cluster: PrivateCluster, demo_city: Database) -> Iterator[Database]:
    """A database that holds 20,000 demo reports."""
    with cloned(shared_cluster, demo_city.name) as database:
        yield database


@pytest.fixture(scope="session")
def planner(demo_database: Database) -> dict[str, str]:
    """The header of a planner's key."""
    return api_key(demo_database.url, "planner")


@pytest.fixture(scope="session")
def residents(dispatch: Dispatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of some residents in every cell of the city of today, for rates by residents."""
    cells = cell_names(grid_of(dispatch.jurisdiction.layers[-1], 9).cell).tolist()
    path = tmp_path_factory.mktemp("residents") / "residents.csv"
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows([("cell", "population"), *((cell, 200) for cell in cells)])
    return path


@pytest.fixture(scope="session")
def page_url(demo_database: Database, planner: dict[str, str], residents: Path) -> Iterator[str]:
    """Address of a service of the demo's database, which knows the planner's key."""
    with serving(demo_database.url, HIENTRUONG_POPULATION=str(residents)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for a file of tests: one that was left offline or gone is not the next file's."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def keys(demo_database: Database, page_url: str) -> dict[str, str]:
    """A key of each role but the public; the officer's is of Vĩnh Tuy."""
    return {
        role: api_key(demo_database.url, role, VINH_TUY if role == "officer" else None)["x-api-key"]
        for role in ROLES
        if role != "public"
    }
