"""Lookups through HTTP, beside an empty FastAPI route and beside what pydantic and sjoin need; one worker each."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import orjson

from tests.api.serving import started
from tests.bench.city import hanoi_database
from tests.bench.harness import Method, Result, Size, times_faster
from tests.bench.http_load import CONNECTIONS, apart, get, microseconds_a_request, post
from tests.bench.points import city_points
from tests.geo.coverages import hanoi

ONE, ROUTER, EMPTY = "GET /v1/locate", "GET /v1/locate with accuracy and category", "an empty FastAPI route"
JSON, RAW, SJOIN = "POST /v1/locate, JSON", "POST /v1/locate, bare pairs", "pydantic + sjoin covered_by"
POINTS, DAY = 1_000, "2026-01-05"
NOTE = (
    f"{CONNECTIONS} connections (4 for many points), keep-alive, both servers on one core and the client on another, in"
    " alternating rounds; time from one answer to the next."
)

Load = tuple[str, Sequence[bytes], int]
"""Address, requests and connections."""


def results(size: Size) -> Iterator[Result]:
    """Ask the service as it is started by `hientruong serve`."""
    rounds = size.of(7, 2)
    lon, lat = (each.tolist() for each in city_points(hanoi(), 20_000))
    with (
        hanoi_database() as city,
        started("serve", DATABASE_URL=city.url) as ours,
        peers() as (peer, process),
    ):
        apart(ours.process.pid, process)
        singles = [f"/v1/locate?lon={x}&lat={y}&at={DAY}" for x, y in zip(lon, lat, strict=True)]
        yield measured(
            "one lookup through HTTP",
            {
                ONE: (ours.address, [get(path) for path in singles], CONNECTIONS),
                ROUTER: (ours.address, [get(f"{path}&accuracy=30&category=waste") for path in singles], CONNECTIONS),
                EMPTY: (peer, [get("/empty")], CONNECTIONS),
            },
            rounds,
            (EMPTY, 1.5, 3),
        )
        bodies = [
            orjson.dumps({"points": [{"lon": x, "lat": y} for x, y in points]})
            for points in batches(list(zip(lon, lat, strict=True)))
        ]
        assert_same(ours.address, peer, bodies[0])
        pairs = [lonlat(points) for points in batches(list(zip(lon, lat, strict=True)))]
        json, raw = {"Content-Type": "application/json"}, {"Content-Type": "application/octet-stream"}
        path = f"/v1/locate?at={DAY}"
        yield measured(
            f"{POINTS:,} points in one request through HTTP",
            {
                JSON: (ours.address, [post(path, body, json) for body in bodies], 4),
                RAW: (ours.address, [post(path, body, raw) for body in pairs], 4),
                SJOIN: (peer, [post("/sjoin", body, json) for body in bodies], 4),
            },
            rounds,
            (SJOIN, 8, 17),
        )


def measured(task: str, loads: dict[str, Load], rounds: int, bar: tuple[str, float, float]) -> Result:
    """Load each in turn, several times over, and take the best round of each."""
    for address, requests, connections in loads.values():
        microseconds_a_request(address, requests, 0.5, connections)
    each = [{name: microseconds_a_request(a, r, 1, c) for name, (a, r, c) in loads.items()} for _ in range(rounds)]
    methods = [Method(name, min(one[name] for one in each)) for name in loads]
    ratios = ", ".join(f"{one[bar[0]] / one[methods[0].name]:.2g}" for one in each)
    return Result(task, "µs a request", methods, [times_faster(methods, *bar)], f"{NOTE} Ratio by round: {ratios}.")


@contextmanager
def peers() -> Iterator[tuple[str, int]]:
    """Serve the peers: address and process."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.http_peers"], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.terminate()
        process.wait()


def batches(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    return [points[start : start + POINTS] for start in range(0, len(points), POINTS)]


def lonlat(points: list[tuple[float, float]]) -> bytes:
    return np.array(points, dtype="<f8").tobytes()


def assert_same(ours: str, peer: str, body: bytes) -> None:
    """See that both give every point to the same unit (ours also gives banks and gaps to the nearest)."""
    answers = [
        orjson.loads(
            urllib.request.urlopen(urllib.request.Request(url, body, {"content-type": "application/json"})).read()
        )
        for url in (f"{ours}/v1/locate?at={DAY}", f"{peer}/sjoin")
    ]
    pairs = zip(*(found["answers"] for found in answers), strict=True)
    if any(mine["unit_code"] != theirs["unit_code"] for mine, theirs in pairs if mine["how"] != "nearest"):
        raise SystemExit("the methods do not agree on units")
