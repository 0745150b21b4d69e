"""Opening a session: over a database, or over a folder."""

import os
import weakref
from pathlib import Path

from geo.errors import InputError
from geo.session import Session
from geo.session.source import Source


def open_session(source: str | os.PathLike[str] | None, territory: str | None) -> Session:
    """Open what `geo.connect` promises; it is closed at the end of the program, if nobody does it before."""
    if source is not None and not isinstance(source, (str, os.PathLike)):
        raise InputError(f"source {source!r:.40}: give a database's address, or the path of a folder", "source")
    if territory is not None and not isinstance(territory, str):
        raise InputError(f"territory {territory!r:.40}: give its id as text, as 'hanoi'", "territory")
    found = _source(source, territory)
    session = Session(found)
    weakref.finalize(session, found.close)
    return session


def _source(source: str | os.PathLike[str] | None, territory: str | None) -> Source:
    if source is None or "://" in str(source):
        from geo.store.stored_source import StoredSource  # here, as a folder needs no database's driver

        return StoredSource(None if source is None else str(source), territory)
    from geo.dataset.reading import FolderSource

    folder = FolderSource(Path(source))
    if territory not in (None, folder.territory):
        raise InputError(f"{source} is a folder of the territory {folder.territory!r}, not {territory!r}", "territory")
    return folder
