"""A database with demo reports, and a session over it; only read by the tests."""

from collections.abc import Iterator

import numpy as np
import psycopg
import pytest

import geo
from geo.demo.reports import make_demo
from geo.lookup.dispatch import Dispatch
from geo.session import Session
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.conftest import Database, cloned

PERIOD = {"since": "2026-01-01", "until": "2026-06-30"}
IN_PERIOD = "(reported_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN '2026-01-01' AND '2026-06-30'"


@pytest.fixture(scope="session")
def demo(shared_cluster, city: Database, dispatch: Dispatch) -> Iterator[Database]:
    made = make_demo(dispatch, np.datetime64("2026-07-01T03:00", "ms"), n=4000)
    with cloned(shared_cluster, city.name) as database:
        with database.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        yield database


@pytest.fixture(scope="session")
def db(demo: Database) -> Iterator[Session]:
    with geo.connect(demo.url) as session:
        yield session


@pytest.fixture(scope="session")
def sql(demo: Database) -> Iterator[psycopg.Connection]:
    with demo.connect() as connection:
        yield connection
