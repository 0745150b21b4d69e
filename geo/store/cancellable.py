"""A question to the database that another thread may cancel."""

from collections.abc import Callable
from concurrent.futures import CancelledError
from threading import Event, Lock
from typing import Generic, TypeVar

import psycopg

from geo.store.session import Connection

Result = TypeVar("Result")
_AGAIN_S = 0.1


class Cancellable(Generic[Result]):
    """A function that asks the database, and can be cancelled before and while it does.

    Parameters
    ----------
    question : callable
        What it gives is lost when it is cancelled, so it only reads.
    """

    def __init__(self, question: Callable[[Connection], Result]) -> None:
        self._question = question
        self._driver: psycopg.Connection | None = None
        # Held while the server is told, so that no statement is cancelled that comes after this question.
        self._telling = Lock()
        self._cancelled, self._ended = False, Event()

    def __call__(self, connection: Connection) -> Result:
        """Ask.

        Raises
        ------
        CancelledError
            It was cancelled before.
        """
        with self._telling:
            if self._cancelled:
                raise CancelledError
            self._driver = connection.connection.driver_connection
        try:
            return self._question(connection)
        finally:
            with self._telling:
                self._driver = None
            self._ended.set()

    def cancel(self) -> None:
        """Cancel each statement that runs until the question has ended; it may do other things between two of them."""
        self._cancelled = True
        while not self._ended.is_set():
            with self._telling:
                if self._driver is None:
                    return
                self._driver.cancel()
            self._ended.wait(_AGAIN_S)
