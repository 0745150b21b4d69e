"""Opening a session: over a database, or over a folder."""

import os
import weakref
from pathlib import Path

from geo.errors import InputError
from geo.session import Session
from geo.session.source import Source


def open_session(source: str | os.PathLike[str] | None, territory: str | None) -> Session:
    """Open what `geo.connect` promises; it is closed at the end of the program, if nobody does it before."""
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
