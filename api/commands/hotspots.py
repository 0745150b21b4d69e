"""`hientruong hotspots`: a map of where it keeps happening."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import say


def hotspots(
    out: Annotated[Path, typer.Option(help="the file to write: .html")],
    category: Annotated[str | None, typer.Option(help="waste, parking, fire_risk; all if left out")] = None,
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first local day; 30 days if left out")
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="last local day, included; today if left out"),
    ] = None,
    res: Annotated[int, typer.Option(min=5, max=10, help="H3 resolution")] = 8,
    language: Annotated[str, typer.Option(help="vi or en")] = "vi",
) -> None:
    """Write a map of report counts by H3 cell; it opens without the internet.

    Example: hientruong hotspots --category waste --from 2026-01-01 --to 2026-06-30 --out waste.html
    """
    from api.hotspot_map import write_counts_map
    from api.period import period_of
    from geo.errors import InputError
    from geo.store.boundaries import read_dispatch
    from geo.store.counts import count_cells
    from geo.store.session import transaction
    from geo.store.settings import territory_settings
    from maps.words import Language

    if out.suffix != ".html":
        raise InputError(f"{out}: a map is written as .html", "out")
    if language not in ("vi", "en"):
        raise InputError(f"language {language!r}: use vi or en", "language")
    with transaction() as connection:
        dispatch = read_dispatch(connection, territory_settings().territory)
        territory = dispatch.jurisdiction.territory
        since, until = period_of(territory, first.date() if first else None, last.date() if last else None)
        chosen = dispatch.category(category) if category is not None else None
        counts = count_cells(connection, territory, res, since, until, category)
    words: Language = "en" if language == "en" else "vi"
    write_counts_map(out, dispatch.jurisdiction, counts, chosen, (since, until), res, words)
    say(f"{out}: {counts.n:,} reports in {len(counts):,} cells")
