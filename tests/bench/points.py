"""Points as reports are: most of them where the small units are."""

import numpy as np
import shapely

from tests.geo.coverages import Coverage


def city_points(coverage: Coverage, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Scatter four in five points around the small units, the rest anywhere in the extent; lon and lat."""
    random = np.random.default_rng(0)
    west, south, east, north = shapely.total_bounds(coverage.polygons)
    small = coverage.polygons[np.argsort(shapely.area(coverage.polygons))[: len(coverage.polygons) // 4]]
    centre = np.median(shapely.get_coordinates(shapely.centroid(small)), axis=0)
    clustered = random.normal(centre, [0.04, 0.035], (count * 4 // 5, 2))
    anywhere = random.uniform([west, south], [east, north], (count - len(clustered), 2))
    lon, lat = random.permutation(np.concatenate([clustered, anywhere])).T
    return lon.copy(), lat.copy()
