"""Arguments and options that the commands on boundaries share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.boundaries.named import file_or_source

Level = Literal["ward", "district", "city", "area"]
FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        dir_okay=False,
        help="GeoParquet, GeoJSON, GeoPackage or a shapefile; or a named source (see sources), downloaded if need be.",
        callback=file_or_source,
        is_eager=True,
    ),
]
LevelOption = Annotated[Level, typer.Option(help="What the units are; areas are named places such as parks.")]
ExceptionsOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="TOML file of pairs of units whose defects are accepted."),
]
TerritoryOption = Annotated[str, typer.Option(envvar="HIENTRUONG_TERRITORY", help="The city, by its id.")]
CommitOption = Annotated[bool, typer.Option("--commit", help="Write it; without, nothing is changed.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
