"""Opening a session: over a database, or over a folder."""

import os
import weakref

from geo.session import Session
from geo.session.source import Source

_ADDRESS = "://"


def open_session(source: str | os.PathLike[str] | None, territory: str | None) -> Session:
    """Open what `geo.connect` promises; it is closed at the end of the program, if nobody does it before."""
    from geo.store.stored_source import StoredSource

    found: Source = StoredSource(None if source is None else str(source), territory)
    session = Session(found)
    weakref.finalize(session, found.close)
    return session
