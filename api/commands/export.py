"""`hientruong export`: the reports of a period as a folder of GeoParquet files, for open data, laptops and clusters."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import say, user


def export(
    folder: Annotated[Path, typer.Argument(help="the folder to write; what is written is there whole or not at all")],
    first: Annotated[
        dt.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="first local day; that of the first report if left out"),
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="last local day, included; today if left out"),
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="waste, parking, fire_risk; may be repeated; all if left out")
    ] = None,
    role: Annotated[
        str, typer.Option(help="for whom: router, planner, officer, analyst, admin have reports; public has counts")
    ] = "analyst",
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="of an officer: the unit's code of today")] = None,
    reporters: Annotated[
        bool, typer.Option("--reporters", help="tell reports of the same person, by codes made for this folder alone")
    ] = False,
    licence: Annotated[
        str | None, typer.Option(help="what you allow, for its metadata; nothing is stated if left out")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="replace a folder that was exported before")] = False,
) -> None:
    """Write the reports of a period as GeoParquet by month, with the boundaries and rules to ask about them.

    Example: hientruong export reports-2026 --from 2026-01-01 --to 2026-06-30

    Example: hientruong export open-data --role public --licence CC-BY-4.0
    """
    from api.progress import share_done
    from geo.store.export import Wish, export_reports
    from geo.store.session import engine
    from geo.store.settings import territory_settings

    wish = Wish(
        role=role,
        unit=unit,
        first=None if first is None else first.date(),
        last=None if last is None else last.date(),
        categories=tuple(category) if category else None,
        reporters=reporters,
        licence=licence,
    )
    territory = territory_settings().territory
    with engine() as database, share_done("exporting reports") as advance:
        written = export_reports(database, territory, folder, wish, user(), replaces=replace, advance=advance)
    say(f"{written.reports:,} reports from {written.first} to {written.last} written to {folder} for role {role}")
    for left_out in written.left_out:
        say(f"left out: {left_out}")
