"""`hientruong boundaries diff`: tell who became whom between two generations."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.options import JsonOption, TerritoryOption
from api.commands.boundaries.tables import print_table
from api.commands.console import console, put_json, say
from geo.errors import FileError, NotFoundError

if TYPE_CHECKING:
    from pandas import DataFrame

    from geo.store.boundaries import Connection


def diff_generations(
    old: Annotated[int, typer.Argument(metavar="OLD", help="The generation before, by its id (see list).")],
    new: Annotated[int, typer.Argument(metavar="NEW", help="The generation after.")],
    territory: TerritoryOption = "hanoi",
    noise_width: Annotated[
        float | None, typer.Option(min=0, help="Metres below which a strip may be digitising noise; default: 10.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="Write all pairs, noise too, to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which old unit's area went to which new one.

    Example: hientruong boundaries diff 3 5 --csv succession.csv
    """
    from boundaries.succession import NOISE_WIDTH_M, find_succession
    from geo.store.boundaries import read_units_frame
    from geo.store.session import transaction

    with transaction() as connection:
        _require_generations(connection, territory, old, new)
        before, after = (read_units_frame(connection, generation) for generation in (old, new))
    with console.status(f"comparing generations {old} and {new}"):
        found = find_succession(before, after, NOISE_WIDTH_M if noise_width is None else noise_width)
    if csv is not None:
        _write_csv(found, csv)
    if as_json:
        put_json(found.to_dict("records"))
    else:
        print_table(_succession_table(found[found["extent"] != "noise"]), sys.stdout)
    counts = found["extent"].value_counts()
    noise = found.loc[found["extent"] == "noise", "area_m2"].sum()
    say(
        f"{counts.get('whole', 0)} units went over whole, {counts.get('part', 0)} transfers are of parts;"
        f" {counts.get('noise', 0)} pairs ({noise / 1e6:,.3f} km²) are digitising noise"
    )


def _require_generations(connection: "Connection", territory: str, *ids: int) -> None:
    """See that generations are there and of the territory."""
    from geo.store.boundaries import list_generations, read_territory

    read_territory(connection, territory)
    known = {generation.id for generation in list_generations(connection, territory)}
    for missing in set(ids) - known:
        told = ", ".join(map(str, sorted(known))) or "none"
        raise NotFoundError(f"no generation {missing} in territory {territory!r}; known: {told}")


def _write_csv(rows: "DataFrame", file: Path) -> None:
    try:
        rows.to_csv(file, index=False)
    except OSError as error:
        raise FileError(f"{file} can't be written: {error.strerror or error}") from error


def _succession_table(found: "DataFrame") -> Table:
    table = Table("old", "", "new", "", "km²", "of old", "of new", "extent")
    for pair in found.to_dict("records"):
        table.add_row(
            pair["old_code"],
            escape(pair["old_name"]),
            pair["new_code"],
            escape(pair["new_name"]),
            f"{pair['area_m2'] / 1e6:,.4f}",
            f"{pair['share_of_old']:.2%}",
            f"{pair['share_of_new']:.2%}",
            pair["extent"],
        )
    return table
