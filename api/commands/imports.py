"""`hientruong import`: reports from a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import say


def import_reports(
    file: Annotated[Path, typer.Argument(help="CSV, GeoJSON (a feature a line, too) or GeoParquet, by its ending")],
    mapping: Annotated[
        Path | None, typer.Option(help="TOML: what the columns and words of another system's file mean")
    ] = None,
    rejects: Annotated[Path, typer.Option(help="where rows that were not taken are written, with the reason")] = Path(
        "rejects.csv"
    ),
    territory: Annotated[str | None, typer.Option(help="id of the city; HIENTRUONG_TERRITORY if left out")] = None,
) -> None:
    """Import reports; running the same file again adds nothing, and goes on where a run was broken off.

    Example: hientruong import reports.csv --rejects rejects.csv

    Example: hientruong import 311.csv --mapping 311.toml --territory springfield
    """
    from api.import_progress import rows_read
    from geo.report_files.mapping import read_mapping
    from geo.store.report_import import import_file
    from geo.store.session import engine
    from geo.store.settings import territory_settings

    read_by = read_mapping(mapping) if mapping else None
    into = territory or territory_settings().territory
    with engine() as opened, rows_read(f"importing {file.name}") as progress:
        tally = import_file(opened, into, file, read_by, rejects, progress)
    say(
        f"{tally.read:,} rows read: {tally.added:,} added, {tally.known:,} already there, {tally.rejected:,} rejected"
        + (f" (see {rejects})" if tally.rejected else "")
        + (f", {tally.ignored:,} left out by the mapping" if tally.ignored else "")
    )
