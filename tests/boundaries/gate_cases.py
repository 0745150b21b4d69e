"""Units that the gate is tried on: generated ones with planted defects, and the surveyed files."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from boundaries.files import read_units
from boundaries.gate import check
from boundaries.report import GateReport

METRE = 1e-5  # degrees, about


def ward_grid(columns: int = 4, rows: int = 3, size: float = 0.01) -> gpd.GeoDataFrame:
    """Return wards that are a valid coverage: squares, with corners that are the same to the last bit."""
    xs = 105.8 + size * np.arange(columns + 1)
    ys = 21.0 + size * np.arange(rows + 1)
    corners = [(xs[i], ys[j], xs[i + 1], ys[j + 1]) for j in range(rows) for i in range(columns)]
    return gpd.GeoDataFrame(
        {
            "code": [f"{number:05}" for number in range(1, len(corners) + 1)],
            "name": [f"Phường Số {number}" for number in range(1, len(corners) + 1)],
        },
        geometry=[shapely.box(*corner) for corner in corners],
        crs=4326,
    )


def reshaped(units: gpd.GeoDataFrame, **shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the units with other shapes for some codes, given as keywords c00001, c00002 ..."""
    new = units.geometry.to_numpy().copy()
    for code, shape in shapes.items():
        new[(units["code"] == code[1:]).to_numpy()] = shape
    return units.set_geometry(gpd.GeoSeries(new, crs=4326))


def planted() -> gpd.GeoDataFrame:
    """Return a grid with an overlap and a gap on either side of one square metre, and an edge with a node too many."""
    units = ward_grid()
    x, y = 105.8 + 0.01 * np.arange(5), 21.0 + 0.01 * np.arange(4)

    def bulge(x, low, high, by):  # a triangle on a northward edge
        return shapely.Polygon([(x, low), (x + by, (low + high) / 2), (x, high)])

    first, second, third = units.geometry[0], units.geometry[1], units.geometry[2]
    first = first.union(bulge(x[1], y[0] + 0.001, y[0] + 0.004, 10 * METRE))  # wide overlap of 1 and 2
    second = second.difference(bulge(x[2], y[0] + 0.001, y[0] + 0.004, -10 * METRE))  # wide gap between 2 and 3
    second = second.union(bulge(x[2], y[0] + 0.006, y[0] + 0.007, METRE / 1000))  # narrow overlap of 2 and 3
    third = third.difference(bulge(x[3], y[0] + 0.006, y[0] + 0.007, -METRE / 1000))  # narrow gap between 3 and 4
    noded = shapely.segmentize(units.geometry[11], 0.005)  # 12 has nodes that 8 and 11 lack
    return reshaped(units, c00001=first, c00002=second, c00003=third, c00012=noded)


@dataclass(frozen=True)
class Figures:
    """What is known of the defects of a coverage."""

    overlaps: int
    overlap_m2: float
    wide_overlaps: int
    gaps: int
    gap_m2: float
    wide_gaps: int
    units_with_edges: int
    edges_m: float


@dataclass
class Case:
    units: gpd.GeoDataFrame
    level: str
    figures: Figures

    @cached_property
    def report(self) -> GateReport:
        return check(self.units, level=self.level)


def gate_cases(test_data: Path | None) -> dict[str, Case]:
    """Generated wards with planted defects; the three surveyed files too where they are on the machine."""
    # On the ellipsoid: a triangle of 10 m x 333 m and one of 1 cm x 111 m, each once as overlap and once as gap.
    degree_x, degree_y = _metres_of_a_degree(21.0025)
    wide = 10 * METRE * degree_x * 0.003 * degree_y / 2
    narrow = METRE / 1000 * degree_x * 0.001 * degree_y / 2
    edges = 2 * 0.01 * (4 * degree_y + degree_x)  # both sides of 1|2, 2|3, 3|4, 11|12 and 8|12
    found = {"planted": Case(planted(), "ward", Figures(2, wide + narrow, 1, 2, wide + narrow, 1, 7, edges))}
    if test_data is not None:
        known = {
            "hanoi_wards_2025": ("ward", Figures(1, 0.2877, 0, 0, 0, 0, 2, 47.65)),
            "hcmc_wards_2025": ("ward", Figures(28, 70.64, 11, 41, 110.98, 17, 42, 6934.96)),
            "hanoi_districts_2024": ("district", Figures(0, 0, 0, 0, 0, 0, 0, 0)),
        }
        for name, (level, figures) in known.items():
            found[name] = Case(read_units(test_data / f"{name}.parquet").units, level, figures)
    return found


def _metres_of_a_degree(lat: float) -> tuple[float, float]:
    geod = pyproj.Geod(ellps="WGS84")
    east = geod.inv(105.8, lat, 105.801, lat)[2] * 1000
    north = geod.inv(105.8, lat - 0.0005, 105.8, lat + 0.0005)[2] * 1000
    return east, north


def only_refusal(units, level="ward", **options):
    report = check(units, level=level, **options)
    assert len(report.refusals) == 1, report.rows()
    return report.refusals[0]
