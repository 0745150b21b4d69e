"""What is counted from the rows is counted no longer when its client has gone away."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

WAITING = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LONG = "from=2025-01-01&to=2025-12-31"


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        # Without a month's table nothing would be read at all.
        with database.connect() as connection:
            connection.execute("CREATE TABLE report_months.report_2025_06 PARTITION OF report"
                               " FOR VALUES FROM ('2025-06-01Z') TO ('2025-07-01Z')")  # fmt: skip
        yield database


@pytest.fixture(scope="module")
def http(database: Database) -> Iterator[httpx.Client]:
    with serving(database.url) as address:
        key = api_key(database.url, "planner")
        with httpx.Client(base_url=address, headers=key, trust_env=False, timeout=30) as client:
            yield client


@pytest.mark.parametrize(
    "question",
    [
        f"/v1/wards/ranking?{LONG}&boundaries_at=2025-06-30",
        f"/v1/series?{LONG}&channel=app",
        f"/v1/hexes?{LONG}&channel=app",
        f"/v1/hotspots?{LONG}&channel=app",
        f"/v1/hotspots?{LONG}&view=overdue",
    ],
)
def test_the_database_stops_when_nobody_waits(http, database, question):
    http.get(question).raise_for_status()
    with database.connect() as other, other.transaction():
        other.execute("LOCK TABLE report IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(httpx.ReadTimeout):
            http.get(question, timeout=0.5)
        until = time.monotonic() + 10
        while waiting := other.execute(WAITING).fetchall():
            assert time.monotonic() < until, waiting
    http.get(question).raise_for_status()
