"""`hientruong boundaries load`: check a file of units and put it into force."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.boundaries.options import (
    CommitOption,
    ExceptionsOption,
    FileArgument,
    JsonOption,
    LevelOption,
    TerritoryOption,
)
from api.commands.boundaries.outcome import put_relocated, show_relocated, told, write_relocated
from api.commands.boundaries.tables import generation_words, show_report
from api.commands.console import console, say, user

if TYPE_CHECKING:
    from boundaries.load import Loading
    from geo.store.boundaries import Connection
    from geo.units.territory import Generation


def load_file(
    file: FileArgument,
    level: LevelOption,
    valid_from: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day in force; not needed with --replace.")
    ] = None,
    valid_to: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day no longer in force; default: none.")
    ] = None,
    territory: TerritoryOption = "hanoi",
    replace: Annotated[
        int | None, typer.Option(metavar="GENERATION", help="Retire this one: the file is a corrected survey of it.")
    ] = None,
    end: Annotated[
        int | None, typer.Option(metavar="GENERATION", help="Let this one end where the file's units begin.")
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Write it, but let it answer nothing until activated.")
    ] = False,
    source: Annotated[str | None, typer.Option(help="Where the file comes from; default: its name.")] = None,
    licence: Annotated[str, typer.Option(help="What allows its use.")] = "not stated",
    exceptions: ExceptionsOption = None,
    reports: Annotated[
        Path | None, typer.Option(dir_okay=False, help="CSV file for all reports whose unit would change.")
    ] = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Check a file of units and put it into force; a dry run unless --commit.

    Example: hientruong boundaries load wards.parquet --level ward --valid-from 2025-07-01 --commit

    Example: hientruong boundaries load corrected.parquet --level ward --replace 5 --reports changed.csv
    """
    from boundaries.checked import read_checked
    from boundaries.exceptions import read_exceptions
    from boundaries.load import Loading, find_previous, new_generation
    from geo.store.boundaries import find_generation, read_units_frame
    from geo.store.session import transaction

    if draft and end is not None:
        raise typer.BadParameter("a draft ends nothing: give --end when it is activated")
    accepted = read_exceptions(exceptions) if exceptions else ()
    with transaction() as connection:
        _prepare(connection, territory)
        replaced = None if replace is None else find_generation(connection, territory, replace)
        since, until = _period(valid_from, valid_to, replaced)
        previous = replaced or find_previous(connection, territory, level, since)
        compared = None if previous is None else read_units_frame(connection, previous.id)
        with console.status(f"checking {file.name}"):
            units, report = read_checked(file, level, compared, accepted)
        show_report(report, sys.stderr)
        new = new_generation(
            units,
            report,
            level=level,
            valid_from=since,
            valid_to=until,
            source=source or units.name,
            licence=licence,
            loaded_by=user(),
        )
        done = _put(connection, Loading(territory, new, replace, end, draft), commit, reports, as_json)
    if previous is not None:
        vanished, appeared = (sum(len(found.codes) for found in report.of(check)) for check in ("vanished", "appeared"))
        say(f"compared with {generation_words(previous)}: {vanished} units vanish, {appeared} appear")
    say(done)


def _prepare(connection: "Connection", territory: str) -> None:
    """See that the territory is there, and Hanoi's schematic boundaries if it has none."""
    from boundaries.load import ensure_bundled
    from geo.store.boundaries import read_territory
    from geo.units.territory import HANOI

    if territory == HANOI.id and ensure_bundled(connection, user()):
        say("there were no boundaries in the database: the schematic ones of Hanoi come first")
    read_territory(connection, territory)


def _period(
    valid_from: dt.datetime | None, valid_to: dt.datetime | None, replaced: "Generation | None"
) -> tuple[dt.date, dt.date | None]:
    """Take the period that is given, else that of the generation which is replaced."""
    until = valid_to.date() if valid_to else None
    if valid_from is not None:
        return valid_from.date(), until
    if replaced is None:
        raise typer.BadParameter("give --valid-from, the first day in force, or --replace")
    return replaced.valid_from, until or replaced.valid_to


def _put(connection: "Connection", loading: "Loading", commit: bool, reports: Path | None, as_json: bool) -> str:
    """Write a generation, take it back if it is a dry run, and put into words what was or would be done.

    The dry run goes the same way as the load, so that it finds whatever would stop one.
    """
    from boundaries.load import find_loaded

    if same := find_loaded(connection, loading):
        return f"this file is loaded already: {generation_words(same)}; nothing was changed"
    with console.status("comparing the reports"):
        relocated = loading.relocated(connection)
    if relocated is not None:
        show_relocated(relocated)
        if reports is not None:
            write_relocated(relocated, reports)
    outcome = loading.put(connection)
    if not commit:
        connection.rollback()
    if as_json:
        put_relocated(outcome, relocated, commit)
    return told(outcome, commit)
