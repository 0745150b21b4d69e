"""`hientruong boundaries load`: check a file of units and put it into force."""

import datetime as dt
import getpass
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.boundaries.options import ExceptionsOption, FileArgument, LevelOption, TerritoryOption
from api.commands.boundaries.tables import generation_words, show_report
from api.commands.console import console, say

if TYPE_CHECKING:
    from geo.store.boundaries import Connection, NewGeneration


def load_file(
    file: FileArgument,
    level: LevelOption,
    valid_from: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="First day in force.")],
    valid_to: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day no longer in force; default: none.")
    ] = None,
    territory: TerritoryOption = "hanoi",
    source: Annotated[str | None, typer.Option(help="Where the file comes from; default: its name.")] = None,
    licence: Annotated[str, typer.Option(help="What allows its use.")] = "not stated",
    exceptions: ExceptionsOption = None,
    commit: Annotated[bool, typer.Option("--commit", help="Write it; without, nothing is changed.")] = False,
) -> None:
    """Check a file of units and put it into force; a dry run unless --commit.

    Example: hientruong boundaries load wards.parquet --level ward --valid-from 2025-07-01 --commit
    """
    from boundaries.exceptions import read_exceptions
    from boundaries.load import find_previous, new_generation, read_checked
    from geo.store.boundaries import read_units_frame
    from geo.store.session import transaction

    accepted = read_exceptions(exceptions) if exceptions else ()
    with transaction() as connection:
        _prepare(connection, territory)
        previous = find_previous(connection, territory, level, valid_from.date())
        compared = None if previous is None else read_units_frame(connection, previous.id)
        with console.status(f"checking {file.name}"):
            units, report = read_checked(file, level, compared, accepted)
        show_report(report, sys.stderr)
        new = new_generation(
            units,
            report,
            level=level,
            valid_from=valid_from.date(),
            valid_to=valid_to.date() if valid_to else None,
            source=source or units.name,
            licence=licence,
            loaded_by=_user(),
        )
        done = _put(connection, territory, new, commit)
    if previous is not None:
        vanished, appeared = (sum(len(found.codes) for found in report.of(check)) for check in ("vanished", "appeared"))
        say(f"compared with {generation_words(previous)}: {vanished} units vanish, {appeared} appear")
    say(done)


def _prepare(connection: "Connection", territory: str) -> None:
    """See that the territory is there, and Hanoi's schematic boundaries if it has none."""
    from boundaries.load import ensure_bundled
    from geo.store.boundaries import read_territory
    from geo.territory import HANOI

    if territory == HANOI.id and ensure_bundled(connection, _user()):
        say("there were no boundaries in the database: the schematic ones of Hanoi come first")
    read_territory(connection, territory)


def _put(connection: "Connection", territory: str, new: "NewGeneration", commit: bool) -> str:
    """Write a generation, take it back if it is a dry run, and put into words what was or would be done.

    The dry run goes the same way as the load, so that it finds whatever would stop one.
    """
    from boundaries.load import find_loaded
    from geo.store.boundaries import add_generation, period_words

    if same := find_loaded(connection, territory, new):
        return f"this file is loaded already: {generation_words(same)}; nothing was changed"
    replaced = add_generation(connection, territory, new)
    what = f"{len(new.units)} units of level {new.level}, in force {period_words(new.valid_from, new.valid_to)}"
    retired = "" if replaced is None else f"; {generation_words(replaced)} {{}} retired"
    if commit:
        return f"written: {what}" + retired.format("is")
    connection.rollback()
    return f"dry run, nothing was written: would write {what}" + retired.format("would be") + "; add --commit to do so"


def _user() -> str:
    """Name who is at the terminal; a container's user may have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
