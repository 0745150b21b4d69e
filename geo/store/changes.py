"""The change log: every event of every report, in an order that a follower can trust.

The events are the log. Their ids come from a sequence, and a transaction that took an early id may commit after one
that took a late id; who follows by id alone misses it. So the order is that of (transaction, id), and what is read
ends before the oldest transaction that still runs: all transactions before that one have ended, none can add anything
behind the reader's back. A transaction that stays open holds followers up, and never makes them miss a thing.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from geo.columns import Columns, Integers, Moments, Words, column
from geo.errors import InputError

CHANNEL = "hientruong_reports"
"""Told by the database, once for each transaction that added events, when it has committed."""


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in the log: all before it has been read.

    Examples
    --------
    >>> Cursor.parse("12-0") < Cursor.parse("12-7") < Cursor.parse("100-1")
    True
    >>> str(Cursor(12, 7))
    '12-7'
    """

    xact: int = 0
    event: int = 0

    def __str__(self) -> str:
        """Write it as a client keeps it."""
        return f"{self.xact}-{self.event}"

    @classmethod
    def parse(cls, written: str) -> "Cursor":
        """Read a cursor; InputError if it is none. ``0`` is the beginning."""
        parts = written.split("-")
        if len(parts) <= 2 and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            return cls(*map(int, parts))
        raise InputError(f"{written!r:.40} is no place in the log: use a cursor as it was given, or 0", "after")


@dataclass(frozen=True)
class Changes(Columns):
    """Events in the order of the log; what a follower needs to keep counts, and nothing personal.

    Parameters
    ----------
    xact, event : ndarray of int64, shape (n,)
        Their places in the log.
    at, reported_at : ndarray of datetime64[us]
        UTC: when it happened, and when the report was made.
    kind, category, unit_code : ndarray of str
        The unit is the report's unit now.
    report : ndarray of UUID
    cell : ndarray of int64
        At resolution 12.
    before, status : ndarray of str
        Status before (None for the first event) and after. One counted less there, one more here: in any order
        these add up, even if two events of a report are read in another order than they happened.
    """

    xact: Integers
    event: Integers
    at: Moments
    kind: Words
    report: Words
    reported_at: Moments
    category: Words
    cell: Integers
    unit_code: Words
    before: Words
    status: Words


@dataclass(frozen=True)
class Page:
    """Some of the log.

    Parameters
    ----------
    changes : Changes
    next : Cursor
        Where to go on.
    horizon : Cursor
        Up to here the log is final; nothing will be added before.
    held_back : bool
        Whether there are events beyond, which wait for an older transaction to end.
    """

    changes: Changes
    next: Cursor
    horizon: Cursor
    held_back: bool


_HORIZON = text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")

_PAGE = text("""
    SELECT e.xact, e.id, e.at, e.kind, e.report_id, e.reported_at, r.category, r.cell, u.code, e.before, e.status,
        r.territory_id = :territory AS ours
    FROM (
        SELECT * FROM report_event WHERE (xact, id) > (:after_xact, :after_event) AND xact < :horizon
        ORDER BY xact, id LIMIT :limit
    ) AS e
    JOIN report r ON r.id = e.report_id AND r.reported_at = e.reported_at
    JOIN unit u ON u.id = r.unit_id
    ORDER BY e.xact, e.id
""")

_NEWER = text("SELECT EXISTS (SELECT FROM report_event WHERE xact >= :horizon)")


def read_changes(connection: Connection, territory: str, after: Cursor, limit: int) -> Page:
    """Read the log from a place on.

    Parameters
    ----------
    connection : Connection
        Not in a transaction of level REPEATABLE READ: what the horizon allows must be seen, too.
    territory : str
        Id of the territory; events of others are passed over.
    after : Cursor
        As an earlier page gave it as ``next``; ``Cursor()`` is the beginning.
    limit : int
        At most so many events are looked at.

    Returns
    -------
    Page
    """
    # Two statements: what had ended at the first is seen by the second.
    horizon = Cursor(read_horizon(connection))
    found = {"territory": territory, "after_xact": after.xact, "after_event": after.event, "limit": limit}
    rows = connection.execute(_PAGE, found | {"horizon": horizon.xact}).all()
    held_back = has_newer(connection, horizon.xact)
    # A full page ends with its last row; else all up to the horizon has been read.
    following = Cursor(rows[-1].xact, rows[-1].id) if len(rows) == limit else max(after, horizon)
    return Page(_columns([row[:-1] for row in rows if row.ours]), following, horizon, held_back)


def read_horizon(connection: Connection) -> int:
    """Give the oldest transaction that still runs: all before it have ended, and what they did is in the log."""
    return int(connection.scalar(_HORIZON) or 0)


def has_newer(connection: Connection, horizon: int) -> bool:
    """Tell whether there are events from a transaction on, which must wait for it to end."""
    return bool(connection.scalar(_NEWER, {"horizon": horizon}))


def _columns(rows: list[tuple[Any, ...]]) -> Changes:
    values = list(zip(*rows, strict=True)) or [()] * len(_FIELDS)
    return Changes(**{name: _READ[name](given) for name, given in zip(_FIELDS, values, strict=True)})


def _integers(values: Sequence[int]) -> Integers:
    return np.array(values, dtype=np.int64)


def _moments(values: Sequence[dt.datetime]) -> Moments:
    return np.array([value.astimezone(dt.UTC).replace(tzinfo=None) for value in values], dtype="datetime64[us]")


_FIELDS = tuple(Changes.__dataclass_fields__)
_READ: dict[str, Callable[[Any], Any]] = dict.fromkeys(_FIELDS, column) | {
    "xact": _integers,
    "event": _integers,
    "cell": _integers,
    "at": _moments,
    "reported_at": _moments,
}
