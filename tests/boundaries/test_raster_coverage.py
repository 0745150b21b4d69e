"""Outlines of labelled cells are an exact coverage, whatever the labels."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from boundaries.raster_coverage import coverage_of

rasters = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(-1, 3)).filter(
    lambda labels: (labels >= 0).any()
)


@given(rasters)
def test_each_cell_centre_stays_in_the_shape_of_its_label_alone(inner):
    labels = np.pad(inner, 1, constant_values=-1)
    found, shapes = coverage_of(labels, tolerance=0)
    rows, columns = np.indices(labels.shape)
    holds = shapely.contains_properly(shapes[:, None, None], shapely.points(columns + 0.5, rows + 0.5))
    assert np.array_equal(holds, labels == found[:, None, None])


@given(rasters, st.sampled_from([0, 0.5, 2]))
def test_shapes_are_valid_and_share_their_borders_exactly(inner, tolerance):
    _, shapes = coverage_of(np.pad(inner, 1, constant_values=-1), tolerance)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert np.isclose(shapely.union_all(shapes).area, shapely.area(shapes).sum())


def test_a_staircase_becomes_a_slope():
    half_plane = (np.arange(60)[:, None] < np.arange(60) / 3).astype(np.int64)
    _, shapes = coverage_of(np.pad(half_plane, 1, constant_values=-1), tolerance=0)
    border = shapely.intersection(*shapes)
    straight = np.hypot(60, 20)
    assert shapely.length(border) < 1.02 * straight  # the stairs themselves are 80 long: 1.26 times
