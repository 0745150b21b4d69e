"""`hientruong locate --file` on millions of points: how long, and how much memory at most."""

import subprocess
import sys
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

# A child begins with the memory of its parent in Linux's count, so a small process starts it, not this one.
_PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
    " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def results(size: Size) -> Iterator[Result]:
    """Locate a small file and a large one in each format: memory must not grow with the file."""
    few, many = size.of(1_000_000, 100_000), size.of(10_000_000, 500_000)
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
    command = [str(COMMAND), "locate", "--file", str(points), "--out", str(out), "--at", "2026-01-05"]
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *command],
        env=clean_environment(DATABASE_URL=url),
        stdout=subprocess.PIPE,
        check=True,
    )
    seconds = time.perf_counter() - start
    points.unlink()
    out.unlink()
    return int(done.stdout) * 1024 / 1e6, seconds


def write(path: Path, count: int) -> None:
    """Write points as reports are, with seven digits."""
    lon, lat = city_points(hanoi(), count)
    table = pa.table({"id": np.arange(count), "lon": lon.round(7), "lat": lat.round(7)})
    if path.suffix == ".csv":
        pacsv.write_csv(table, path)
    else:
        pq.write_table(table, path)
