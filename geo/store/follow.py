"""Following the boundaries: told by the database when they change, and asked again after a lost connection."""

import datetime as dt
import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError

from geo.errors import SetupError
from geo.store.schema import Generation

_CHANNEL = "hientruong_boundaries"
_PAUSE_S = 0.1
"""What is announced so soon after the announcement before is answered together with what comes meanwhile: reports that
arrive one after the other would each be counted by themselves, which takes longer than to take them."""
_log = logging.getLogger(__name__)


def announce(connection: Connection) -> None:
    """Wake every process that follows, once the caller's transaction commits."""
    connection.execute(text(f"NOTIFY {_CHANNEL}"))


def boundaries_version(connection: Connection, territory: str) -> str:
    """Give a text that is another one whenever a generation is put into force, ended or retired."""
    query = select(Generation.id, Generation.valid_to).where(Generation.territory_id == territory)
    return str(connection.execute(query.where(Generation.state == "active").order_by(Generation.id)).all())


class Follower:
    """A thread that calls back when what it follows may have changed.

    Parameters
    ----------
    engine : Engine
        One of its connections listens.
    changed : callable
        Called after announcements, of which it may have been several, and after each new connection, as announcements
        may have been missed before it. What it raises is logged, and it is called again at the next occasion.
    channel : str
        What is announced there; boundaries if not given.
    today : callable, optional
        Gives a date; called back, too, when it gives another one.

    Attributes
    ----------
    listens : bool
        Whether there is a connection, and what was missed before it has been caught up with.
    lost : int
        How many connections were lost or could not be made.
    """

    def __init__(
        self,
        engine: Engine,
        changed: Callable[[], None],
        channel: str = _CHANNEL,
        today: Callable[[], dt.date | None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._changed = changed
        self._channel = channel
        self._today = today
        self.listens = False
        self.lost = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=channel, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the connection is given back."""
        self._stopped.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except (DBAPIError, psycopg.OperationalError, SetupError) as error:
                self.lost += 1
                _log.warning("following %s: %s; trying again", self._channel, str(error).splitlines()[0])
                self._stopped.wait(1.0)
            except Exception:
                _log.exception("following %s; trying again", self._channel)
                self._stopped.wait(1.0)
            finally:
                self.listens = False

    def _listen(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"LISTEN {self._channel}"))
            driver = connection.connection.driver_connection
            if driver is None:
                return
            day = self._today()
            self._changed()
            self.listens = True
            while not self._stopped.is_set():
                heard = list(driver.notifies(timeout=0.5, stop_after=1))
                if heard or self._today() != day:
                    day = self._today()
                    self._changed()
                    self._stopped.wait(_PAUSE_S)
