"""A real PostGIS for the tests: one private server a test process, one fresh database a test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import Connection

from boundaries.bundled import schematic_generations
from geo.columns import utc_now
from geo.demo.reports import make_demo
from geo.lookup.dispatch import Dispatch
from geo.store.boundaries import add_generation, put_categories, put_territory, read_dispatch
from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.engine import open_engine
from geo.store.migrate import upgrade
from geo.store.reports import add_reports
from geo.units.territory import CATEGORIES, HANOI

_numbers = itertools.count(1)
# No test is timed: the first call into a library that is still cold on disk takes a second.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@dataclass(frozen=True)
class Database:
    """A database of one test."""

    cluster: PrivateCluster
    name: str

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL, for the role that the service connects as."""
        return self.cluster.url(self.name)

    def connect(self, user: str = DATABASE) -> psycopg.Connection:
        """Connect by psycopg with autocommit, as that role or as another one ("postgres" is the superuser)."""
        return self.cluster.connect(self.name, user)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Begin a transaction as the service does: committed at the end, rolled back by an error."""
        engine = open_engine(self.url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let commands that tests start keep their bytecode, where Python is told to keep none: half a start is compiling.

    It lies beside the modules, where that of the libraries is: in a folder of its own all of theirs would be made anew.
    """
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        yield


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """Make a folder that the database server's user can reach, unlike tmp_path when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="hientruong-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session", autouse=True)
def own_data_folder() -> Iterator[None]:
    """Keep the keys that tests make out of the data folder of whoever runs them."""
    with reachable_folder() as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("HIENTRUONG_DATA_DIR", str(folder))
        yield


@pytest.fixture
def server_folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def shared_cluster() -> Iterator[PrivateCluster]:
    with reachable_folder() as folder:
        cluster = PrivateCluster(folder / "postgres", durable=False)
        with cluster.running():
            yield cluster


@pytest.fixture(scope="session")
def migrated(shared_cluster: PrivateCluster) -> Iterator[str]:
    """The name of the database that those of the tests are cloned from."""
    with cloned(shared_cluster, DATABASE) as template:
        upgrade(template.url)
        yield template.name


@pytest.fixture
def database(shared_cluster: PrivateCluster, migrated: str) -> Iterator[Database]:
    """A fresh database with our schema."""
    with cloned(shared_cluster, migrated) as database:
        yield database


@pytest.fixture(scope="session")
def city(shared_cluster: PrivateCluster, migrated: str) -> Iterator[Database]:
    """Hanoi's schematic boundaries and categories: cloned and read by the tests, never written to."""
    with cloned(shared_cluster, migrated) as template:
        with template.transaction() as connection:
            put_territory(connection, HANOI)
            put_categories(connection, CATEGORIES)
            for generation in schematic_generations("tests"):
                add_generation(connection, HANOI.id, generation)
        yield template


@pytest.fixture
def city_database(shared_cluster: PrivateCluster, city: Database) -> Iterator[Database]:
    """A fresh database with Hanoi's schematic boundaries and categories."""
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="session")
def dispatch(city: Database) -> Dispatch:
    """Hanoi with schematic boundaries in memory; its ids are those of `city_database`."""
    with city.transaction() as connection:
        return read_dispatch(connection, HANOI.id)


@pytest.fixture(scope="session")
def demo_city(shared_cluster: PrivateCluster, city: Database, dispatch: Dispatch) -> Iterator[Database]:
    """Hanoi with 20,000 demo reports until now: cloned by the tests, never written to or connected to."""
    made = make_demo(dispatch, utc_now())
    with cloned(shared_cluster, city.name) as template:
        with template.transaction() as connection:
            add_reports(connection, HANOI.id, made.reports, made.course, made.events)
        yield template


@pytest.fixture
def empty_database(shared_cluster: PrivateCluster) -> Iterator[Database]:
    """A fresh PostGIS database without our schema."""
    with cloned(shared_cluster, DATABASE) as database:
        yield database


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the comparisons for which this machine lacks data or rights; nothing that it could run is skipped."""
    absent = {"surveyed": surveyed_folder() is None, "root": os.geteuid() != 0}
    left_out = [item for item in items if any(missing and item.get_closest_marker(m) for m, missing in absent.items())]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def surveyed_folder() -> Path | None:
    """Find the folder of surveyed data, which is not part of the project; None if it isn't on this machine."""
    root = Path(__file__).parents[1]
    folder = root / os.environ.get("HIENTRUONG_TEST_DATA", "../shared/data")
    return folder.resolve() if folder.is_dir() else None


@pytest.fixture(scope="session")
def test_data() -> Path | None:
    """The folder of surveyed data, None if it isn't on this machine."""
    return surveyed_folder()


@contextmanager
def cloned(cluster: PrivateCluster, template: str) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    with cluster.connect("postgres") as connection:
        # Copied as files, it takes half the time: nothing has to outlive a crash.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
        connection.execute(statement.format(*map(sql.Identifier, (name, template, DATABASE))))
    yield Database(cluster, name)
    with cluster.connect("postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
