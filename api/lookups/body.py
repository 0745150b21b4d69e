"""The bytes of a request: counted while they come, and read as a file where a library wants one."""

from collections.abc import AsyncIterator, Iterable, Iterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.lookups.limits import MAX_BODY_BYTES, too_large


async def chunks_of(receive: Receive) -> AsyncIterator[bytes]:
    """Give the parts of a body as the server hands them over.

    Raises
    ------
    HTTPException
        413: there is more than `MAX_BODY_BYTES`.
    ClientDisconnect
        Nobody is there any more.
    """
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise too_large(f"the body is larger than {MAX_BODY_BYTES:,} bytes: send it in parts")
        more = message.get("more_body", False)
        if chunk:
            yield chunk


class Reader:
    """A file to read from, over parts of a body; no more than is asked for is held."""

    closed = False

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._held = bytearray()

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or those that there are."""
        while size < 0 or len(self._held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._held += chunk
        size = len(self._held) if size < 0 else size
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def close(self) -> None:
        """Be closed, as Arrow wants it of a file."""
        self.closed = True
