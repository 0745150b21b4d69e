"""`hientruong locate`: whose a point is, or each point of a file."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.console import put_json, say

if TYPE_CHECKING:
    from geo.lookup.located_file import Tally


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        said = f"{text!r} is no date such as 2026-01-05; a column of a file is named by --at-column"
        raise typer.BadParameter(said) from None


Day = Annotated[dt.date | None, typer.Option("--at", parser=_day, metavar="DATE", help="local date; today if left out")]


def locate_points(
    lon: Annotated[float | None, typer.Argument(help="longitude, WGS 84 degrees")] = None,
    lat: Annotated[float | None, typer.Argument(help="latitude, WGS 84 degrees")] = None,
    at: Day = None,
    accuracy: Annotated[float | None, typer.Option(help="radius in metres: names every unit it touches")] = None,
    category: Annotated[str | None, typer.Option(help="waste, parking, fire_risk: names who is responsible")] = None,
    file: Annotated[Path | None, typer.Option(help="CSV or Parquet with a point in each row")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV or Parquet: the rows of the file with the answers")] = None,
    lon_column: Annotated[str | None, typer.Option("--lon", help="column of longitudes; lon if left out")] = None,
    lat_column: Annotated[str | None, typer.Option("--lat", help="column of latitudes; lat if left out")] = None,
    at_column: Annotated[str | None, typer.Option(help="column of dates or times, instead of one --at")] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="address of a Dask scheduler; --file is a folder then, and --out a new one")
    ] = None,
) -> None:
    """Say whose a point is, as one JSON object; or whose each point of a file is, as added columns.

    Example: hientruong locate 105.868664 20.998485 --at 2026-01-05 --accuracy 30 --category waste

    Example: hientruong locate --file points.csv --out located.parquet --at-column reported_at --category waste

    Example: hientruong locate --file points/ --out located/ --scheduler tcp://10.0.0.5:8786
    """
    if file is None:
        if lon is None or lat is None:
            raise typer.BadParameter("give LON and LAT, or --file and --out")
        if any(option is not None for option in (out, lon_column, lat_column, at_column, scheduler)):
            raise typer.BadParameter("--out, --lon, --lat, --at-column and --scheduler go with --file")
        _locate_point(lon, lat, at, accuracy, category)
        return
    if lon is not None:
        raise typer.BadParameter("give either LON and LAT or --file, not both")
    if out is None:
        raise typer.BadParameter("--file needs --out: where the located rows are written")
    if accuracy is not None:
        raise typer.BadParameter("--accuracy goes with one point, not with --file")
    if at is not None and at_column is not None:
        raise typer.BadParameter("give either --at (one day for all) or --at-column (each row its own), not both")
    columns = (lon_column or "lon", lat_column or "lat", at_column)
    if scheduler is not None:
        _locate_folder(scheduler, file, out, columns, at, category)
    else:
        _locate_file(file, out, columns, at, category)


def _locate_point(lon: float, lat: float, day: dt.date | None, accuracy: float | None, category: str | None) -> None:
    from api.commands.stored import stored_dispatch
    from geo.lookup.answer import locate

    put_json(locate(stored_dispatch(), lon, lat, day, accuracy, category))


def _locate_file(
    file: Path, out: Path, columns: tuple[str, str, str | None], day: dt.date | None, category: str | None
) -> None:
    from api.commands.stored import stored_dispatch
    from api.progress import bytes_read
    from geo.lookup.located_file import PointColumns, locate_file

    with bytes_read(f"locating {file.name}") as progress:
        tally = locate_file(stored_dispatch(), file, out, PointColumns(*columns), day, category, progress)
    _say_tally(tally, out)


def _locate_folder(
    scheduler: str,
    folder: Path,
    out: Path,
    columns: tuple[str, str, str | None],
    day: dt.date | None,
    category: str | None,
) -> None:
    from api.commands.stored import stored_dispatch
    from api.progress import share_done
    from geo.lookup.located_file import PointColumns
    from geo.scale import connect, locate_folder

    with connect(scheduler) as client, share_done(f"locating {folder.name}") as progress:
        tally = locate_folder(client, stored_dispatch(), folder, out, PointColumns(*columns), day, category, progress)
    _say_tally(tally, out)


def _say_tally(tally: "Tally", out: Path) -> None:
    say(f"{tally.rows:,} rows written to {out}: {tally.outside:,} outside, {tally.invalid:,} invalid")
