"""Each cell goes to the ward and the successor that centres, boxes and areas speak for."""

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod
from scipy.spatial import cKDTree

from boundaries.schematic_raster import CELL_M, OUTSIDE, grid_over, pieces_by_cell, wards_by_cell


@pytest.fixture
def wards() -> pd.DataFrame:
    """Forty wards with boxes of the same size around their centres."""
    rng = np.random.default_rng(5)
    lon, lat = 105.5 + 0.1 * rng.random(40), 21.0 + 0.1 * rng.random(40)
    return pd.DataFrame(
        {"lon": lon, "lat": lat, "west": lon - 0.032, "south": lat - 0.03, "east": lon + 0.032, "north": lat + 0.03}
    )


def centres(grid):
    v, u = np.indices((grid.rows, grid.columns))
    return grid.degrees(np.column_stack([u.ravel(), v.ravel()]) + 0.5)


def test_cells_are_as_long_as_stated_on_the_ellipsoid(wards):
    grid = grid_over(wards)
    middle = np.array([[grid.columns // 2, grid.rows // 2]])
    here, right, above = (grid.degrees(middle + step)[0] for step in ([0, 0], [1, 0], [0, 1]))
    geod = Geod(ellps="WGS84")
    assert geod.inv(*here, *right)[2] == pytest.approx(CELL_M, rel=1e-3)
    assert geod.inv(*here, *above)[2] == pytest.approx(CELL_M, rel=1e-3)


def test_with_equal_boxes_the_nearest_centre_wins(wards):
    grid = grid_over(wards)
    owner = wards_by_cell(grid, wards).ravel()
    box = np.array([0.032, 0.03])
    distance, nearest = cKDTree(wards[["lon", "lat"]] / box).query(centres(grid) / box)
    ellipses = distance < 1
    assert (owner != OUTSIDE)[ellipses].all()
    # A few cells that a neighbour's box cuts off from their ward go to the neighbour.
    assert (owner == nearest)[ellipses].mean() > 0.999


def test_wards_stay_in_their_boxes(wards):
    grid = grid_over(wards)
    owner = wards_by_cell(grid, wards).ravel()
    city = owner != OUTSIDE
    offset = np.abs(centres(grid)[city] - wards[["lon", "lat"]].to_numpy()[owner[city]])
    assert (offset <= [0.032, 0.03]).all(axis=1).mean() > 0.999


def test_a_box_far_too_small_is_not_believed(wards):
    shrunk = wards.copy()
    lon, lat = shrunk.loc[7, ["lon", "lat"]]
    shrunk.loc[7, ["west", "south", "east", "north"]] = [lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001]
    grid = grid_over(shrunk)
    area = (wards_by_cell(grid, shrunk) == 7).sum() * CELL_M**2
    assert area > 4 * (0.002 * 111_000) ** 2


def test_a_split_gives_each_successor_its_stated_area():
    owner = np.full((202, 202), OUTSIDE)
    owner[1:-1, 1:-1] = 0
    grid = grid_over(pd.DataFrame({"west": [105.8], "east": [105.9], "south": [21.0], "north": [21.1]}))
    whole = 200 * 200 * CELL_M**2 / 1e6
    stated = np.array([0.5, 0.3, 0.2]) * whole
    lon, lat = grid.degrees(np.array([[60, 100], [140, 40], [150, 160]])).T
    successors = pd.DataFrame({"old": 0, "new": [0, 1, 2], "lon": lon, "lat": lat, "area_km2": stated})
    pieces = pieces_by_cell(owner, grid, successors)
    assert np.array_equal(pieces == OUTSIDE, owner == OUTSIDE)
    assert np.bincount(pieces[pieces != OUTSIDE]) * CELL_M**2 / 1e6 == pytest.approx(stated, rel=0.05)
