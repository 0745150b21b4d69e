"""`hientruong import`: reports from a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import say


def import_reports(
    file: Annotated[Path, typer.Argument(help="CSV with the columns category, lon, lat, reported_at")],
    rejects: Annotated[Path, typer.Option(help="where lines that were not taken are written, with the reason")] = Path(
        "rejects.csv"
    ),
) -> None:
    """Import reports; running the same file again adds nothing.

    Example: hientruong import reports.csv --rejects rejects.csv
    """
    from api.progress import bytes_read
    from geo.store.report_import import import_csv
    from geo.store.session import engine
    from geo.store.settings import territory_settings

    with engine() as opened, bytes_read(f"importing {file.name}") as progress:
        tally = import_csv(opened, territory_settings().territory, file, rejects, progress)
    say(
        f"{tally.read:,} lines read: {tally.added:,} added, {tally.known:,} already there, {tally.rejected:,} rejected"
        + (f" (see {rejects})" if tally.rejected else "")
    )
