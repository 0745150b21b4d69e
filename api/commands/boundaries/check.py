"""`hientruong boundaries check`: say what is wrong with a file of units."""

import sys

from api.commands.boundaries.options import ExceptionsOption, FileArgument, JsonOption, LevelOption
from api.commands.boundaries.tables import show_report
from api.commands.console import console, put_json


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
        show_report(report, sys.stdout)
    require_passed(units, report)
