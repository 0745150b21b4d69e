"""`hientruong boundaries check`: say what is wrong with a file of units."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.commands.boundaries.options import ExceptionsOption, FileArgument, JsonOption, LevelOption
from api.commands.boundaries.tables import show_report
from api.commands.console import console, put_json, say
from geo.errors import InputError

if TYPE_CHECKING:
    from boundaries.files import UnitFile
    from boundaries.report import GateReport
    from maps.words import Language


def check_file(
    file: FileArgument,
    level: LevelOption,
    exceptions: ExceptionsOption = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", dir_okay=False, help="Draw every place on a map: an .html file.")
    ] = None,
    language: Annotated[Literal["vi", "en"], typer.Option(help="Language of the map.")] = "vi",
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong with a file of units; exit status 1 if a load would be refused. No database is needed.

    Example: hientruong boundaries check wards.gpkg --level ward --map findings.html
    """
    from boundaries.checked import describe, read_checked, require_passed
    from boundaries.exceptions import read_exceptions

    require_html(map_file)
    with console.status(f"checking {file.name}"):
        units, report = read_checked(file, level, exceptions=read_exceptions(exceptions) if exceptions else ())
    if as_json:
        put_json(describe(units, report))
    else:
        show_report(report, sys.stdout)
    if map_file is not None:
        _write_map(map_file, units, report, language)
    require_passed(units, report)


def require_html(path: Path | None) -> None:
    """Refuse a map that is not to be an HTML file, before the work for it is done."""
    if path is not None and path.suffix != ".html":
        raise InputError(f"{path}: a map is written as .html", "map")


def _write_map(path: Path, file: "UnitFile", report: "GateReport", language: "Language") -> None:
    from maps.findings import CheckFacts, findings_map

    if report.area_m2 is None:
        raise InputError(f"{path} is not written: the coordinates of {file.name} are refused, see the table", "map")
    facts = CheckFacts(
        file=file.name,
        level=report.level,
        checked_at=dt.datetime.now().astimezone(),
        refused=len(report.refusals),
        area_m2=report.area_m2,
    )
    findings_map(report.repaired, report.findings_frame(), facts, language=language).save(path)
    say(f"{path}: a map of {len(report.repaired)} units and what was found")
