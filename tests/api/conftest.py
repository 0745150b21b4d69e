"""Services of databases with demo reports and with none, one for each module that asks for it, and who asks it."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from geo.store.cluster import PrivateCluster
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned


@pytest.fixture(scope="module")
def demo(shared_cluster: PrivateCluster, demo_city: Database) -> Iterator[Database]:
    """A database with demo reports."""
    with cloned(shared_cluster, demo_city.name) as database:
        yield database


@pytest.fixture(scope="module")
def address(demo: Database) -> Iterator[str]:
    with serving(demo.url) as address:
        yield address


@pytest.fixture(scope="module")
def http(demo: Database, address: str) -> Iterator[httpx.Client]:
    """An administrator."""
    with httpx.Client(base_url=address, headers=api_key(demo.url), trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def public(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def sql(demo: Database) -> Iterator[psycopg.Connection]:
    with demo.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def bare(shared_cluster: PrivateCluster, city: Database) -> Iterator[Database]:
    """A database with boundaries and without reports."""
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def bare_address(bare: Database) -> Iterator[str]:
    with serving(bare.url) as address:
        yield address
