"""`hientruong hotspots`: where it keeps happening, as a map or as a table."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.console import say
from geo.vocabulary import CHANNELS, STATUSES

_TABLES = (".geojson", ".parquet", ".csv")
_MAPS = (".html", ".png")


def hotspots(
    out: Annotated[Path, typer.Option(help="the file to write: .geojson, .parquet, .csv, .png or .html")],
    category: Annotated[
        list[str] | None, typer.Option(help="waste, parking, fire_risk; may be repeated; all if left out")
    ] = None,
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first local day; 30 days if left out")
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="last local day, included; today if left out"),
    ] = None,
    view: Annotated[str, typer.Option(help="counts, hotspots, emerging, change or overdue")] = "hotspots",
    measure: Annotated[str, typer.Option(help="count, reporters, per_km2, per_1000 or share")] = "count",
    res: Annotated[int, typer.Option(min=5, max=9, help="H3 resolution")] = 8,
    method: Annotated[str, typer.Option(help="what chance would give: auto, exact, normal or permutation")] = "auto",
    k: Annotated[int, typer.Option(help="rings of neighbours")] = 1,
    alpha: Annotated[float, typer.Option(help="false discovery rate of what is called a finding")] = 0.05,
    step: Annotated[int | None, typer.Option(help="days of a step of the view emerging")] = None,
    compare_from: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="first day that the view change compares with; else as many before"),
    ] = None,
    compare_to: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="and the last")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="waiting, in_progress, resolved, rejected; may be repeated")
    ] = None,
    status_at: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="--status is meant at the end of this local day")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="app, hotline_1022, web, open311, import; may be repeated")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="only what should have been answered by now")] = False,
    duplicates: Annotated[bool, typer.Option(help="count reports, too, that were merged into others")] = True,
    population: Annotated[
        Path | None,
        typer.Option(help="CSV with cell (H3) and population, for the measure per_1000; else HIENTRUONG_POPULATION"),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="only what everybody may see: whole months, no few")] = False,
    all_cells: Annotated[bool, typer.Option(help="write cells without reports and findings, too")] = False,
    unit: Annotated[
        str | None, typer.Option(help="code of a ward: cells that touch it, judged by the whole city")
    ] = None,
    boundaries_at: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="--unit is a ward of this date; of the last day if left out"),
    ] = None,
    bbox: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="degrees: cells that touch the box, judged by the whole city")
    ] = None,
    size: Annotated[str, typer.Option(help="of a .png: slide or a4")] = "slide",
    language: Annotated[str, typer.Option(help="of a map: vi or en")] = "vi",
    file: Annotated[
        Path | None, typer.Option(help="with --scheduler: a folder of CSV and Parquet reports, not the stored ones")
    ] = None,
    scheduler: Annotated[str | None, typer.Option(help="address of a Dask scheduler, whose workers count")] = None,
) -> None:
    """Write where reports concentrate, as a map that opens without the internet, a picture or a table.

    Example: hientruong hotspots --category parking --from 2026-01-01 --to 2026-06-30 --out parking.png

    Example: hientruong hotspots --view emerging --from 2025-07-01 --to 2026-06-30 --language en --out trend.html

    Example: hientruong hotspots --public --res 7 --from 2026-01-01 --to 2026-06-30 --out for-everybody.html

    Example: hientruong hotspots --view change --category waste --res 9 --out change.parquet

    Example: hientruong hotspots --unit 00283 --from 2026-01-01 --to 2026-06-30 --out vinh-tuy.png

    Example: hientruong hotspots --file reports/ --scheduler tcp://10.0.0.5:8786 --from 2020-01-01 --out hot.parquet
    """
    from api.hotspot_part import Part
    from api.hotspot_question import Asked
    from geo.counting.only import Only
    from geo.errors import InputError

    if status_at is not None and not status:
        raise InputError("status_at says when a status is meant: give --status, too", "status_at")
    if boundaries_at is not None and unit is None:
        raise InputError("boundaries_at says what a unit is: give --unit, too", "boundaries_at")
    if file is not None and (channel or overdue or status_at or public):
        raise typer.BadParameter("--channel, --overdue, --status-at and --public do not go with --file")
    if (file is None) != (scheduler is None):
        raise typer.BadParameter("--file and --scheduler go together")
    if out.suffix.lower() not in (*_TABLES, *_MAPS):
        raise InputError(f"{out}: the name must end in one of {', '.join((*_TABLES, *_MAPS))}", "out")
    for name, value, known in (("language", language, ("vi", "en")), ("size", size, ("slide", "a4"))):
        if value not in known:
            raise InputError(f"{name} {value!r}: use {' or '.join(known)}", name)
    asked = Asked(
        categories=tuple(category) if category else None,
        period=(_date(first), _date(last)),
        compare=(_date(compare_from), _date(compare_to)),
        resolution=res,
        options={"view": view, "measure": measure, "method": method, "k": k, "alpha": alpha, "step_days": step},
        statuses=_words(status, STATUSES, "status") or None,
        duplicates=duplicates,
        only=Only(_words(channel, CHANNELS, "channel"), overdue, _date(status_at)),
    )
    part, drawn = Part(unit, bbox, all_cells, _date(boundaries_at)), out.suffix.lower() in _MAPS
    # What counts, and below what draws, takes seconds to import: only now, when nothing is left to refuse at once.
    from api.hotspot_stored import find_in_folder, find_published, find_stored

    if file is not None and scheduler is not None:
        answer = find_in_folder(asked, population, part, file, scheduler)
    elif public:
        answer = find_published(asked, population, part, drawn=drawn)
    else:
        answer = find_stored(asked, population, part)
    from api.hotspot_files import HotspotMap, write_hotspots
    from maps.hotspot_drawing import sentence_of_part

    words: Any = language
    dimensions: Any = size
    found = answer.found
    layer = part.layer(answer.dispatch.jurisdiction, found.question.window.last)
    shown, extent = part.of(found, layer), part.box(layer) if drawn else None
    map_ = HotspotMap(shown, asked, answer.dispatch, found, words, dimensions, answer.hidden, extent, part)
    written = write_hotspots(out, map_)
    say(f"{', '.join(map(str, written))}: {sentence_of_part(shown, found, 'en')}")


def _date(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.date()


def _words(given: list[str] | None, known: tuple[str, ...], name: str) -> tuple[str, ...]:
    from geo.counting.axes import positions

    words = tuple(given or ())
    positions(known, words, name)
    return words
