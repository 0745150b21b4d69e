"""Requests that wait for something new: no connection and no thread each, one announcement wakes them all."""

import asyncio
import contextlib

Ticket = asyncio.Future[None]


class Waiters:
    """Those who wait on the service's event loop for the next announcement."""

    def __init__(self) -> None:
        self._next: Ticket | None = None

    def wake(self) -> None:
        """Wake all who wait; may be called from any thread."""
        if (waiting := self._next) is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits
                waiting.get_loop().call_soon_threadsafe(self._wake)

    def ticket(self) -> Ticket:
        """Take this before looking, and wait for it after: what comes between is not missed."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        return self._next

    async def wait(self, ticket: Ticket, seconds: float) -> None:
        """Wait for the announcement after a ticket, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(ticket), seconds)

    def _wake(self) -> None:
        woken, self._next = self._next, None
        if woken is not None:
            woken.set_result(None)
