"""Neighbours are those that h3-py and a distance table name, and a matrix that can't be meant is refused."""

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.errors import InputError
from geo.hexagons.cells import cells_named
from geo.statistics.weights import Weights

CENTRE = "89415cb419bffff"


@given(random=st.randoms(use_true_random=False), k=st.integers(1, 3), with_self=st.booleans())
def test_rings_are_the_disks_of_h3_that_lie_on_the_grid(random, k, with_self):
    names = random.sample(h3.grid_disk(CENTRE, 4), 30)
    weights = Weights.rings(cells_named(names), k, with_self=with_self)
    found = weights.matrix.toarray()
    expected = [
        [float(h3.grid_distance(one, other) <= k and (with_self or one != other)) for other in names] for one in names
    ]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(weights.sums, np.sum(expected, axis=1))


def test_rings_hold_around_a_pentagon():
    pentagon = h3.get_pentagons(5)[0]
    grid = sorted(h3.grid_disk(pentagon, 2))
    assert Weights.rings(cells_named(grid)).sums[grid.index(pentagon)] == 6


@given(
    points=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20), with_self=st.booleans()
)
def test_a_distance_band_is_the_table_of_distances(points, with_self):
    x, y = np.array(points, float).T
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= 3
    if not with_self:
        np.fill_diagonal(near, False)
    np.testing.assert_array_equal(Weights.within(x, y, 3, with_self=with_self).matrix.toarray(), near)


def test_lag_sums_the_neighbours_of_every_step():
    weights = Weights.within([0, 1, 2], [0, 0, 0], 1)
    np.testing.assert_array_equal(weights.lag([[1, 10], [2, 20], [3, 30]]), [[3, 30], [6, 60], [5, 50]])


def test_nobody_changes_the_weights():
    weights = Weights.within([0, 1], [0, 0], 1)
    for values in (weights.matrix.data, weights.sums, weights.square_sums):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Weights.rings([]), "at least one cell"),
        (lambda: Weights.rings([5]), "no H3 cell"),
        (lambda: Weights.rings(cells_named([CENTRE, CENTRE])), "twice"),
        (lambda: Weights.rings(cells_named([CENTRE]), 0), "at least one ring"),
        (lambda: Weights.within([], [], 1), "x are empty"),
        (lambda: Weights.within([0, np.nan], [0, 0], 1), "nan at position 1"),
        (lambda: Weights.within([0], [0, 1], 1), "y must have the shape 1, not 2"),
        (lambda: Weights.within([0], [0], 0), "not more than 0"),
        (lambda: Weights(csr_array((2, 3))), "square"),
        (lambda: Weights(csr_array(np.array([[1.0, -1], [0, 1]]))), "not negative"),
        (lambda: Weights(csr_array(np.array([[1.0, 1], [1, 0]]))), "either every cell"),
    ],
)
def test_neighbours_that_cannot_be_meant_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
