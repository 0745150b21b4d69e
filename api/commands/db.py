"""`hientruong db`: the database itself."""

from typing import TYPE_CHECKING

import typer

from api.commands.console import put, say
from geo.errors import SetupError
from geo.store.settings import database_settings

if TYPE_CHECKING:
    from geo.store.cluster import PrivateCluster

app = typer.Typer(help="Start, stop and migrate the database.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def start() -> None:
    """Start the private PostGIS of the data folder and leave it running.

    Example: hientruong db start
    """
    running = _private_cluster().start()
    say("started" if running.started_here else "runs already")
    put(running.url)


@app.command()
def stop() -> None:
    """Stop the private PostGIS of the data folder.

    Example: hientruong db stop
    """
    _private_cluster().stop()
    say("stopped")


@app.command()
def status() -> None:
    """Say where the database is and whether it runs.

    Example: hientruong db status
    """
    from geo.store import session

    if database_settings().url is not None:
        with session.transaction() as connection:
            connection.exec_driver_sql("SELECT 1")
        put("the database of DATABASE_URL answers")
        return
    status = session.private_cluster().status()
    made = "not made yet" if status.major is None else f"PostgreSQL {status.major}"
    runs = "stopped" if status.process is None else f"running, process {status.process}"
    put(f"{status.folder}: {made}, {runs}")


@app.command("migrate")
def bring_up_to_date() -> None:
    """Bring the database's tables up to date.

    Example: hientruong db migrate
    """
    from geo.store import migrate, session

    with session.database() as url, session.explained():
        migrate.upgrade(url)
    say("the tables are up to date")


@app.command()
def url() -> None:
    """Print the address of the database, for other programs; with a password, if DATABASE_URL has one.

    Example: psql "$(hientruong db url)"
    """
    from geo.store import session

    address = database_settings().url or session.private_cluster().url()
    put(address.replace("postgresql+psycopg://", "postgresql://", 1))


def _private_cluster() -> "PrivateCluster":
    from geo.store import session

    if database_settings().url is not None:
        raise SetupError("DATABASE_URL is set: that database is started and stopped by whoever runs it")
    return session.private_cluster()
