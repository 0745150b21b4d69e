"""Work that ends when its client goes away, also in the database."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

from geo.store.cancellable import Cancellable
from geo.store.session import Connection

Result = TypeVar("Result")
_CLIENT_CLOSED_REQUEST = 499
"""What logs call it; nobody is there to read it."""


class Dropping:
    """What one request asks of the database, cancelled when its client closes the connection.

    Parameters
    ----------
    request : Request
        Without a body that is still to be read.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._asked: list[Cancellable[Any]] = []

    def cancellable(self, question: Callable[[Connection], Result]) -> Cancellable[Result]:
        """Give a question that is cancelled with the request."""
        asked = Cancellable(question)
        self._asked.append(asked)
        return asked

    def asking(self, ask: Callable[[Cancellable[Any]], Any]) -> Callable[[Callable[[Connection], Any]], Any]:
        """Give what asks the database as another function does, but only until the client goes away."""
        return lambda question: ask(self.cancellable(question))

    async def run(self, work: Awaitable[Result]) -> Result:
        """Give what the work gives.

        Raises
        ------
        HTTPException
            Nobody waits for it any more.
        """
        working, gone = asyncio.ensure_future(work), asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise HTTPException(_CLIENT_CLOSED_REQUEST, "the client has closed the connection")
            return working.result()
        finally:
            gone.cancel()
            if not working.done():
                # First what has not begun, so that nothing is asked of the database after all that was is cancelled.
                working.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await working
                await run_in_threadpool(self._cancel)

    async def _gone(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass

    def _cancel(self) -> None:
        for asked in self._asked:
            asked.cancel()
