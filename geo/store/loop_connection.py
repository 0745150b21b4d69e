"""One connection whose statements are waited for on an event loop: libpq, without a thread and without a cursor."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

_UNTOLD_S = 0.1
"""After so long it is looked for an answer unasked: of a connection that is reset uvloop tells once, and no more."""


class LoopConnection:
    """Runs prepared statements, one at a time; closes itself when the server is gone or a statement was broken off.

    Parameters
    ----------
    driver : psycopg.Connection
        Autocommitting, with its statements prepared.

    Attributes
    ----------
    closed : bool
        Whether nothing can be run any more.
    """

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver
        self._libpq = driver.pgconn
        self._libpq.nonblocking = 1
        self._socket = self._libpq.socket
        self._written = Transformer(driver)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)
        self._answer: asyncio.Future[None] | None = None
        self._results: list[PGresult] = []
        self.closed = False

    async def run(self, name: bytes, values: Sequence[Any]) -> int:
        """Run a statement, wait until it is committed, and count the rows that it wrote.

        Parameters
        ----------
        name : bytes
            Under which it is prepared.
        values : sequence
            What stands for ``$1``, ``$2`` ...

        Raises
        ------
        psycopg.Error
            PostgreSQL refused it, or is gone.
        """
        self._results.clear()
        self._answer = self._loop.create_future()
        self._looking = self._loop.call_later(_UNTOLD_S, self._look)
        try:
            self._libpq.send_query_prepared(name, self._written.dump_sequence(values, [PyFormat.TEXT] * len(values)))
            self._send()
            await self._answer
        except BaseException:  # what may still come would be taken for the next statement's
            self.close()
            raise
        finally:
            self._looking.cancel()
            self._answer = None
        for result in self._results:
            if result.status != ExecStatus.COMMAND_OK:
                raise errors.error_from_result(result)
        return self._results[0].command_tuples or 0

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            self.closed = True
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._driver.close()

    def _send(self) -> None:
        """Send what the socket takes, and the rest when it takes more."""
        if self._libpq.flush():
            self._loop.add_writer(self._socket, self._send_more)

    def _send_more(self) -> None:
        try:
            if not self._libpq.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.OperationalError as error:
            self._lost(error)

    def _read(self) -> None:
        """Take what came; a statement is committed when no further result of it comes."""
        try:
            self._libpq.consume_input()
            while self._answer is not None and not self._answer.done() and not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    self._answer.set_result(None)
                else:
                    self._results.append(result)
        except psycopg.OperationalError as error:
            self._lost(error)

    def _look(self) -> None:
        self._looking = self._loop.call_later(_UNTOLD_S, self._look)
        self._read()

    def _lost(self, error: psycopg.OperationalError) -> None:
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
