"""`hientruong boundaries show`: all that is known of one generation, a draft or a retired one too."""

import sys

from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.options import JsonOption, TerritoryOption
from api.commands.boundaries.states import GenerationArgument
from api.commands.boundaries.tables import generation_words, plain_generation, print_table
from api.commands.console import put_json, say


def show_generation(
    generation: GenerationArgument, territory: TerritoryOption = "hanoi", as_json: JsonOption = False
) -> None:
    """Show the units of a generation; --json has what the import gate found of it, too.

    Example: hientruong boundaries show 7 --json
    """
    from geo.store.boundaries import find_generation, read_units_frame
    from geo.store.checks import read_checks
    from geo.store.session import transaction

    with transaction() as connection:
        found = find_generation(connection, territory, generation)
        units = read_units_frame(connection, generation)[["code", "name", "name_en", "kind"]]
        checks = read_checks(connection, generation)
    if as_json:
        put_json({**plain_generation(found), "units": units.to_dict("records"), "checks": checks})
        return
    table = Table("code", "name", "", "kind")
    for unit in units.itertuples(index=False):
        table.add_row(*map(escape, unit))
    print_table(table, sys.stdout)
    say(f"{generation_words(found)}, {found.state}, from {found.source} ({found.licence}), loaded by {found.loaded_by}")
