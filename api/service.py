"""What the HTTP service holds: one engine, and one dispatch that is swapped whole."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.waiters import Waiters
from geo.dispatch import Dispatch
from geo.store.boundaries import read_dispatch
from geo.store.changes import CHANNEL as REPORTS
from geo.store.engine import open_engine
from geo.store.follow import Follower, boundaries_version
from geo.store.moves import has_moves, move_open_reports
from geo.store.rules import rules_version
from geo.store.session import Connection, explained
from geo.territory import Territory

Result = TypeVar("Result")


class Service:
    """The state of one serving process.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of the database.
    territory : str
        Id of the territory that is served.
    today : callable, optional
        Gives the local date of a territory; by default the clock's.
    """

    def __init__(self, url: str, territory: str, today: Callable[[Territory], dt.date] = Territory.today) -> None:
        self._engine = open_engine(url)
        self.territory = territory
        self._version, self.dispatch = self.ask(self._read)
        self._clock = today
        self._follower = Follower(self._engine, self._refresh, today=self._today)
        self.waiters = Waiters()
        self._reports = Follower(self._engine, self.waiters.wake, REPORTS)

    def _read(self, connection: Connection) -> tuple[tuple[str, int], Dispatch]:
        return self._read_version(connection), read_dispatch(connection, self.territory)

    def _read_version(self, connection: Connection) -> tuple[str, int]:
        return boundaries_version(connection, self.territory), rules_version(connection, self.territory)

    def _refresh(self) -> None:
        """Swap the dispatch whole if boundaries or rules changed; a request under way keeps the one it began with."""
        if self.ask(self._read_version) != self._version:
            self._version, self.dispatch = self.ask(self._read)
        self._move_open_reports()

    def _today(self) -> dt.date:
        return self._clock(self.dispatch.jurisdiction.territory)

    def _move_open_reports(self) -> None:
        """Let open reports follow boundaries that came into force at midnight, or while nobody served."""
        day = self._today()
        if self.ask(lambda connection: has_moves(connection, self.territory, day)):
            move_open_reports(self.ask, self.dispatch, day)

    def ask(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function in a transaction of its own."""
        with explained(), self._engine.begin() as connection:
            return question(connection)

    def ask_at_once(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function each of whose statements is a transaction of its own: for one, it saves two round trips."""
        with explained(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return question(connection)

    async def ask_aside(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function in a transaction, in a thread: other requests go on meanwhile."""
        return await run_in_threadpool(self.ask, question)

    def close(self) -> None:
        """Give the connections back."""
        self._follower.stop()
        self._reports.stop()
        self._engine.dispose()


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service)]
