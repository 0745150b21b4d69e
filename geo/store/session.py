"""The way to a database: the one that DATABASE_URL names, else the private one, started for as long as it is needed."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from geo.errors import SetupError
from geo.store import migrate
from geo.store.cluster import PrivateCluster
from geo.store.engine import open_engine
from geo.store.settings import database_settings, territory_settings
from geo.store.watch import kept_alive

__all__ = [
    "Connection",
    "Engine",
    "PrivateCluster",
    "database",
    "engine",
    "explained",
    "opened",
    "private_cluster",
    "transaction",
]


def private_cluster() -> PrivateCluster:
    """Give the cluster of the data folder."""
    return PrivateCluster(territory_settings().data_dir / "postgres")


@contextmanager
def database(*, lasting: bool = False, newest: bool = False) -> Iterator[str]:
    """Give the URL of the database; a private one is started if need be, migrated, and stopped at the end.

    Parameters
    ----------
    lasting : bool
        Whether it is for a service: a private one that dies meanwhile is started again.
    newest : bool
        Whether one that `DATABASE_URL` names is migrated, too.
    """
    named = database_settings().url
    if named is not None:
        if newest:
            migrate.ensure_newest(named)
        yield named
        return
    cluster = private_cluster()
    with cluster.running() as running:
        migrate.ensure_newest(running.url)
        with kept_alive(cluster) if lasting else nullcontext():
            yield running.url


@contextmanager
def engine() -> Iterator[Engine]:
    """Open an engine on the database for as long as it is needed, and say what a driver's error means."""
    with database() as url, opened(url) as ready:
        yield ready


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open an engine on a URL; its connections are given back at the end."""
    ready = open_engine(url)
    try:
        with explained():
            yield ready
    finally:
        ready.dispose()


@contextmanager
def transaction() -> Iterator[Connection]:
    """Begin a transaction on the database: committed at the end, rolled back by an error."""
    with engine() as ready, ready.begin() as connection:
        yield connection


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error of the database driver into one that says what to do."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) in _NO_SUCH_THING:
            raise SetupError("the database has no tables of ours, or old ones: run `hientruong db migrate`") from error
        raise
    except PoolTimeoutError as error:
        raise SetupError("all connections to the database are busy: try again") from error
    except OperationalError as error:
        raise _no_answer(error.orig) from error
    except psycopg.OperationalError as error:  # of what goes past SQLAlchemy: COPY, the one statement of intake
        raise _no_answer(error) from error


_NO_SUCH_THING = ("42P01", "42703", "3F000")


def _no_answer(error: BaseException | None) -> SetupError:
    said = str(error).strip().splitlines()[0]
    return SetupError(f"the database does not answer ({said}): check DATABASE_URL and the server")
