"""Lookups through HTTP, beside an empty FastAPI route and beside what pydantic and sjoin need; one worker each."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import orjson

from tests.api.serving import started
from tests.bench.city import hanoi_database
from tests.bench.harness import Method, Result, Size, cpu_seconds, times_faster
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

Load = tuple[str, int, Sequence[bytes], int]
"""Address, process, requests and connections."""


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
                ONE: (ours.address, ours.process.pid, [get(path) for path in singles], CONNECTIONS),
                ROUTER: (
                    ours.address,
                    ours.process.pid,
                    [get(f"{path}&accuracy=30&category=waste") for path in singles],
                    CONNECTIONS,
                ),
                EMPTY: (peer, process, [get("/empty")], CONNECTIONS),
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
                JSON: (ours.address, ours.process.pid, [post(path, body, json) for body in bodies], 4),
                RAW: (ours.address, ours.process.pid, [post(path, body, raw) for body in pairs], 4),
                SJOIN: (peer, process, [post("/sjoin", body, json) for body in bodies], 4),
            },
            rounds,
            (SJOIN, 8, 17),
        )


def measured(task: str, loads: dict[str, Load], rounds: int, bar: tuple[str, float, float]) -> Result:
    """Load each in turn, several times over, and take the best round of each."""
    for address, _, requests, connections in loads.values():
        microseconds_a_request(address, requests, 0.5, connections)
    each = [{name: one_round(load) for name, load in loads.items()} for _ in range(rounds)]
    best = {name: [min(both) for both in zip(*(one[name] for one in each), strict=True)] for name in loads}
    methods = [Method(name, clock) for name, (clock, _) in best.items()]
    peer, ours = bar[0], methods[0].name
    ratios = ", ".join(f"{one[peer][0] / one[ours][0]:.2g}" for one in each)
    processor = ", ".join(f"{name} {taken:,.0f} µs" for name, (_, taken) in best.items())
    note = f"{NOTE} Ratio by round: {ratios}. Time of a core in the server: {processor}."
    return Result(task, "µs a request", methods, [times_faster(methods, *bar)], note)


def one_round(load: Load) -> tuple[float, float]:
    """Load a server for a second: microseconds a request on the clock, and of a core in the server."""
    address, process, requests, connections = load
    clock, processor = time.perf_counter(), cpu_seconds(process)
    each = microseconds_a_request(address, requests, 1, connections)
    share = (cpu_seconds(process) - processor) / (time.perf_counter() - clock)
    return each, each * share


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
