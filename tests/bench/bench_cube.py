"""Heat maps of ten million reports through HTTP by the service as it is started, beside two peers; and its memory.

The peers are DuckDB on Parquet, in process, and PostgreSQL itself, which counts the rows of the service's own table.

Run it from the project's root: ``python -m tests.bench --one cube`` (``--quick``: 300,000 reports).
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import httpx
import numpy as np
import psycopg

from geo.hexagons.cells import cell_names, parent_masks
from tests.api.serving import api_key, started
from tests.bench.city import hanoi_database
from tests.bench.harness import Method, Result, Size, at_most, cpu_seconds, one_by_one, peak_mb, times_faster
from tests.bench.many_reports import CATEGORIES, FIRST, MONTHS, fill

HEAT_MAP, DUCKDB = "GET /v1/hexes", "DuckDB on Parquet, in process"
POSTGRESQL = "PostgreSQL, count by cell of the rows"
MIDDLE = "105.80,20.98,105.90,21.06"
ASKED, PEER_ASKED, SLOW_PEER_ASKED = 300, 20, 5
_FIRST_DAY: dt.date = FIRST.astype("M8[D]").astype(dt.date)
_DAYS = int(((FIRST + MONTHS).astype("M8[D]") - FIRST.astype("M8[D]")).astype(int))

Window = tuple[int, int, int]
"""First and last day since 1970, position of a category or -1 for all."""


def results(size: Size) -> Iterator[Result]:
    """Fill a database, start the service on it, and ask for windows of any length."""
    n = size.of(10_000_000, 300_000)
    with hanoi_database() as city:
        parquet = city.folder / "reports.parquet"
        begun = time.perf_counter()
        fill(city, n, parquet)
        filled = time.perf_counter() - begun
        key = api_key(city.url, "analyst")
        begun = time.perf_counter()
        with (
            started("serve", DATABASE_URL=city.url) as service,
            httpx.Client(base_url=service.address, headers=key, trust_env=False, timeout=600) as http,
            city.database.connect() as rows,
        ):
            process = service.process.pid
            until_counted(http)
            counted, peaks = time.perf_counter() - begun, {"until all are counted": peak_mb(process)}
            held = held_mb(process)
            note = (
                f"hientruong serve on PostgreSQL with {n:,} reports, laid into its tables by COPY without an import's"
                f" checks in {filled:.0f} s; counted {counted:.0f} s after the start. One client, one connection; JSON"
                " columns; any window of two years, one category or all, none asked twice."
            )
            yield heat_map(http, process, parquet, rows, n, 8, None, note)
            yield heat_map(
                http, process, parquet, rows, n, 9, MIDDLE, "As above; the cells that meet the middle of the city."
            )
            peaks["heat maps"] = peak_mb(process)
            whole = {"from": _FIRST_DAY, "to": _FIRST_DAY + dt.timedelta(days=_DAYS - 1), "format": "json", "res": 9}
            http.get("/v1/hotspots", params=whole).raise_for_status()
            peaks["hot spots of res 9"] = peak_mb(process)
            for month in ({"from": "2025-12-02", "to": "2025-12-31"}, {"from": "2025-06-01", "to": "2025-06-30"}):
                http.get("/v1/wards/ranking", params=month).raise_for_status()
            peaks["figures of wards, from memory and from the rows"] = peak_mb(process)
            httpx.get(f"{service.address}/v1/hexes?{urlencode(whole)}", trust_env=False, timeout=600).raise_for_status()
            peaks["what everybody may see"] = peak_mb(process)
            methods = [Method(f"peak, {what}", peak) for what, peak in peaks.items()]
            methods.append(Method("held after the start", held))
            bar = at_most(max(peaks.values()), 700, 400, "MB")
            yield Result(f"memory of the service with {n:,} reports", "MB", methods, [bar], "VmHWM and VmRSS, in turn.")


def until_counted(http: httpx.Client) -> None:
    """Ask until the reports are counted: a request waits for some seconds, then it is told to come again."""
    while http.get("/v1/extent").status_code == 503:
        continue


def heat_map(
    http: httpx.Client,
    process: int,
    parquet: Path,
    rows: psycopg.Connection,
    n: int,
    resolution: int,
    bbox: str | None,
    note: str,
) -> Result:
    """Time the same windows every way, once it is seen that they count alike; PostgreSQL, which is slow, only some."""
    database = duckdb.connect()
    question = (
        f"SELECT cell_{resolution} AS cell, count(*) AS n FROM '{parquet}'"
        " WHERE day BETWEEN ? AND ? AND (? = -1 OR category = ?) GROUP BY 1"
    )

    def ours(window: Window) -> httpx.Response:
        return http.get("/v1/hexes", params=parameters(window, resolution, bbox)).raise_for_status()

    def peer(window: Window) -> dict[str, np.ndarray]:
        return database.execute(question, [*window, window[2]]).fetchnumpy()

    keep, fill_up = parent_masks(resolution)
    of_rows = (
        f"SELECT cell & {keep} | {fill_up}, count(*) FROM report WHERE reported_at >= %s AND reported_at < %s"
        " AND (%s::text IS NULL OR category = %s) GROUP BY 1"
    )

    def by_rows(window: Window) -> list[tuple[int, int]]:
        first, last, category = window
        since, until = (f"{np.datetime64(day, 'D')} 00:00+07" for day in (first, last + 1))
        name = None if category < 0 else CATEGORIES[category]
        return rows.execute(of_rows, [since, until, name, name]).fetchall()

    asked = windows(ASKED)
    for window in asked[:3]:
        columns, found = ours(window).json()["columns"], peer(window)
        theirs = dict(zip(cell_names(found["cell"]).tolist(), found["n"].tolist(), strict=True))
        mine = dict(zip(columns["cell"], columns["count"], strict=True))
        agree = mine == (theirs if bbox is None else {cell: theirs.get(cell) for cell in mine})
        if not agree or dict(by_rows(window)) != dict(zip(found["cell"].tolist(), found["n"].tolist(), strict=True)):
            raise SystemExit("the methods do not agree")
    before = cpu_seconds(process)
    timed = one_by_one(HEAT_MAP, ours, [(window,) for window in asked], 1e3)
    taken = (cpu_seconds(process) - before) / len(asked) * 1e3
    methods = [
        timed,
        one_by_one(DUCKDB, peer, [(window,) for window in asked[:PEER_ASKED]], 1e3),
        one_by_one(POSTGRESQL, by_rows, [(window,) for window in asked[:SLOW_PEER_ASKED]], 1e3),
    ]
    bars = [at_most(timed.slowest or 0, 50, 50, "ms p99"), times_faster(methods, DUCKDB, 10, 100)]
    where = "the whole city" if bbox is None else "the middle of the city"
    task = f"heat map through HTTP, res {resolution}, {where}, {n:,} reports"
    fewer = (
        f"DuckDB is asked for the first {PEER_ASKED} of {ASKED} windows, PostgreSQL for the first {SLOW_PEER_ASKED}."
    )
    note = f"{note} {fewer} Time of a core in the server: {taken:.1f} ms a request."
    return Result(task, "ms", methods, bars, note)


def windows(n: int) -> Sequence[Window]:
    """Draw windows of any length, of one category or all."""
    random, first = np.random.default_rng(1), (_FIRST_DAY - dt.date(1970, 1, 1)).days
    begin = random.integers(0, _DAYS, n)
    end = random.integers(begin, _DAYS)
    category = np.where(np.arange(n) % 2, random.integers(0, len(CATEGORIES), n), -1)
    return list(zip((first + begin).tolist(), (first + end).tolist(), category.tolist(), strict=True))


def parameters(window: Window, resolution: int, bbox: str | None) -> dict[str, object]:
    """Ask for a window as a client does."""
    first, last, category = window
    asked: dict[str, object] = {"from": np.datetime64(first, "D"), "to": np.datetime64(last, "D"), "res": resolution}
    asked |= {} if category < 0 else {"category": CATEGORIES[category]}
    return asked | {"format": "json"} | ({} if bbox is None else {"bbox": bbox})


def held_mb(process: int) -> float:
    """Give the memory that a process holds, in MB (10^6 bytes)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS"))
