"""Load on a server by raw sockets, so that the client costs less than what it measures."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from urllib.parse import urlsplit

import uvloop

CONNECTIONS = 32


def get(path: str) -> bytes:
    """Write a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Write a POST request."""
    named = headers | {"Host": "localhost", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def answer_size(held: bytes) -> int:
    """Tell how many bytes an answer with a Content-Length has, head included; 0 until the head is there."""
    head = held.find(b"\r\n\r\n")
    if head < 0:
        return 0
    if held[9:11] != b"20":
        raise SystemExit(f"the server does not answer as it should: {held[:300].decode()}")
    at = held.lower().index(b"content-length:") + 15
    return head + 4 + int(held[at : held.index(b"\r", at)])


class _Connection(asyncio.Protocol):
    """Sends one request after the other, each when the one before is answered."""

    def __init__(self, requests: Iterator[bytes], until: float, done: asyncio.Future[int]) -> None:
        self._requests = requests
        self._until = until
        self._done = done
        self._count = 0
        self._held = b""
        self._wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport
        transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._held += data
        if not self._wanted:
            self._wanted = answer_size(self._held)
        if not self._wanted or len(self._held) < self._wanted:
            return
        self._held, self._wanted = b"", 0
        self._count += 1
        if time.perf_counter() < self._until:
            self._transport.write(next(self._requests))
        else:
            self._done.set_result(self._count)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(SystemExit(f"the connection is gone: {error}"))


def microseconds_a_request(
    address: str, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS
) -> float:
    """Keep some connections busy for some time; microseconds from one answer to the next, of all together."""

    async def load() -> float:
        loop, where = asyncio.get_running_loop(), urlsplit(address)
        many, start = cycle(requests), time.perf_counter()
        done = [loop.create_future() for _ in range(connections)]
        for each in done:
            await loop.create_connection(
                lambda each=each: _Connection(many, start + seconds, each), where.hostname, where.port
            )
        answered = sum(await asyncio.gather(*done))
        return (time.perf_counter() - start) / answered * 1e6

    return uvloop.run(load())


def apart(*processes: int) -> None:
    """Put servers on one core and this process on the others: who asks takes no time from who answers."""
    cores = sorted(os.sched_getaffinity(0))
    for process in processes:
        os.sched_setaffinity(process, {cores[0]})
    os.sched_setaffinity(0, set(cores[1:] or cores))
