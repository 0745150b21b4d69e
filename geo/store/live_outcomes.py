"""What became of the newest reports, in a process that answers: read once, kept up with the log, swapped whole.

What an event of the log tells is which report it happened to: its row is read anew, whatever happened. To read a row
once more changes nothing, so rows may be newer than the place in the log, and are never older.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from threading import Event, Lock
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from geo.errors import NotFoundError
from geo.lookup.dispatch import Dispatch
from geo.store import months
from geo.store.changes import Cursor, has_newer, read_horizon
from geo.store.fixed_rows import Table
from geo.store.freed_memory import give_back
from geo.store.ranking import COLUMNS, DAY, PERIOD, cases_of, given_of, read_rows
from geo.store.session import explained
from geo.units.jurisdiction import Layer
from geo.wards.recent import DAYS, Basis, Known, Recent

PAGE = 50_000
"""So many events are read at a time."""

_COLUMNS = COLUMNS | {
    "day": DAY,
    "report": (">i8", "substr(uuid_send(r.id), 9)"),
    "category": (">i4", "coalesce(array_position(%(categories)s::text[], r.category), 0) - 1"),
}
_CHANGED = """
    FROM (
        SELECT DISTINCT report_id, reported_at FROM report_event
        WHERE (xact, id) > (%(xact)s, %(event)s) AND (xact, id) <= (%(last_xact)s, %(last_event)s)
            AND reported_at >= %(since)s
    ) AS e JOIN report r ON r.id = e.report_id AND r.reported_at = e.reported_at
    WHERE r.territory_id = %(territory)s
"""
_PAGE_END = text("""
    SELECT xact, id FROM report_event WHERE (xact, id) > (:xact, :event) AND xact < :horizon
    ORDER BY xact, id OFFSET (:page - 1) LIMIT 1
""")
_NEWEST = text("SELECT max(reported_at) FROM report WHERE territory_id = :territory")
_DAY = dt.timedelta(days=1)


class LiveOutcomes:
    """Outcomes that can be refreshed by one thread while others read them.

    Parameters
    ----------
    engine : Engine
    dispatch : callable
        Gives the dispatch of now, whose calendar and categories the outcomes are told by.
    today : callable
        Gives the local date of now, whose wards the reports are in.
    """

    def __init__(self, engine: Engine, dispatch: Callable[[], Dispatch], today: Callable[[], dt.date]) -> None:
        self._engine = engine
        self._dispatch = dispatch
        self._today = today
        self._one_refresher = Lock()
        self._cursor = Cursor()
        self._recent: Recent | None = None
        self._tried = Event()

    def wait(self, seconds: float) -> Recent | None:
        """Give the outcomes, or None if there are none, or they are still being read after so many seconds."""
        self._tried.wait(seconds)
        return self._recent

    def refresh(self) -> bool:
        """Read the newest reports if there are none by what holds now, else all that the log has since.

        Returns
        -------
        bool
            Whether there are events that wait for an older transaction to end: it should be tried again soon.
        """
        with self._one_refresher:
            try:
                return self._refresh()
            finally:
                self._tried.set()

    def _refresh(self) -> bool:
        dispatch = self._dispatch()
        try:
            layer = dispatch.jurisdiction.layer_at(self._today())
        except NotFoundError:
            self._recent = None
            return False
        reading, recent = _Reading(dispatch, layer), self._recent
        with explained(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if recent is None or recent.basis != reading.basis:
                # In this order: what ended before the horizon was told is in the rows, and the rest in the log.
                cursor = Cursor(read_horizon(connection))
                recent = reading.newest(connection)
                self._recent, self._cursor = recent, cursor
                give_back()
            return self._follow(connection, reading, recent)

    def _follow(self, connection: Connection, reading: "_Reading", recent: Recent) -> bool:
        while True:
            horizon = read_horizon(connection)
            place = {"xact": self._cursor.xact, "event": self._cursor.event}
            full = connection.execute(_PAGE_END, place | {"horizon": horizon, "page": PAGE}).one_or_none()
            following = max(self._cursor, Cursor(horizon)) if full is None else Cursor(*full)
            recent = reading.followed(connection, recent, self._cursor, following)
            self._recent, self._cursor = recent, following
            if full is None:
                return has_newer(connection, horizon)


class _Reading:
    """How outcomes are read by what holds now."""

    def __init__(self, dispatch: Dispatch, layer: Layer) -> None:
        self._dispatch = dispatch
        self._layer = layer
        self._territory = dispatch.jurisdiction.territory
        self._unit_ids = sorted(unit.id for unit in layer.units)
        self.basis = Basis.of(dispatch, layer)
        self._given: dict[str, Any] = given_of(self._territory, layer) | {"categories": list(self.basis.categories)}

    def newest(self, connection: Connection) -> Recent:
        """Read the newest reports, half a month at a time into the past, until there are as many as are held."""
        recent = Recent(self.basis)
        for begin, end in self._parts(connection):
            if self._since(recent) < end:
                rows = read_rows(connection, _COLUMNS, PERIOD, self._given | {"since": begin, "until": end})
                recent = self._with(recent, rows)
        return recent

    def followed(self, connection: Connection, recent: Recent, after: Cursor, until: Cursor) -> Recent:
        """Read anew the reports that a part of the log is about."""
        place = {"xact": after.xact, "event": after.event, "last_xact": until.xact, "last_event": until.event}
        rows = read_rows(connection, _COLUMNS, _CHANGED, self._given | place | {"since": self._since(recent)})
        return self._with(recent, rows)

    def _parts(self, connection: Connection) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        newest = connection.scalar(_NEWEST, {"territory": self._territory.id})
        if newest is not None:
            for begin, end in reversed(months.within(connection, newest - DAYS * _DAY, newest + _DAY)):
                middle = begin + (end - begin) / 2
                yield from ((middle, end), (begin, middle))

    def _since(self, recent: Recent) -> dt.datetime:
        first = np.datetime64(recent.first, "D").astype(dt.date)
        return dt.datetime.combine(first, dt.time(), self._territory.zone)

    def _with(self, recent: Recent, rows: Table) -> Recent:
        if not len(rows["day"]):
            return recent
        cases = cases_of(self._layer, rows, by_point=False)
        category = rows["category"].astype(np.int16)
        known = Known.of(cases, self._unit_ids, self._dispatch.calendar, report=rows["report"], category=category)
        return recent.with_changed(rows["day"].astype(np.int64), known)
