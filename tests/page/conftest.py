"""The real service with demo data, for the page tests."""

from collections.abc import Iterator

import pytest

from geo.columns import utc_now
from geo.demo.reports import make_demo
from geo.lookup.dispatch import Dispatch
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned
from tests.page.chromium import keep_states


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Keep what each test left on its pages, before they are closed."""
    keep_states()


@pytest.fixture(scope="session")
def demo_database(shared_cluster, city: Database, dispatch: Dispatch) -> Iterator[Database]:
    """A database that holds 20,000 demo reports."""
    with cloned(shared_cluster, city.name) as database:
        made = make_demo(dispatch, utc_now())
        with database.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        yield database


@pytest.fixture(scope="session")
def planner(demo_database: Database) -> dict[str, str]:
    """The header of a planner's key."""
    return api_key(demo_database.url, "planner")


@pytest.fixture(scope="session")
def page_url(demo_database: Database, planner: dict[str, str]) -> Iterator[str]:
    """Address of a service of the demo's database, which knows the planner's key."""
    with serving(demo_database.url) as address:
        yield address
