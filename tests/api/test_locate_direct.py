"""A lookup that is answered where its request is read gets what the application would have answered."""

import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.serving import api_key, serving
from tests.conftest import Database

INSIDE = "lon=105.868664&lat=20.998485"
QUERIES = [
    INSIDE,
    f"{INSIDE}&at=2024-01-05&accuracy=500&category=parking",
    "lon=105.97&lat=21.35",
    "lat=20.998485&lon=105.868664&at=2026-01-05&category=fire_risk",
    f"{INSIDE}&accuracy=20000",
    f"{INSIDE}&accuracy=0",
    f"{INSIDE}&at=1900-01-01",
    "lon=20.998485&lat=105.868664",
    "lon=105.868664",
    "",
]


@pytest.fixture(scope="module")
def http(bare_address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bare_address, trust_env=False) as client:
        yield client


def connected(address: str) -> socket.socket:
    where = urlsplit(address)
    return socket.create_connection((where.hostname, where.port), timeout=10)


def statuses(connection: socket.socket, count: int) -> list[str]:
    """Read so many answers of one connection, and give the status and the first bytes of each."""
    held, found = b"", []
    while len(found) < count:
        held += connection.recv(65536)
        while (head := held.find(b"\r\n\r\n")) >= 0:
            length = int(re.search(rb"content-length: (\d+)", held[:head]).group(1))
            if len(held) < head + 4 + length:
                break
            found.append((held[9:12] + b" " + held[head + 4 : head + 11]).decode())
            held = held[head + 4 + length :]
    assert held == b""
    return found


@pytest.mark.parametrize("query", QUERIES)
def test_the_answer_is_that_of_the_application(http: httpx.Client, query: str) -> None:
    """Which answers itself whoever wants the connection closed."""
    direct = http.get(f"/v1/locate?{query}")
    usual = http.get(f"/v1/locate?{query}", headers={"connection": "close"})
    assert (direct.status_code, direct.content) == (usual.status_code, usual.content)
    told, expected = dict(direct.headers), dict(usual.headers)
    del told["date"], expected["date"], expected["connection"]
    assert told == expected


def test_a_key_is_known_and_counted_and_an_invented_one_refused(bare: Database) -> None:
    with serving(bare.url, HIENTRUONG_RATE_PUBLIC="9", HIENTRUONG_RATE_KEY="3") as address:
        key, invented = api_key(bare.url, "router"), {"x-api-key": "ht_0000000000_nothing"}
        given = [{}, key, {"authorization": f"Bearer {key['x-api-key']}"}, key | {"connection": "close"}, key, invented]
        answers = [httpx.get(f"{address}/v1/locate?{INSIDE}", headers=each, trust_env=False) for each in given]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 401]
    left = [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers]
    assert left == ['"public";r=8', '"key";r=2', '"key";r=1', '"key";r=0', '"key";r=0', '"public";r=7']


def test_what_comes_on_one_connection_at_once_is_answered_in_turn(bare_address: str) -> None:
    """Lookups that are answered at once, others, and what is no lookup, each with and without a body."""
    inside, broken = f"GET /v1/locate?{INSIDE} HTTP/1.1", "GET /v1/locate?lon=200&lat=0 HTTP/1.1"
    points = '{"points": []}'
    post = f"POST /v1/locate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(points)}"
    asked = [inside, "GET /livez HTTP/1.1", inside, broken, inside, post, f"{inside}\r\nContent-Length: 2", inside]
    bodies = ["", "", "", "", "", points, "{}", ""]
    sent = "".join(f"{head}\r\nHost: localhost\r\n\r\n{body}" for head, body in zip(asked, bodies, strict=True))
    with connected(bare_address) as connection:
        connection.sendall(sent.encode())
        found = statuses(connection, len(asked))
        for byte in f"{inside}\r\nHost: localhost\r\n\r\n".encode():
            connection.sendall(bytes([byte]))
        found += statuses(connection, 1)
    located = '200 {"lon":'
    assert found == [located, '200 {"statu', located, '422 {"type"', located, '200 {"answe', located, located, located]


def test_each_is_counted_once(bare: Database) -> None:
    with serving(bare.url) as address, httpx.Client(base_url=address, trust_env=False) as http:
        for query in QUERIES:
            http.get(f"/v1/locate?{query}")
        told = http.get("/metrics").text
    counts = re.findall(r'hientruong_request_seconds_count{method="GET",route="/v1/locate",status="(\d+)"} (\S+)', told)
    assert sorted(counts) == [("200", "5.0"), ("404", "1.0"), ("422", "4.0")]
