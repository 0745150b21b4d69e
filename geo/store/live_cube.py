"""The cube of a process that answers: read once, kept up, swapped whole."""

from collections.abc import Callable
from threading import Event, Lock

from sqlalchemy import Connection, Engine, text

from geo.counting.axes import Axes
from geo.counting.cube import Cube
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import Published
from geo.store.cube import Followed, follow, is_behind, read_cube
from geo.store.freed_memory import give_back

_BEHIND = text("SELECT count(*) FROM report_event WHERE (xact, id) > (:xact, :event) AND id <> ALL(:seen)")


class LiveCube:
    """A cube that can be refreshed by one thread while others read it.

    Parameters
    ----------
    engine : Engine
    dispatch : callable
        Gives the dispatch of now, whose boundaries and categories the cube counts by.
    """

    def __init__(self, engine: Engine, dispatch: Callable[[], Dispatch]) -> None:
        self._engine = engine
        self._dispatch = dispatch
        self._followed: Followed | None = None
        self._key: object = None
        self._there = Event()
        self._one_refresher = Lock()
        self._one_publisher = Lock()
        self._published: tuple[object, Published] | None = None

    def refresh(self) -> bool:
        """Read the cube if there is none for the boundaries of now, else all that the log has since.

        Returns
        -------
        bool
            Whether there are events that wait for an older transaction to end: it should be tried again soon.
        """
        with self._one_refresher:
            dispatch = self._dispatch()
            territory, layers = dispatch.jurisdiction.territory, dispatch.jurisdiction.layers
            categories = tuple(category.code for category in dispatch.categories)
            key = categories, tuple(layer.generation.id for layer in layers)
            if self._followed is None or key != self._key:
                self._followed, self._key = read_cube(self._engine, territory, Axes(categories, layers)), key
                give_back()
                self._there.set()
            while True:
                before = self._followed
                self._followed = follow(self._engine, territory, before)
                if not is_behind(before, self._followed):
                    return self._followed.held_back

    def wait(self, seconds: float) -> Cube | None:
        """Give the cube, or None if it is still being read after so many seconds."""
        self._there.wait(seconds)
        return None if self._followed is None else self._followed.cube

    @property
    def followed(self) -> Followed | None:
        """The cube of now and its place in the log; None while it is still being read."""
        return self._followed


def events_behind(connection: Connection, followed: Followed) -> int:
    """Count the events of the log that are not in the cube yet."""
    place = {"xact": followed.cursor.xact, "event": followed.cursor.event, "seen": followed.seen.tolist()}
    return connection.scalar(_BEHIND, place) or 0
