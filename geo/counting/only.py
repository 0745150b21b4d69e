"""Which reports count, by what the cube does not know of them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from geo.hexagons.boxes import Box


@dataclass(frozen=True)
class Only:
    """Which reports count, by what the cube does not know of them.

    Parameters
    ----------
    channels : tuple of str
        Any of these; all if empty.
    overdue : bool
        Only those that should have been answered by now and are not.
    status_at : date, optional
        The statuses of the query are those at the end of this local day, as the events tell them: what had not come in
        by then had none.
    near : (west, south, east, north), optional
        Only points in this box.
    """

    channels: tuple[str, ...] = ()
    overdue: bool = False
    status_at: dt.date | None = None
    near: Box | None = None


EVERYTHING: Final = Only()


def only_words(only: Only, statuses: tuple[str, ...] | None, *, duplicates: bool) -> dict[str, Any]:
    """Tell which reports are meant besides period and categories: parameters and values, those that were given.

    Examples
    --------
    >>> only_words(Only(channels=("app",)), ("waiting",), duplicates=False)
    {'status': ('waiting',), 'channel': ('app',), 'duplicates': False}
    """
    said = {
        "status": statuses,
        "status_at": only.status_at and only.status_at.isoformat(),
        "channel": only.channels,
        "overdue": only.overdue,
    }
    given = {name: value for name, value in said.items() if value}
    return given if duplicates else given | {"duplicates": False}
