"""A streamed body takes no more memory than a short one, however long it is."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tests.api.lookups import LINES
from tests.api.serving import Running, started
from tests.conftest import Database

MEGABYTE = 1 << 20
FEW, MANY = 20_000, 300_000


def test_a_long_body_of_lines_is_held_in_constant_memory(city_database: Database) -> None:
    with started("serve", DATABASE_URL=city_database.url) as service:
        before = settled(service)
        count, received = answers(service, MANY)
        grown = most_memory(service) - before
        service.stop()
    assert count == MANY
    assert received > 20 * MEGABYTE
    assert grown < 8 * MEGABYTE, f"{grown / MEGABYTE:.0f} MiB more"


def settled(service: Running) -> int:
    """Give the most memory once a short body adds nothing to it: imports and old boundaries come after the start."""
    most, now = 0, 1
    while now > most:
        most = now
        answers(service, FEW)
        time.sleep(1)
        now = most_memory(service)
    return most


def answers(service: Running, count: int) -> tuple[int, int]:
    """Send so many lines while the answers are read: how many came, and their bytes."""
    where = urlsplit(service.address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    connection.connect()
    reading = connection.sock.dup().makefile("rb")
    sending = Thread(
        target=lambda: connection.request(
            "POST", "/v1/locate", lines(count), {"content-type": LINES}, encode_chunked=True
        ),
        daemon=True,
    )
    sending.start()
    answer = http.client.HTTPResponse(connection.sock, method="POST")
    answer.fp = reading
    answer.begin()
    came = received = 0
    while part := answer.read(MEGABYTE):
        came += part.count(b"\n")
        received += len(part)
    sending.join()
    connection.close()
    return came, received


def lines(count: int) -> Iterator[bytes]:
    for start in range(0, count, 1_000):
        points = ({"lon": 105.8 + number * 1e-7, "lat": 21.0} for number in range(start, start + 1_000))
        yield b"".join(json.dumps(point).encode() + b"\n" for point in points)


def most_memory(service: Running) -> int:
    """Bytes that the process held at most, by Linux."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
