"""Work that ends when its client goes away."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from fastapi import HTTPException, Request

Result = TypeVar("Result")
_CLIENT_CLOSED_REQUEST = 499
"""What logs call it; nobody is there to read it."""


async def unless_dropped(request: Request, work: Awaitable[Result]) -> Result:
    """Give what the work gives, or cancel it once the client has closed the connection.

    Raises
    ------
    HTTPException
        Nobody waits for the answer any more.
    """
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise HTTPException(_CLIENT_CLOSED_REQUEST, "the client has closed the connection")
    finally:
        gone.cancel()
        working.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await working


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
