"""`hientruong locate --file` on millions of points: how long, and how much memory at most."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tests.api.serving import COMMAND, clean_environment
from tests.bench.city import hanoi_database
from tests.bench.harness import Method, Result, Size
from tests.bench.points import city_points
from tests.geo.coverages import hanoi


def results(size: Size) -> Iterator[Result]:
    """Locate a small file and a large one in each format: memory must not grow with the file."""
    few, many = size.of(100_000, 10_000), size.of(10_000_000, 500_000)
    with hanoi_database() as city:
        for suffix in (".parquet", ".csv"):
            small, _ = located(city.url, city.folder, few, suffix)
            peak, seconds = located(city.url, city.folder, many, suffix)
            methods = [Method(f"{many:,} points", peak), Method(f"{few:,} points", small)]
            note = (
                f"{many:,} points took {seconds:.0f} s with the distance to the border: {many / seconds:,.0f} a second."
            )
            yield Result(f"most memory of `hientruong locate --file points{suffix}`", "MB", methods, note=note)


def located(url: str, folder: Path, count: int, suffix: str) -> tuple[float, float]:
    """Locate so many points: the most memory that the process held in MB (10^6 bytes), and seconds."""
    points, out = folder / f"points{suffix}", folder / f"located{suffix}"
    write(points, count)
    start = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "locate", "--file", points, "--out", out, "--at", "2026-01-05"],
        env=clean_environment(DATABASE_URL=url),
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit("hientruong locate --file failed: see above")
    points.unlink()
    out.unlink()
    return usage.ru_maxrss * 1024 / 1e6, seconds


def write(path: Path, count: int) -> None:
    """Write points as reports are, with seven digits."""
    lon, lat = city_points(hanoi(), count)
    table = pa.table({"id": np.arange(count), "lon": lon.round(7), "lat": lat.round(7)})
    if path.suffix == ".csv":
        pacsv.write_csv(table, path)
    else:
        pq.write_table(table, path)
