"""Coverages to locate in, the points at which locators go wrong, and the truth by brute force."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import shapely
from hypothesis import reject
from hypothesis import strategies as st

from geo.location.edges import Edges

DATA = Path(__file__).parents[2] / os.environ.get("HIENTRUONG_TEST_DATA", "../shared/data")


@dataclass(frozen=True)
class Coverage:
    """Units in the order of their codes."""

    codes: list[str]
    polygons: np.ndarray


def hanoi() -> Coverage:
    return _surveyed("hanoi_wards_2025") or generated(units=120, seed=1)


def hcmc() -> Coverage:
    """Its units overlap in eleven places."""
    return _surveyed("hcmc_wards_2025") or generated(units=160, seed=2, overlaps=10)


def _surveyed(name: str) -> Coverage | None:
    file = DATA / f"{name}.parquet"
    if not file.exists():
        return None
    units = geopandas.read_parquet(file).sort_values("code")
    return Coverage(list(units["code"]), np.array(units.geometry.values, dtype=object))


def generated(units: int, seed: int, overlaps: int = 0) -> Coverage:
    """Make a city of many-cornered units in several parts and with holes, with gaps between, of which some overlap."""
    random = np.random.default_rng(seed)
    sites = random.uniform([105.2, 20.5], [106.1, 21.4], (40 * units, 2))
    seeds = random.uniform([105.2, 20.5], [106.1, 21.4], (units, 2))
    unit = np.hypot(*(sites[:, None] - seeds).transpose(2, 0, 1)).argmin(axis=1)
    strays = random.random(len(sites)) < 0.02
    unit[strays] = random.integers(-units // 2, units, strays.sum())
    polygons = merged_cells(sites, unit)
    for grown in random.choice(len(polygons), overlaps, replace=False):
        corner = shapely.get_coordinates(polygons[grown])[0]
        polygons[grown] = polygons[grown].union(shapely.Point(corner).buffer(1e-4))
    return Coverage([f"{number:05d}" for number in range(len(polygons))], polygons)


def merged_cells(sites: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Merge the Voronoi cells of sites that belong to one unit; a unit below 0 is left out, so there are gaps."""
    lattice = shapely.multipoints(sites)
    cells = shapely.get_parts(shapely.voronoi_polygons(lattice, extend_to=shapely.box(*lattice.bounds)))
    site, cell = shapely.STRtree(cells).query(shapely.points(sites), predicate="intersects")
    owner = np.full(len(cells), -1)
    owner[cell] = unit[site]
    inside = shapely.box(*lattice.bounds)
    merged = [shapely.intersection(shapely.union_all(cells[owner == u]), inside) for u in np.unique(owner[owner >= 0])]
    merged = [shape for shape in merged if shape.geom_type in ("Polygon", "MultiPolygon") and shape.is_valid]
    result = np.empty(len(merged), dtype=object)
    result[:] = merged
    return result


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    """Draw units with holes, several parts, gaps, slivers down to a hair's breadth, and overlaps."""
    place = st.tuples(st.integers(0, 40), st.integers(0, 40))
    sites = np.array(draw(st.lists(place, min_size=5, max_size=40, unique=True)), dtype=float)
    sliver = draw(st.sampled_from([0, 1e-12, 1e-9, 1e-6, 1e-3]))
    if sliver:
        sites = np.concatenate([sites, sites[: len(sites) // 2] + np.array([sliver, sliver / 3])])
    unit = np.array(draw(st.lists(st.integers(-1, 5), min_size=len(sites), max_size=len(sites))))
    west, south, degrees = draw(st.sampled_from([(105.3, 20.6, 0.02), (-0.5, -0.5, 0.025), (-179.0, 60.0, 1e-5)]))
    try:
        polygons = merged_cells(sites * degrees + [west, south], unit)
    except shapely.errors.GEOSException:  # sites a hair's breadth apart may be too much for the diagram
        reject()
    for box in draw(st.lists(st.tuples(place, place), max_size=2)):
        (x1, y1), (x2, y2) = box
        if x1 != x2 and y1 != y2:
            x, y = np.array([x1, x2]) * degrees + west, np.array([y1, y2]) * degrees + south
            polygons = np.append(polygons, shapely.box(x.min(), y.min(), x.max(), y.max()))
    if not len(polygons):
        polygons = np.array([shapely.box(west, south, west + degrees, south + degrees)])
    return Coverage([f"{number:02d}" for number in range(len(polygons))], polygons)


def stress_set(polygons: np.ndarray, seed: int = 0, every: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Take vertices, the middles of edges and random places on edges, and points a hair's breadth beside them."""
    random = np.random.default_rng(seed)
    edges = Edges.of(polygons)
    ends = np.sort(np.column_stack([edges.x1 + 1j * edges.y1, edges.x2 + 1j * edges.y2]))
    ends = np.unique(ends, axis=0)  # neighbours share most edges
    first, last = ends[random.integers(every) :: every].T
    along = random.random(len(first))
    places = np.concatenate([np.unique([first, last]), (first + last) / 2, first + along * (last - first)])
    on = np.column_stack([places.real, places.imag])
    return tuple(np.concatenate([on, *_beside(on, random)]).T)


def _beside(on: np.ndarray, random: np.random.Generator) -> Iterator[np.ndarray]:
    for offset in (1e-12, 1e-9, 1e-7):
        turn = random.uniform(0, 2 * np.pi, len(on))
        yield on + offset * np.column_stack([np.cos(turn), np.sin(turn)])


def spread(polygons: np.ndarray, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Take random points in the extent and around it."""
    west, south, east, north = shapely.total_bounds(polygons)
    random = np.random.default_rng(seed)
    width, height = east - west, north - south
    lon = random.uniform(west - width / 10, east + width / 10, count)
    lat = random.uniform(south - height / 10, north + height / 10, count)
    return lon, lat


def brute_force(polygons: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ask GEOS about every polygon for every point: the lowest unit, how many cover, and whether one has it inside."""
    shapely.prepare(polygons)
    lowest, count = np.full(len(lon), -1), np.zeros(len(lon), dtype=int)
    interior = np.zeros(len(lon), dtype=bool)
    for unit in range(len(polygons) - 1, -1, -1):
        west, south, east, north = polygons[unit].bounds
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        covered = near[shapely.intersects_xy(polygons[unit], lon[near], lat[near])]
        lowest[covered] = unit
        count[covered] += 1
        interior[covered] |= shapely.contains_xy(polygons[unit], lon[covered], lat[covered])
    return lowest, count, interior
