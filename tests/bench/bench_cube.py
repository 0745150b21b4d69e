"""Any window of the cube, beside DuckDB on Parquet and numpy on sorted rows, in the same run.

Run it from the project's root: ``python -m tests.bench.bench_cube`` (1 million reports; ``--full``: 10 million).
"""

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.cells import cells_of
from geo.cube import Cube, Query
from geo.cube_axes import CUBE_RESOLUTION, Axes, Facts
from tests.bench.harness import Method, Result, Size, at_most, one_by_one, peak_mb, times_faster

CATEGORIES = ("waste", "parking", "fire_risk")
FIRST, MONTHS = np.datetime64("2024-01", "M"), 24
WINDOWS, PEER_WINDOWS = 400, 20
_STATUS_SHARES = (0.05, 0.05, 0.83, 0.07)


def reports(n: int) -> Iterator[tuple[Facts, pa.Table]]:
    """Make a city's reports month by month: 80 % in the centre, a tenth as many people as reports."""
    random, axes = np.random.default_rng(0), Axes(CATEGORIES)
    for month in range(MONTHS):
        begin, end = (int((FIRST + month + more).astype("M8[D]").astype(np.int64)) for more in (0, 1))
        size = n // MONTHS
        central = random.random(size) < 0.8
        lon = np.where(central, random.normal(105.83, 0.05, size), random.uniform(105.3, 106.0, size))
        lat = np.where(central, random.normal(21.02, 0.05, size), random.uniform(20.6, 21.35, size))
        day, category = random.integers(begin, end, size), random.integers(1, 4, size)
        status, cell = random.choice(4, size, p=_STATUS_SHARES), cells_of(lon, lat, CUBE_RESOLUTION)
        none, one = np.zeros(size, np.int64), np.ones(size, np.int64)
        people = random.integers(1, max(n // 10, 2), size).astype(np.uint32)
        series = axes.series(category, status, none, none)
        table = pa.table({"day": day.astype(np.int32), "category": category.astype(np.int8), "cell": cell})
        yield Facts(day, series, axes.places(cell, lon, lat), people, one), table


def windows(n: int) -> Sequence[tuple[Query]]:
    """Draw windows of any length, of one category or all."""
    random = np.random.default_rng(1)
    first_day: dt.date = FIRST.astype("M8[D]").astype(dt.date)
    drawn = []
    for number in range(n):
        begin = int(random.integers(730))
        last = first_day + dt.timedelta(days=int(random.integers(begin, 731)))
        first = first_day + dt.timedelta(days=begin)
        drawn.append((Query(first, last, CUBE_RESOLUTION, ("waste",) if number % 2 else None),))
    return drawn


def numbers(query: Query) -> tuple[int, int, int]:
    """Give first day, last day and category, -1 for all, as the peers take them."""
    first, last = ((day - dt.date(1970, 1, 1)).days for day in (query.first, query.last))
    return first, last, -1 if query.categories is None else 1


def results(size: Size = Size()) -> list[Result]:  # noqa: B008 - it never changes
    n = size.of(10_000_000, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "reports.parquet"
        cube, seconds, writer = Cube(Axes(CATEGORIES)), 0.0, None
        for facts, table in reports(n):
            writer = writer or pq.ParquetWriter(file, table.schema)
            writer.write_table(table)
            start = time.perf_counter()
            cube = cube.extend(facts).folded()
            seconds += time.perf_counter() - start
            del facts, table
        writer.close()
        memory = peak_mb()
        ours = one_by_one("hientruong", cube.counts, windows(WINDOWS), 1e3)
        peers = [duckdb_on_parquet(file, cube), sorted_rows(file, cube)]
    methods = [ours, *peers]
    note = (
        f"Counts by cell of res 9, one category or all; p50, in brackets p99. Built in {seconds:.1f} s from arrays,"
        f" {cube.nbytes / 1e6:.0f} MB of cube, {memory:.0f} MB the whole process at its peak."
    )
    bars = [times_faster(methods, "DuckDB on Parquet", 10, 100), at_most(memory, 700, 400, "MB")]
    return [Result(f"heat map in process, any window of 2 years, {n:,} reports", "ms", methods, bars, note)]


def duckdb_on_parquet(file: Path, cube: Cube) -> Method:
    connection = duckdb.connect()
    question = (
        f"SELECT cell, count(*) AS n FROM '{file}' WHERE day BETWEEN ? AND ? AND (? = -1 OR category = ?)"
        " GROUP BY cell ORDER BY cell"
    )

    def count(query: Query) -> np.ndarray:
        first, last, category = numbers(query)
        return connection.execute(question, [first, last, category, category]).fetchnumpy()["n"]

    return agreeing("DuckDB on Parquet", count, cube)


def sorted_rows(file: Path, cube: Cube) -> Method:
    """Look through the rows between two places of a list by day."""
    table = pq.read_table(file).sort_by("day")
    days, categories = table["day"].to_numpy(), table["category"].to_numpy()
    cells, place = np.unique(table["cell"].to_numpy(), return_inverse=True)
    place = place.astype(np.int32)

    def count(query: Query) -> np.ndarray:
        first, last, category = numbers(query)
        rows = slice(*np.searchsorted(days, [first, last + 1]))
        chosen = place[rows] if category < 0 else place[rows][categories[rows] == category]
        counted = np.bincount(chosen, minlength=len(cells))
        return counted[counted > 0]

    return agreeing("numpy, rows by day", count, cube)


def agreeing(name: str, count, cube: Cube) -> Method:  # type: ignore[no-untyped-def]
    """Time a peer, if it gives the same counts."""
    calls = windows(PEER_WINDOWS)
    if any(not np.array_equal(count(query), cube.counts(query).count) for (query,) in calls[:4]):
        raise SystemExit(f"{name} does not agree")
    return one_by_one(name, count, calls, 1e3)


def main() -> None:
    for result in results(Size(quick="--full" not in sys.argv)):
        print(result.task)
        for method in result.methods:
            print(f"  {method.name:<20} p50 {method.value:8.2f} {result.unit}   p99 {method.slowest:8.2f}")
        for bar in result.bars:
            print(f"  bar: {bar.asked}, goal {bar.goal}: {bar.reached}")
        print(f"  {result.note}")


if __name__ == "__main__":
    main()
