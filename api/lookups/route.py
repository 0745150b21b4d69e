"""`/v1/locate` as ASGI: one point in the query of a GET, many in the body of a POST."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus

import orjson
from anyio import CapacityLimiter, from_thread, to_thread
from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from api.lookups.body import chunks_of
from api.lookups.limits import MAX_BODY_BYTES, too_large
from api.lookups.media import Format, format_of_answer, format_of_body
from api.lookups.points import Lookup
from api.lookups.questions import Many, One, read_query
from geo.errors import HienTruongError
from geo.lookup.answer import locate
from geo.lookup.dispatch import Dispatch

_AT_ONCE = 65_536
"""Bytes of a body that are answered without a thread: a few milliseconds' work."""

_WIDE_M = 1_000.0
"""A disc of accuracy that is wider is shared between units in a thread: it may have every border of a city in it."""

_THREADS = 16
"""Requests that are answered in threads at one time; others wait."""


class LocateRoute:
    """Answer `/v1/locate`. Errors leave as exceptions, for the application's handlers."""

    def __init__(self) -> None:
        self._threads = CapacityLimiter(_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        dispatch: Dispatch = scope["app"].state.service.dispatch
        method = scope["method"]
        if method in ("GET", "HEAD"):
            asked = read_query(scope["query_string"], One)
            if takes_long(asked):
                body = await to_thread.run_sync(answer_one, dispatch, asked, limiter=self._threads)
            else:
                body = answer_one(dispatch, asked)
            await _answer(send, "application/json", body, with_body=method == "GET")
        elif method == "POST":
            await self._many(dispatch, scope, receive, send)
        else:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD, POST"})

    async def _many(self, dispatch: Dispatch, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        coming = format_of_body(headers.get("content-type"), headers.get("content-encoding"))
        going = format_of_answer(headers.get("accept"), coming)
        lookup = Lookup(dispatch, read_query(scope["query_string"], Many))
        lookup.check()
        length = headers.get("content-length", "")
        size = int(length) if length.isdecimal() else None
        if size is not None and size > MAX_BODY_BYTES:
            raise too_large(f"the body is larger than {MAX_BODY_BYTES:,} bytes: send it in parts")
        work = partial(_answered, lookup, coming, going)
        try:
            if size is not None and size <= _AT_ONCE:
                came = b"".join([chunk async for chunk in chunks_of(receive)])
                if _measures(lookup, came):
                    body = await to_thread.run_sync(_whole, work, came, limiter=self._threads)
                else:
                    body = _whole(work, came)
                await _answer(send, going.media_type, body)
            else:
                await self._stream(work, going.media_type, receive, send)
        except ClientDisconnect:
            return

    async def _stream(
        self, work: Callable[[Iterable[bytes]], Iterator[bytes]], media_type: str, receive: Receive, send: Send
    ) -> None:
        """Work in a thread, which asks the event loop for what comes and hands it what goes; neither is kept."""
        incoming, begun = chunks_of(receive), False

        def pull() -> Iterator[bytes]:
            while (chunk := from_thread.run(_next, incoming)) is not None:
                yield chunk

        async def push(piece: bytes, more: bool = True) -> None:
            nonlocal begun
            if not begun:
                begun = True
                await send(_start([(b"content-type", media_type.encode())]))
            await send({"type": "http.response.body", "body": piece, "more_body": more})

        def run() -> None:
            for piece in work(pull()):
                from_thread.run(push, piece)

        try:
            await to_thread.run_sync(run, limiter=self._threads)
        except (HTTPException, HienTruongError):
            if not begun:
                raise
            return  # the server breaks an answer off that is not ended, so nobody takes it for whole
        await push(b"", more=False)


def takes_long(asked: One) -> bool:
    """Whether to answer takes so long that the event loop should not wait for it."""
    return asked.accuracy is not None and asked.accuracy > _WIDE_M


def answer_one(dispatch: Dispatch, asked: One) -> bytes:
    """Say whose a point is, as JSON."""
    return orjson.dumps(locate(dispatch, asked.lon, asked.lat, asked.at, asked.accuracy, asked.category))


def _answered(lookup: Lookup, coming: Format, going: Format, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Turn the parts of a body into the parts of the answer."""
    return going.write(map(lookup.answer, coming.read(chunks, lookup)), lookup)


def _measures(lookup: Lookup, body: bytes) -> bool:
    """Whether distances to borders may be asked for, of which each takes as long as a hundred points."""
    return "border_m" in lookup.fields or lookup.common.accuracy is not None or b"accuracy" in body


def _whole(work: Callable[[Iterable[bytes]], Iterator[bytes]], body: bytes) -> bytes:
    return b"".join(work([body] if body else []))


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    return await anext(chunks, None)


def _start(headers: list[tuple[bytes, bytes]]) -> dict[str, object]:
    return {"type": "http.response.start", "status": HTTPStatus.OK.value, "headers": headers}


async def _answer(send: Send, media_type: str, body: bytes, with_body: bool = True) -> None:
    length = str(len(body)).encode()
    await send(_start([(b"content-type", media_type.encode()), (b"content-length", length)]))
    await send({"type": "http.response.body", "body": body if with_body else b""})
