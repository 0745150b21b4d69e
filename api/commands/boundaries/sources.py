"""`hientruong boundaries sources`: where boundaries can be downloaded from, and what is on this machine already."""

import sys

from rich.markup import escape
from rich.table import Table

from api.commands.boundaries.options import JsonOption
from api.commands.boundaries.tables import print_table
from api.commands.console import put_json


def list_sources(as_json: JsonOption = False) -> None:
    """List the named sources of boundaries; the data folder's sources.toml may add others.

    Example: hientruong boundaries sources
    """
    from boundaries.source_files import CACHE, cached_files
    from boundaries.sources import read_sources
    from geo.store.settings import territory_settings

    folder = territory_settings().data_dir
    found = [(source, cached_files(source, folder / CACHE)) for source in read_sources(folder).values()]
    if as_json:
        put_json([source.model_dump(mode="json") | {"cached": cached} for source, cached in found])
        return
    table = Table("name", "what", "level", "in force since", "licence", "from", "files", "here")
    for source, cached in found:
        what = f"{source.title}\n{source.title_en}"
        names = (source.name, what, source.level, f"{source.valid_from}", source.licence, source.attribution)
        table.add_row(*map(escape, names), f"{len(source.files)}", f"{cached}")
    print_table(table, sys.stdout)
