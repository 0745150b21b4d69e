"""`hientruong locate`: whose a point is."""

import datetime as dt
from typing import Annotated

import typer

from api.commands.console import put_json

Day = Annotated[dt.datetime | None, typer.Option("--at", formats=["%Y-%m-%d"], help="local date; today if left out")]


def locate_point(
    lon: Annotated[float, typer.Argument(help="longitude, WGS 84 degrees")],
    lat: Annotated[float, typer.Argument(help="latitude, WGS 84 degrees")],
    at: Day = None,
    accuracy: Annotated[float | None, typer.Option(help="radius in metres: names every unit it touches")] = None,
    category: Annotated[str | None, typer.Option(help="waste, parking, fire_risk: names who is responsible")] = None,
) -> None:
    """Say whose a point is, as one JSON object.

    Example: hientruong locate 105.868664 20.998485 --at 2026-01-05 --accuracy 30 --category waste
    """
    from geo.answer import locate
    from geo.store.boundaries import read_dispatch
    from geo.store.session import transaction
    from geo.store.settings import territory_settings

    with transaction() as connection:
        dispatch = read_dispatch(connection, territory_settings().territory)
    put_json(locate(dispatch, lon, lat, at.date() if at else None, accuracy, category))
