"""`hientruong hotspots`: where it keeps happening, as a map or as a table."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.console import say

if TYPE_CHECKING:
    from api.hotspot_question import Asked
    from geo.cube import Query
    from geo.dispatch import Dispatch
    from geo.hotspots import Count, Found, Question
    from geo.store.session import Engine


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
    view: Annotated[str, typer.Option(help="counts, hotspots, emerging or change")] = "hotspots",
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
    duplicates: Annotated[bool, typer.Option(help="count reports, too, that were merged into others")] = True,
    population: Annotated[
        Path | None, typer.Option(help="CSV with cell (H3) and population, for the measure per_1000")
    ] = None,
    all_cells: Annotated[bool, typer.Option(help="write cells without reports and findings, too")] = False,
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

    Example: hientruong hotspots --view change --category waste --res 9 --out change.parquet

    Example: hientruong hotspots --file reports/ --scheduler tcp://10.0.0.5:8786 --from 2020-01-01 --out hot.parquet
    """
    from api.hotspot_files import HotspotMap, check_suffix, write_hotspots
    from api.hotspot_question import Asked
    from geo.errors import InputError
    from maps.hotspot_drawing import sentence

    if (file is None) != (scheduler is None):
        raise typer.BadParameter("--file and --scheduler go together")
    check_suffix(out)
    for name, value, known in (("language", language, ("vi", "en")), ("size", size, ("slide", "a4"))):
        if value not in known:
            raise InputError(f"{name} {value!r}: use {' or '.join(known)}", name)
    asked = Asked(
        categories=tuple(category) if category else None,
        period=(_date(first), _date(last)),
        compare=(_date(compare_from), _date(compare_to)),
        resolution=res,
        options={"view": view, "measure": measure, "method": method, "k": k, "alpha": alpha, "step_days": step},
        statuses=tuple(status) if status else None,
        duplicates=duplicates,
    )
    found, dispatch = _found(asked, population, file, scheduler)
    words: Any = language
    dimensions: Any = size
    drawn = HotspotMap(found, asked, dispatch, len(found), words, dimensions)
    written = write_hotspots(out, drawn, every_cell=all_cells)
    say(f"{', '.join(map(str, written))}: {sentence(found, 'en')}")


def _found(
    asked: "Asked", population: Path | None, file: Path | None, scheduler: str | None
) -> "tuple[Found, Dispatch]":
    """Count the stored reports, or those of a folder, and answer."""
    from geo.grids import grid_of
    from geo.hotspot_views import find
    from geo.population import read_population
    from geo.store.boundaries import read_dispatch
    from geo.store.session import engine
    from geo.store.settings import territory_settings

    residents = None if population is None else read_population(population)
    with engine() as database:
        with database.begin() as connection:
            dispatch = read_dispatch(connection, territory_settings().territory)
        question = asked.question(dispatch)
        grid = grid_of(dispatch.jurisdiction.layer_at(question.window.last), asked.resolution)
        query = asked.query(question.window)
        if file is not None and scheduler is not None:
            count = _count_folder(scheduler, dispatch, file, question, query)
        else:
            count = _count_stored(database, dispatch, question, query)
    if residents is not None:
        grid = grid.with_population(*residents)
    return find(grid, count, question), dispatch


def _count_stored(database: "Engine", dispatch: "Dispatch", question: "Question", query: "Query") -> "Count":
    from api.progress import share_done
    from geo.cube_axes import Axes
    from geo.hotspot_views import counting
    from geo.store.cube import read_cube

    axes = Axes(tuple(category.code for category in dispatch.categories))
    with share_done("counting reports") as progress:
        cube = read_cube(database, dispatch.jurisdiction.territory, axes, progress).cube
    return counting(cube, query, reporters=question.measure == "reporters")


def _count_folder(scheduler: str, dispatch: "Dispatch", folder: Path, question: "Question", query: "Query") -> "Count":
    from api.progress import share_done
    from geo.scale import connect, count_folder

    with connect(scheduler) as client, share_done("counting reports") as progress:
        return count_folder(client, dispatch, folder, question, query, progress)


def _date(moment: dt.datetime | None) -> dt.date | None:
    return None if moment is None else moment.date()
