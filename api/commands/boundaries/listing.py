"""`hientruong boundaries list`: list the generations of a territory."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.options import JsonOption, TerritoryOption
from api.commands.boundaries.tables import plain_generation, print_table
from api.commands.console import put_json, say

if TYPE_CHECKING:
    from geo.units.territory import Generation


def list_loaded(territory: TerritoryOption = "hanoi", as_json: JsonOption = False) -> None:
    """List the generations of boundaries of a territory, those that are no longer in force included.

    Example: hientruong boundaries list
    """
    from geo.store.boundaries import list_generations
    from geo.store.session import transaction

    with transaction() as connection:
        generations = list_generations(connection, territory)
    if as_json:
        put_json([plain_generation(generation) for generation in generations])
    elif generations:
        print_table(_generations_table(generations), sys.stdout)
    else:
        say(f"territory {territory!r} has no boundaries yet")


def _generations_table(generations: "Sequence[Generation]") -> Table:
    from geo.store.boundaries import period_words

    table = Table("id", "level", "in force", "state", "kind", "units", "source", "loaded by", "loaded at")
    for each in generations:
        table.add_row(
            str(each.id),
            each.level,
            period_words(each.valid_from, each.valid_to),
            each.state,
            "schematic" if each.schematic else "surveyed",
            str(each.units),
            escape(each.source),
            escape(each.loaded_by),
            f"{each.loaded_at:%Y-%m-%d %H:%M}",
        )
    return table
