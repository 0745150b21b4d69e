"""A named source where a command takes a file: downloaded if need be, with what is known of it as the defaults."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from api.commands.console import say
from api.progress import share_done
from geo.errors import NotFoundError

if TYPE_CHECKING:
    from boundaries.sources import Source


def file_or_source(context: typer.Context, given: Path) -> Path:
    """Take a file as it is; download a named source, and let its level, period and licence be the options' defaults.

    Raises
    ------
    BadParameter
        If it is neither.
    """
    if given.exists():
        return given
    from boundaries.source_files import CACHE
    from boundaries.sources import find_source
    from geo.store.settings import territory_settings

    folder = territory_settings().data_dir
    try:
        source = find_source(folder, str(given))
    except NotFoundError as error:
        raise typer.BadParameter(str(error)) from error
    context.default_map = {
        "level": source.level,
        "valid_from": f"{source.valid_from}",
        "valid_to": None if source.valid_to is None else f"{source.valid_to}",
        "territory": source.territory,
        "source": source.attribution,
        "licence": source.licence,
    }
    return _fetch(source, folder / CACHE)


def _fetch(source: "Source", cache: Path) -> Path:
    """Download a source or take it from the cache, and tell what is trusted."""
    from boundaries.source_files import fetch

    say(f"{source.name}: {source.title_en}; {source.attribution}; licence: {source.licence}")
    with share_done(f"downloading {source.name}") as advance:
        fetched = fetch(source, cache, advance)
    if fetched.recorded:
        say(
            f"{fetched.recorded} files came for the first time and no checksum of theirs is known:"
            f" trusted as {source.address} gave them; recorded, and held to from now on"
        )
    return fetched.path
