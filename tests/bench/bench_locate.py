"""Point to unit: in bulk, one at a time, on the borders, and what the locator itself costs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import geopandas
import numpy as np
import pyarrow
import sedonadb
import shapely

from geo.location.locator import Locator
from geo.store.cluster import PrivateCluster
from tests.bench.harness import Method, Result, Size, at_most, best_of, one_by_one, one_core, times_faster
from tests.bench.points import city_points
from tests.conftest import reachable_folder
from tests.geo.coverages import Coverage, brute_force, hanoi, stress_set

OURS = "Locator"
SJOIN = "geopandas.sjoin covered_by"
SEDONA = "sedonadb ST_CoveredBy"
TREE = "shapely STRtree covered_by"
POSTGIS = "PostGIS, prepared query"


def results(size: Size) -> Iterator[Result]:
    """Measure on the surveyed wards."""
    coverage = hanoi()
    yield bulk(coverage, size.of(1_000_000, 100_000))
    yield one_at_a_time(coverage, size.of(20_000, 2_000))
    yield borders(coverage, size.of(1, 20))
    yield building(coverage)
    yield a_country(size.of(1_200, 200))


def bulk(coverage: Coverage, count: int) -> Result:
    """Locate many points at once on one core; every method must find as many points in a unit."""
    lon, lat = city_points(coverage, count)
    units = geopandas.GeoDataFrame({"unit": range(len(coverage.codes))}, geometry=coverage.polygons, crs=4326)
    points = geopandas.GeoDataFrame({"point": range(len(lon))}, geometry=shapely.points(lon, lat), crs=4326)
    locator = Locator.build(coverage.codes, coverage.polygons)
    tree = shapely.STRtree(coverage.polygons)
    sedona = sedonadb.connect()
    sedona.create_data_frame(units).to_view("unit")
    sedona.create_data_frame(points).to_view("point")
    join = "SELECT point, unit FROM unit JOIN point ON ST_CoveredBy(point.geometry, unit.geometry)"

    ways: dict[str, Callable[[], int]] = {
        OURS: lambda: int((locator.locate(lon, lat).unit >= 0).sum()),
        SJOIN: lambda: points.sjoin(units, predicate="covered_by")["point"].nunique(),
        TREE: lambda: len(np.unique(tree.query(points.geometry.values, "covered_by")[0])),
        SEDONA: lambda: len(pyarrow.table(sedona.sql(join))["point"].unique()),
    }
    with one_core():
        found = {name: locate() for name, locate in ways.items()}
        methods = [Method(name, best_of(3, locate) / len(lon) * 1e9) for name, locate in ways.items()]
    if len(set(found.values())) > 1:
        raise SystemExit(f"the methods do not agree: {found}")
    bars = [times_faster(methods, SJOIN, 60, 150), times_faster(methods, SEDONA, 8, 40)]
    return Result(f"bulk locate, {count:,} points, one core, exact", "ns a point", methods, bars)


def one_at_a_time(coverage: Coverage, count: int) -> Result:
    """Locate points one by one, in this process and by a prepared query on a PostGIS on the same machine."""
    points = list(zip(*(values.tolist() for values in city_points(coverage, count)), strict=True))
    locator = Locator.build(coverage.codes, coverage.polygons)
    tree = shapely.STRtree(coverage.polygons)
    methods = [
        one_by_one(OURS, locator.locate_one, points),
        one_by_one(TREE, lambda x, y: tree.query(shapely.Point(x, y), "covered_by"), points),
    ]
    with postgis_lookup(coverage) as lookup:
        methods.append(one_by_one(POSTGIS, lookup, points[: count // 4]))
    return Result("one locate in process", "µs", methods, [times_faster(methods, POSTGIS, 10, 30)])


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


def borders(coverage: Coverage, every: int) -> Result:
    """Count what is wrong on vertices, middles of edges, points on edges and a hair's breadth beside; GEOS is truth."""
    locator = Locator.build(coverage.codes, coverage.polygons)
    lon, lat = stress_set(locator.polygons, every=every)
    unit = locator.locate(lon, lat).unit
    truth, _, _ = brute_force(locator.polygons, lon, lat)
    points = geopandas.GeoDataFrame({"point": range(len(lon))}, geometry=shapely.points(lon, lat), crs=4326)
    units = geopandas.GeoDataFrame({"unit": range(len(locator.codes))}, geometry=locator.polygons, crs=4326)
    sedona = sedonadb.connect()
    sedona.create_data_frame(units).to_view("unit")
    sedona.create_data_frame(points).to_view("point")
    join = (
        "SELECT point, min(unit) AS unit FROM unit JOIN point ON ST_CoveredBy(point.geometry, unit.geometry)"
        " GROUP BY point"
    )
    found = pyarrow.table(sedona.sql(join))
    sedona_unit = np.full(len(lon), -1)
    sedona_unit[found["point"].to_numpy()] = found["unit"].to_numpy()
    methods = [Method(OURS, float((unit != truth).sum())), Method(SEDONA, float((sedona_unit != truth).sum()))]
    bars = [at_most(methods[0].value, 0, 0, "wrong or lost")]
    return Result(f"border stress set, {len(lon):,} points", "points wrong or lost", methods, bars)


def building(coverage: Coverage) -> Result:
    """Build the locator of a city; how much memory it takes is a test's promise."""
    seconds = best_of(3, lambda: Locator.build(coverage.codes, coverage.polygons))
    return Result("build the locator of a city", "s", [Method(OURS, seconds)])


def a_country(side: int) -> Result:
    """Build the locator of thousands of units with millions of vertices, and locate in it."""
    coverage = made_up_country(side)
    vertices = int(shapely.get_num_coordinates(coverage.polygons).sum())
    start = time.perf_counter()
    Locator.build(coverage.codes, coverage.polygons)
    seconds = time.perf_counter() - start
    task = f"build the locator of a country, {len(coverage.codes):,} units, {vertices:,} vertices"
    return Result(task, "s", [Method(OURS, seconds)], [at_most(seconds, 20, 10, "s")])


def made_up_country(side: int) -> Coverage:
    """Make a coverage of about `side` squared / 150 units with crooked borders, of which each edge has four pieces."""
    random = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(102, 110, side + 1), np.linspace(8, 23, side + 1))
    step = np.array([8, 15]) / side
    corners = np.stack([x, y], axis=-1)
    corners[1:-1, 1:-1] += random.uniform(-0.3, 0.3, (side - 1, side - 1, 2)) * step
    rings = np.stack(
        [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1], corners[:-1, :-1]], axis=2
    )
    squares = shapely.polygons(rings.reshape(-1, 5, 2))
    seeds = random.uniform([102, 8], [110, 23], (side * side // 150, 2))
    _, owner = np.unique(
        shapely.STRtree(shapely.points(seeds)).query_nearest(shapely.centroid(squares), all_matches=False)[1],
        return_inverse=True,
    )
    order = np.argsort(owner, kind="stable")
    starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    units = np.array([shapely.union_all(part) for part in np.split(squares[order], starts[1:])], dtype=object)
    units = shapely.segmentize(units, step.min() / 4)
    return Coverage([f"{number:05d}" for number in range(len(units))], units)
