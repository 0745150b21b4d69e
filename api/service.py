"""What the HTTP service holds: one engine, and one dispatch that is swapped whole."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from geo.dispatch import Dispatch
from geo.store.boundaries import read_dispatch
from geo.store.engine import open_engine
from geo.store.follow import Follower, boundaries_version
from geo.store.rules import rules_version
from geo.store.session import Connection, explained

Result = TypeVar("Result")


class Service:
    """The state of one serving process.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of the database.
    territory : str
        Id of the territory that is served.
    """

    def __init__(self, url: str, territory: str) -> None:
        self._engine = open_engine(url)
        self._territory = territory
        self._version, self.dispatch = self.ask(self._read)
        self._follower = Follower(self._engine, self._refresh)

    def _read(self, connection: Connection) -> tuple[tuple[str, int], Dispatch]:
        return self._read_version(connection), read_dispatch(connection, self._territory)

    def _read_version(self, connection: Connection) -> tuple[str, int]:
        return boundaries_version(connection, self._territory), rules_version(connection, self._territory)

    def _refresh(self) -> None:
        """Swap the dispatch whole if boundaries or rules changed; a request under way keeps the one it began with."""
        if self.ask(self._read_version) != self._version:
            self._version, self.dispatch = self.ask(self._read)

    def ask(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function in a transaction of its own."""
        with explained(), self._engine.begin() as connection:
            return question(connection)

    async def ask_aside(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function in a transaction, in a thread: other requests go on meanwhile."""
        return await run_in_threadpool(self.ask, question)

    def close(self) -> None:
        """Give the connections back."""
        self._follower.stop()
        self._engine.dispose()


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(_service)]
