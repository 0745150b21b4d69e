"""The real service with demo data, for the page tests."""

from collections.abc import Iterator

import pytest

from geo.columns import utc_now
from geo.demo import make_demo
from geo.dispatch import Dispatch
from geo.store.reports import add_reports
from geo.territory import HANOI
from tests.api.serving import serving
from tests.conftest import Database, cloned


@pytest.fixture(scope="session")
def page_url(shared_cluster, city: Database, dispatch: Dispatch) -> Iterator[str]:
    """Address of a service whose database holds 20,000 demo reports."""
    with cloned(shared_cluster, city.name) as database:
        made = make_demo(dispatch, utc_now())
        with database.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        with serving(database.url) as address:
            yield address
