"""`hientruong boundaries`: check a file of units, load it, list what is loaded, tell who became whom."""

import dataclasses
import datetime as dt
import getpass
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.commands.console import console, put_json, say
from geo.errors import FileError, NotFoundError

if TYPE_CHECKING:
    from pandas import DataFrame

    from boundaries.report import GateReport
    from geo.store.boundaries import Connection, NewGeneration
    from geo.territory import Generation

app = typer.Typer(help="Boundaries of units: check a file, load it, list what is loaded.", no_args_is_help=True)

_PIPE_WIDTH = 160
_TOLD = 5

Level = Literal["ward", "district", "city", "area"]
FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="GeoParquet, GeoJSON, GeoPackage or a shapefile."),
]
LevelOption = Annotated[Level, typer.Option(help="What the units are; areas are named places such as parks.")]
ExceptionsOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="TOML file of pairs of units whose defects are accepted."),
]
TerritoryOption = Annotated[str, typer.Option(envvar="HIENTRUONG_TERRITORY", help="The city, by its id.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("check")
def check_file(
    file: FileArgument, level: LevelOption, exceptions: ExceptionsOption = None, as_json: JsonOption = False
) -> None:
    """Say what is wrong with a file of units; exit status 1 if a load would be refused. No database is needed.

    Example: hientruong boundaries check wards.gpkg --level ward
    """
    from boundaries.exceptions import read_exceptions
    from boundaries.load import describe, read_checked, require_passed

    with console.status(f"checking {file.name}"):
        units, report = read_checked(file, level, exceptions=read_exceptions(exceptions) if exceptions else ())
    if as_json:
        put_json(describe(units, report))
    else:
        _show_report(report, sys.stdout)
    require_passed(units, report)


@app.command("load")
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
        _show_report(report, sys.stderr)
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
        say(f"compared with {_words(previous)}: {vanished} units vanish, {appeared} appear")
    say(done)


@app.command("list")
def list_loaded(territory: TerritoryOption = "hanoi", as_json: JsonOption = False) -> None:
    """List the generations of boundaries of a territory, those that are no longer in force included.

    Example: hientruong boundaries list
    """
    from geo.store.boundaries import list_generations
    from geo.store.session import transaction

    with transaction() as connection:
        generations = list_generations(connection, territory)
    if as_json:
        put_json([_plain(generation) for generation in generations])
    elif generations:
        _print(_generations_table(generations), sys.stdout)
    else:
        say(f"territory {territory!r} has no boundaries yet")


@app.command("diff")
def diff_generations(
    old: Annotated[int, typer.Argument(metavar="OLD", help="The generation before, by its id (see list).")],
    new: Annotated[int, typer.Argument(metavar="NEW", help="The generation after.")],
    territory: TerritoryOption = "hanoi",
    noise_width: Annotated[
        float | None, typer.Option(min=0, help="Metres below which a strip may be digitising noise; default: 10.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="Write all pairs, noise too, to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which old unit's area went to which new one.

    Example: hientruong boundaries diff 3 5 --csv succession.csv
    """
    from boundaries.succession import NOISE_WIDTH_M, find_succession
    from geo.store.boundaries import read_units_frame
    from geo.store.session import transaction

    with transaction() as connection:
        _require_generations(connection, territory, old, new)
        before, after = (read_units_frame(connection, generation) for generation in (old, new))
    with console.status(f"comparing generations {old} and {new}"):
        found = find_succession(before, after, NOISE_WIDTH_M if noise_width is None else noise_width)
    if csv is not None:
        _write_csv(found, csv)
    if as_json:
        put_json(found.to_dict("records"))
    else:
        _print(_succession_table(found[found["extent"] != "noise"]), sys.stdout)
    counts = found["extent"].value_counts()
    noise = found.loc[found["extent"] == "noise", "area_m2"].sum()
    say(
        f"{counts.get('whole', 0)} units went over whole, {counts.get('part', 0)} transfers are of parts;"
        f" {counts.get('noise', 0)} pairs ({noise / 1e6:,.3f} km²) are digitising noise"
    )


def _require_generations(connection: "Connection", territory: str, *ids: int) -> None:
    """See that generations are there and of the territory."""
    from geo.store.boundaries import list_generations, read_territory

    read_territory(connection, territory)
    known = {generation.id for generation in list_generations(connection, territory)}
    for missing in set(ids) - known:
        told = ", ".join(map(str, sorted(known))) or "none"
        raise NotFoundError(f"no generation {missing} in territory {territory!r}; known: {told}")


def _write_csv(rows: "DataFrame", file: Path) -> None:
    try:
        rows.to_csv(file, index=False)
    except OSError as error:
        raise FileError(f"{file} can't be written: {error.strerror or error}") from error


def _succession_table(found: "DataFrame") -> Table:
    table = Table("old", "", "new", "", "km²", "of old", "of new", "extent")
    for pair in found.to_dict("records"):
        table.add_row(
            pair["old_code"],
            escape(pair["old_name"]),
            pair["new_code"],
            escape(pair["new_name"]),
            f"{pair['area_m2'] / 1e6:,.4f}",
            f"{pair['share_of_old']:.2%}",
            f"{pair['share_of_new']:.2%}",
            pair["extent"],
        )
    return table


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
        return f"this file is loaded already: {_words(same)}; nothing was changed"
    replaced = add_generation(connection, territory, new)
    what = f"{len(new.units)} units of level {new.level}, in force {period_words(new.valid_from, new.valid_to)}"
    retired = "" if replaced is None else f"; {_words(replaced)} {{}} retired"
    if commit:
        return f"written: {what}" + retired.format("is")
    connection.rollback()
    return f"dry run, nothing was written: would write {what}" + retired.format("would be") + "; add --commit to do so"


def _words(generation: "Generation") -> str:
    from geo.store.boundaries import period_words

    kind = "schematic" if generation.schematic else "surveyed"
    period = period_words(generation.valid_from, generation.valid_to)
    return f"generation {generation.id} ({kind} {generation.level} boundaries, {period})"


def _user() -> str:
    """Name who is at the terminal; a container's user may have a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _plain(generation: "Generation") -> dict[str, Any]:
    """Turn a generation into values that JSON has."""
    values = dataclasses.asdict(generation)
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def _generations_table(generations: "Sequence[Generation]") -> Table:
    from geo.store.boundaries import period_words

    table = Table("id", "level", "in force", "state", "kind", "units", "source", "loaded by", "loaded at")
    for each in generations:
        table.add_row(
            str(each.id),
            each.level,
            period_words(each.valid_from, each.valid_to),
            each.state,
            "schematic" if each.schematic else "surveyed",
            str(each.units),
            escape(each.source),
            escape(each.loaded_by),
            f"{each.loaded_at:%Y-%m-%d %H:%M}",
        )
    return table


def _show_report(report: "GateReport", stream: TextIO) -> None:
    """Print what the gate found: all that stops a load or was repaired, of the rest a few of each check."""
    from boundaries.report import HEADINGS

    told: Counter[str] = Counter()
    table = Table(*HEADINGS)
    for row in report.rows():
        severity, check = row[:2]
        told[check] += severity == "information"
        if severity != "information" or told[check] <= _TOLD:
            table.add_row(*map(escape, row))
    for check, count in told.items():
        if count > _TOLD:
            table.add_row("information", check, "", "", "", f"... and {count - _TOLD} more")
    area = "" if report.area_m2 is None else f", {report.area_m2 / 1e6:,.3f} km²"
    table.caption = f"{len(report.repaired)} units{area}: {'passed' if report.passed else 'refused'}"
    _print(table, stream)


def _print(table: Table, stream: TextIO) -> None:
    Console(file=stream, width=None if stream.isatty() else _PIPE_WIDTH).print(table)
