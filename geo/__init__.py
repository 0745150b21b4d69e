"""The core of Hiện Trường: places, time, cells, statistics; and, below it, the database (``geo.store``)."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what a session needs takes a second to import, and a service needs none of it
    from geo.session import Session

__all__ = ["connect"]


def connect(source: str | os.PathLike[str] | None = None, *, territory: str | None = None) -> "Session":
    """Open a session: GeoDataFrames with the answers that the API and the command line give.

    Parameters
    ----------
    source : str or path, optional
        ``"postgresql://user:password@host:5432/database"``, or a folder that `hientruong export` wrote, for which no
        database is needed. If not given: the database of DATABASE_URL, else the private one of HIENTRUONG_DATA_DIR,
        which is started if need be and stopped when its last user closes.
    territory : str, optional
        Id of a territory; HIENTRUONG_TERRITORY, else hanoi, if not given. A folder has one.

    Returns
    -------
    Session
        To be closed: by ``with``, by ``close()``, or at the latest when the program ends.

    Raises
    ------
    SetupError
        No database answers, or none can be started; says what to do.
    NotFoundError
        There is no such folder or territory, or it has no boundaries yet.

    Examples
    --------
    >>> with connect(folder) as db:
    ...     db.units(at="2025-07-01").shape[0]
    126
    """
    from geo.connecting import open_session

    return open_session(source, territory)
