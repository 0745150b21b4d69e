"""A durable database of our own with Hanoi in it, surveyed where this machine has the survey."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.start import prepare
from geo.store.cluster import DATABASE, PrivateCluster
from geo.store.migrate import upgrade
from tests.conftest import Database, cloned, reachable_folder, surveyed_folder


@dataclass(frozen=True)
class City:
    """A migrated database with boundaries and rules, and a folder for files."""

    database: Database
    folder: Path

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database.url


@contextmanager
def hanoi_database() -> Iterator[City]:
    """Make the database as `hientruong up` does, with fsync on; gone at the end."""
    if (folder := surveyed_folder()) is not None:
        os.environ["HIENTRUONG_BOUNDARIES"] = str(folder / "hanoi_wards_2025.parquet")
    with reachable_folder() as folder:
        cluster = PrivateCluster(folder / "postgres")
        with cluster.running(), cloned(cluster, DATABASE) as database:
            upgrade(database.url)
            prepare(database.url, demo=False)
            yield City(database, folder)
