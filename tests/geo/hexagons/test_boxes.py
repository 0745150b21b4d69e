"""Cells in a box, against GEOS asked about each cell."""

import numpy as np
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.hexagons.boxes import cells_in
from geo.hexagons.cells import cell_polygons
from geo.hexagons.families import cell_bounds
from geo.hexagons.hexgrid import HexGrid

CITY = [shapely.box(105.7, 20.9, 106.1, 21.2)]
CELLS = {resolution: HexGrid.of(CITY, resolution).cell for resolution in (5, 7, 8, 9)}
SHAPES = {resolution: cell_polygons(cells) for resolution, cells in CELLS.items()}
corners = st.tuples(st.floats(105.5, 106.3), st.floats(20.7, 21.4))


@settings(max_examples=60)
@example((100.0, 10.0), (101.0, 11.0), 8, 0)
@given(corners, corners, st.sampled_from(sorted(CELLS)), st.integers(0, 9))
def test_the_cells_of_a_box_are_those_that_meet_it_in_whatever_order(one, other, resolution, seed):
    order = np.random.default_rng(seed).permutation(len(CELLS[resolution])) if seed else slice(None)
    box = (*np.minimum(one, other).tolist(), *np.maximum(one, other).tolist())
    meets = shapely.intersects(SHAPES[resolution][order], shapely.box(*box))
    np.testing.assert_array_equal(cells_in(CELLS[resolution][order], box), meets)
    bounds = shapely.bounds(SHAPES[resolution][order])
    np.testing.assert_array_equal(cell_bounds(CELLS[resolution][order]), bounds)


def test_of_no_cells_none_is_in_a_box():
    assert cells_in(np.empty(0, np.int64), (105.0, 20.0, 106.0, 21.0)).shape == (0,)
