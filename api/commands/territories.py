"""`hientruong territories`: the cities that the database holds."""

import dataclasses
import sys
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.options import JsonOption
from api.commands.boundaries.tables import print_table
from api.commands.console import put_json, say

app = typer.Typer(help="Cities: add one, list them.", no_args_is_help=True, rich_markup_mode=None)


@app.command("add")
def add(
    id: Annotated[str, typer.Argument(metavar="ID", help="Short name in lower case; HIENTRUONG_TERRITORY chooses it.")],
    name: Annotated[str, typer.Option(help="Full name in the local language.")],
    name_en: Annotated[str, typer.Option(help="Full name in English.")],
    time_zone: Annotated[str, typer.Option(help="IANA name; all dates are local dates there.")],
    metric_srid: Annotated[int, typer.Option(help="EPSG code of the CRS in which metres are measured.")],
    language: Annotated[list[str] | None, typer.Option(help="Repeatable, the official one first; vi, en.")] = None,
    holidays: Annotated[str, typer.Option(help="ISO 3166 code of the country whose public holidays are off.")] = "VN",
) -> None:
    """Add a city; then load its boundaries with --territory ID.

    Example: hientruong territories add hcmc --name "Thành phố Hồ Chí Minh" --name-en "Ho Chi Minh City"
    --time-zone Asia/Ho_Chi_Minh --metric-srid 32648
    """
    from geo.store.boundaries import add_territory
    from geo.store.session import transaction
    from geo.units.territory import Territory
    from geo.units.territory_checks import check_territory

    territory = Territory(id, name, name_en, time_zone, tuple(language or ("vi", "en")), holidays, metric_srid)
    check_territory(territory)
    with transaction() as connection:
        add_territory(connection, territory)
    say(f"added {territory.name_en}: hientruong boundaries load FILE --level ward --valid-from DATE --territory {id}")


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """List the cities.

    Example: hientruong territories list
    """
    from geo.store.boundaries import list_territories
    from geo.store.session import transaction

    with transaction() as connection:
        territories = list_territories(connection)
    if as_json:
        put_json([dataclasses.asdict(each) for each in territories])
        return
    table = Table("id", "name", "", "time zone", "languages", "holidays", "metres in")
    for each in territories:
        row = (each.id, each.name, each.name_en, each.time_zone, ", ".join(each.languages), each.holidays)
        table.add_row(*map(escape, row), f"EPSG:{each.metric_srid}")
    print_table(table, sys.stdout)
