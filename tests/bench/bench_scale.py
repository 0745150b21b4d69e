"""Files of points on the workers of Dask: one worker and two, what a million points cost, and memory as rows grow.

Points are made on the fly, a file a task, and nothing of them is kept.
"""

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import Client, LocalCluster

from geo.counting.counted_file import Counted, count_file
from geo.counting.cube import Query
from geo.hotspots.question import Window
from geo.lookup.dispatch import Dispatch
from geo.lookup.located_file import locate_file
from geo.scale import connect
from geo.scale.cluster import each
from geo.store.boundaries import read_dispatch
from geo.store.engine import open_engine
from geo.units.territory import CATEGORIES, HANOI
from tests.bench.city import hanoi_database
from tests.bench.harness import Method, Result, Size, peak_mb

ROWS = 250_000
"""Points of a file."""
DAY = dt.date(2026, 1, 5)
WINDOW = Window(dt.date(2025, 1, 1), dt.date(2025, 12, 31), ("waste",))
EXTENT = (105.28, 20.56, 106.03, 21.39)
"""Of Hanoi, in degrees."""
Work = Callable[[Any, int], object]


def write_points(path: Path, number: int, extent: tuple[float, float, float, float]) -> None:
    """Write a file of reports, four in five around the centre; another number gives other ones."""
    random = np.random.default_rng(number)
    west, south, east, north = extent
    central = random.random(ROWS) < 0.8
    lon = np.where(central, random.normal(105.83, 0.04, ROWS), random.uniform(west, east, ROWS))
    lat = np.where(central, random.normal(21.02, 0.035, ROWS), random.uniform(south, north, ROWS))
    since = np.datetime64(WINDOW.first) + random.integers(0, 365 * 86_400, ROWS).astype("timedelta64[s]")
    status, codes = np.full(ROWS, "waiting"), [category.code for category in CATEGORIES]
    columns = {"lon": lon, "lat": lat, "reported_at": since, "category": random.choice(codes, ROWS), "status": status}
    pq.write_table(pa.table(columns), path)


def locate(dispatch: Dispatch, number: int) -> int:
    """Make a file, and write the same with the unit and the distance to the border of each point."""
    with tempfile.TemporaryDirectory() as name:
        points, out = Path(name) / "points.parquet", Path(name) / "located.parquet"
        write_points(points, number, dispatch.jurisdiction.extent)
        return locate_file(dispatch, points, out, day=DAY, with_points=True).rows


def count(counted: Counted, number: int) -> int:
    """Make a file, and count its reports of a category and a year by cell."""
    with tempfile.TemporaryDirectory() as folder:
        points = Path(folder) / "points.parquet"
        write_points(points, number, EXTENT)
        return int(count_file(counted, points)[0].count.sum())


@contextmanager
def workers(count: int) -> Iterator[Client]:
    """Start workers of one thread each on this machine."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            local_directory=folder,
        ) as cluster,
        connect(cluster.scheduler_address) as client,
    ):
        client.wait_for_workers(count)
        yield client


def seconds(client: Client, shared: Any, work: Work, files: int) -> float:
    """Time a million points: from when each worker has what is sent to it once, and has done its first file."""
    beginners = len(client.nthreads())
    ends = [time.perf_counter() for _ in each(client, shared, work, range(files), lambda *_: None)]
    return (ends[-1] - ends[beginners - 1]) / (files - beginners) / ROWS * 1e6


def most_memory(client: Client) -> float:
    """Give the most memory that a worker ever held, in MB."""
    return max(client.run(peak_mb).values())


def results(size: Size) -> Iterator[Result]:
    """Do the same by two workers and by one; then more and more by the two, which keep nothing of it."""
    few, many = 4, size.of(16, 6)
    dispatch = hanoi()
    codes = tuple(category.code for category in dispatch.categories)
    counted = Counted(codes, HANOI.time_zone, Query(WINDOW.first, WINDOW.last, 8), (WINDOW,))
    works = (("locate", locate, dispatch), ("count", count, counted))
    with workers(2) as client:
        for _ in range(2):  # they keep what they import
            seconds(client, counted, count, few)
            seconds(client, dispatch, locate, few)
        two = {name: seconds(client, shared, work, many) for name, work, shared in works}
    with workers(1) as client:
        one = {name: seconds(client, shared, work, many) for name, work, shared in works}
    for name in two:
        methods = [Method("two workers", two[name]), Method("one worker", one[name])]
        note = f"{many} files of {ROWS:,} points each, which are made within the time."
        yield Result(f"{name} files of points on Dask, a million points", "s", methods, note=note)
    cost, memory = [], []
    with workers(2) as client:
        for files in (few, *size.of((40, 200), (6,))):
            name = f"{files * ROWS:,} points"
            cost.append(Method(name, seconds(client, dispatch, locate, files)))
            memory.append(Method(name, most_memory(client)))
    yield Result("locate more and more points on two workers of Dask, a million points", "s", cost)
    yield Result("most memory of a worker of Dask, of more and more points", "MB", memory)


def hanoi() -> Dispatch:
    """Read the boundaries and rules that the service has."""
    with hanoi_database() as city:
        engine = open_engine(city.url)
        with engine.begin() as connection:
            dispatch = read_dispatch(connection, HANOI.id)
        engine.dispose()
    return dispatch
