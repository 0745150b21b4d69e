"""Point to unit, in bulk and one at a time, beside what others need for the same points in the same run.

Run it from the project's root: ``python -m tests.bench.bench_locate``.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import geopandas
import numpy as np
import pyarrow
import sedonadb
import shapely

from geo.locator import Locator
from geo.store.cluster import PrivateCluster
from tests.conftest import reachable_folder
from tests.geo.coverages import Coverage, hanoi

OURS = "Locator"
BULK_POINTS = 1_000_000
SINGLE_POINTS = 20_000

Points = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Row:
    """One method's seconds a point; where points come one by one, at the median and for the slowest hundredth."""

    task: str
    method: str
    median: float
    slowest: float | None = None


def city_points(coverage: Coverage, count: int) -> Points:
    """Scatter points as reports are: four in five where the small units are, the rest anywhere in the extent."""
    random = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(coverage.polygons)
    small = coverage.polygons[np.argsort(shapely.area(coverage.polygons))[: len(coverage.polygons) // 4]]
    centre = np.median(shapely.get_coordinates(shapely.centroid(small)), axis=0)
    clustered = random.normal(centre, [0.04, 0.035], (count * 4 // 5, 2))
    anywhere = random.uniform([west, south], [east, north], (count - len(clustered), 2))
    lon, lat = random.permutation(np.concatenate([clustered, anywhere])).T
    return lon.copy(), lat.copy()


def bulk(coverage: Coverage) -> list[Row]:
    """Locate many points at once on one core; every method must find as many points in a unit."""
    lon, lat = city_points(coverage, BULK_POINTS)
    units = geopandas.GeoDataFrame({"unit": range(len(coverage.codes))}, geometry=coverage.polygons, crs=4326)
    points = geopandas.GeoDataFrame({"point": range(len(lon))}, geometry=shapely.points(lon, lat), crs=4326)
    locator = Locator.build(coverage.codes, coverage.polygons)
    tree = shapely.STRtree(coverage.polygons)
    sedona = sedonadb.connect()
    sedona.create_data_frame(units).to_view("unit")
    sedona.create_data_frame(points).to_view("point")
    join = "SELECT point, unit FROM unit JOIN point ON ST_CoveredBy(point.geometry, unit.geometry)"

    methods: dict[str, Callable[[], int]] = {
        OURS: lambda: int((locator.locate(lon, lat).unit >= 0).sum()),
        "geopandas.sjoin covered_by": lambda: points.sjoin(units, predicate="covered_by")["point"].nunique(),
        "shapely STRtree covered_by": lambda: len(np.unique(tree.query(points.geometry.values, "covered_by")[0])),
        "sedonadb ST_CoveredBy": lambda: len(pyarrow.table(sedona.sql(join))["point"].unique()),
    }
    with one_core():
        found = {method: locate() for method, locate in methods.items()}
        rows = [Row("bulk", method, best_of(3, locate) / len(lon)) for method, locate in methods.items()]
    if len(set(found.values())) > 1:
        raise SystemExit(f"the methods do not agree: {found}")
    return rows


def one_at_a_time(coverage: Coverage) -> list[Row]:
    """Locate points one by one, in this process and by a prepared query on a PostGIS on the same machine."""
    lon, lat = (values.tolist() for values in city_points(coverage, SINGLE_POINTS))
    locator = Locator.build(coverage.codes, coverage.polygons)
    tree = shapely.STRtree(coverage.polygons)
    rows = [
        timed_one_by_one(OURS, locator.locate_one, lon, lat),
        timed_one_by_one(
            "shapely STRtree covered_by", lambda x, y: tree.query(shapely.Point(x, y), "covered_by"), lon, lat
        ),
    ]
    with postgis_lookup(coverage) as lookup:
        rows.append(timed_one_by_one("PostGIS, prepared", lookup, lon[:5_000], lat[:5_000]))
    return rows


@contextmanager
def postgis_lookup(coverage: Coverage) -> Iterator[Callable[[float, float], object]]:
    """Load the units into a PostGIS of our own and offer a prepared query by index."""
    query = "SELECT min(number) FROM unit WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(%s, %s), 4326))"
    with reachable_folder() as folder:
        cluster = PrivateCluster(folder / "postgres", durable=False)
        with cluster.running(), cluster.connect("postgres", "postgres") as connection:
            connection.execute("CREATE EXTENSION postgis")
            connection.execute("CREATE TABLE unit (number integer, geom geometry(Geometry, 4326))")
            shapes = shapely.to_wkb(shapely.set_srid(coverage.polygons, 4326), hex=True, include_srid=True)
            with connection.cursor().copy("COPY unit FROM STDIN") as copy:
                for row in enumerate(shapes):
                    copy.write_row(row)
            connection.execute("CREATE INDEX ON unit USING gist (geom)")
            connection.execute("ANALYZE unit")
            cursor = connection.cursor(binary=True)
            yield lambda x, y: cursor.execute(query, (x, y), prepare=True).fetchone()


def timed_one_by_one(method: str, locate: Callable[[float, float], object], lon: list[float], lat: list[float]) -> Row:
    seconds = np.empty(len(lon))
    for number, (x, y) in enumerate(zip(lon, lat, strict=True)):
        start = time.perf_counter()
        locate(x, y)
        seconds[number] = time.perf_counter() - start
    median, slowest = np.percentile(seconds, [50, 99])
    return Row("one point", method, float(median), float(slowest))


def best_of(times: int, work: Callable[[], object]) -> float:
    """Take the shortest of some runs: what disturbs a run only makes it longer."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, with its threads to come, on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def table(rows: list[Row]) -> str:
    """Write rows as Markdown, with how many times as fast as its peers the locator was."""
    ours = {row.task: row.median for row in rows if row.method == OURS}
    lines = ["| task | method | points/s | p50, µs | p99, µs | the locator is faster |", "|---|---|--:|--:|--:|--:|"]
    for row in rows:
        slowest = "" if row.slowest is None else f"{row.slowest * 1e6:.1f}"
        rate = f"{1 / row.median:,.0f}"
        faster = "" if row.method == OURS else f"{row.median / ours[row.task]:.1f} x"
        median = "" if row.slowest is None else f"{row.median * 1e6:.2f}"
        lines.append(f"| {row.task} | {row.method} | {rate} | {median} | {slowest} | {faster} |")
    return "\n".join(lines)


def main() -> None:
    coverage = hanoi()
    print(table([*bulk(coverage), *one_at_a_time(coverage)]))


if __name__ == "__main__":
    main()
