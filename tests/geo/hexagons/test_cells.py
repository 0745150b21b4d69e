"""Cells agree with h3-py, the reference binding, on any point; and refuse what H3 takes in silence."""

import re

import h3
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import CoordinateError, InputError
from geo.hexagons import cells
from geo.hexagons.one_cell import cell_of

points = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20)
resolutions = st.integers(0, 15)
not_a_longitude = st.floats().filter(lambda value: not -180 <= value <= 180)
not_a_latitude = st.floats().filter(lambda value: not -90 <= value <= 90)


@pytest.fixture(scope="module")
def hanoi() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    return random.uniform(105.28, 106.02, 5_000), random.uniform(20.56, 21.39, 5_000)


@given(points=points, resolution=resolutions)
def test_a_point_gets_the_cell_that_h3_gives_it(points, resolution):
    lon, lat = np.array(points).T
    expected = [h3.latlng_to_cell(y, x, resolution) for x, y in points]
    found = cells.cells_of(lon, lat, resolution)
    assert found.dtype == np.int64
    assert cells.cell_names(found).tolist() == expected
    assert cells.cells_named(expected).tolist() == found.tolist()


@given(points=points, fine=resolutions, steps=st.integers(0, 15))
def test_parents_are_h3s_parents(points, fine, steps):
    coarse = max(fine - steps, 0)
    found = cells.cells_of(*np.array(points).T, fine)
    expected = [h3.cell_to_parent(name, coarse) for name in cells.cell_names(found)]
    assert cells.cell_names(cells.parents(found, coarse)).tolist() == expected


@pytest.mark.parametrize("base", h3.get_pentagons(5)[:3] + h3.get_pentagons(0))
def test_parents_hold_for_pentagons(base):
    children = h3.cell_to_children(base, min(h3.get_resolution(base) + 2, 15))
    found = cells.parents(cells.cells_named(children), h3.get_resolution(base))
    assert set(cells.cell_names(found)) == {base}


@given(resolution=resolutions)
def test_the_masks_fit_a_bigint(resolution):
    keep, fill = cells.parent_masks(resolution)
    for mask in (keep, fill):
        assert -(2**63) <= mask < 2**63
    stored = h3.latlng_to_cell(20.998485, 105.868664, 15)
    assert (h3.str_to_int(stored) & keep) | fill == h3.str_to_int(h3.cell_to_parent(stored, resolution))


def test_totals_agree_at_every_resolution(hanoi):
    stored = cells.cells_of(*hanoi)
    by_step = cells.parents(cells.parents(stored, 9), 7)
    assert (by_step == cells.parents(stored, 7)).all()


def test_the_parent_of_the_stored_cell_is_often_not_the_cell_of_the_point(hanoi):
    """Why parents are always taken from the stored cell: 6-7 % of the points would change their cell."""
    differ = cells.parents(cells.cells_of(*hanoi), 9) != cells.cells_of(*hanoi, 9)
    assert 0.05 < differ.mean() < 0.08


def test_areas_are_h3s(hanoi):
    found = cells.cells_of(*hanoi, 9)
    expected = [h3.cell_area(name, "m^2") for name in cells.cell_names(found)]
    np.testing.assert_allclose(cells.cell_areas_m2(found), expected, rtol=1e-9)


@pytest.mark.parametrize(("resolution", "square_km"), [(7, 5.661), (8, 0.8074), (9, 0.1153), (10, 0.01647)])
def test_mean_areas_at_hanoi_are_the_measured_ones(hanoi, resolution, square_km):
    assert cells.cell_areas_m2(cells.cells_of(*hanoi, resolution)).mean() / 1e6 == pytest.approx(square_km, rel=5e-3)


def test_polygons_are_h3s_and_contain_their_points(hanoi):
    found = cells.cells_of(*hanoi, 9)
    polygons = cells.cell_polygons(found)
    expected = shapely.polygons(
        [[(x, y) for y, x in h3.cell_to_boundary(name)] for name in cells.cell_names(found[:200])]
    )
    assert shapely.equals_exact(polygons[:200], expected, tolerance=1e-9, normalize=True).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(polygons)).all()
    assert shapely.intersects_xy(polygons, *hanoi).all()
    on_the_ellipsoid = abs(Geod(ellps="WGS84").geometry_area_perimeter(polygons[0])[0])
    assert cells.cell_areas_m2(found)[0] == pytest.approx(on_the_ellipsoid, rel=0.01)


@given(lon=not_a_longitude)
def test_a_longitude_that_can_not_be_is_refused(lon):
    with pytest.raises(CoordinateError, match="point 1"):
        cells.cells_of([105.8, lon], [21.0, 21.0])


@given(lat=not_a_latitude)
def test_a_latitude_that_can_not_be_is_refused(lat):
    """Swapped Hanoi coordinates are among them: latitude 105.8."""
    with pytest.raises(CoordinateError, match=re.escape(f"lat {lat}:")):
        cells.cells_of([21.0], [lat])


def test_nothing_in_nothing_out():
    nothing = cells.cells_of([], [])
    assert nothing.shape == cells.parents(nothing, 9).shape == cells.cell_areas_m2(nothing).shape == (0,)
    assert cells.cell_polygons(nothing).shape == cells.cell_names(nothing).shape == cells.cells_named([]).shape == (0,)


@pytest.mark.parametrize("resolution", [-1, 16])
def test_a_resolution_that_does_not_exist_is_refused(resolution):
    for ask in (lambda: cells.cells_of([105.8], [21.0], resolution), lambda: cells.parent_masks(resolution)):
        with pytest.raises(InputError, match=f"0 to 15, not {resolution}"):
            ask()


def test_arrays_of_different_length_are_refused():
    with pytest.raises(CoordinateError, match="as many longitudes as latitudes"):
        cells.cells_of([105.8, 105.9], [21.0])


def test_a_parent_finer_than_its_child_is_refused(hanoi):
    with pytest.raises(InputError, match="coarser than resolution 10"):
        cells.parents(cells.cells_of(*hanoi, 9), 10)


@pytest.mark.parametrize("text", ["", "zz", "89415cb419bfff", "21.0,105.8,9", "617700169958293503", "ffffffffffffffff"])
def test_text_that_names_no_cell_is_refused(text):
    with pytest.raises(InputError, match=f"'{text}' at position 1 is no H3 cell"):
        cells.cells_named(["89415cb419bffff", text])


@pytest.mark.parametrize("use", [cells.cell_areas_m2, cells.cell_polygons, cells.cell_names])
def test_a_number_that_is_no_cell_is_refused(use):
    with pytest.raises(InputError, match="5 at position 1 is no H3 cell"):
        use([0x89415CB419BFFFF, 5])


def test_names_come_from_arrow_and_numpy_alike():
    names = ["89415cb419bffff"]
    assert cells.cells_named(np.array(names)) == cells.cells_named(pa.array(names).to_pylist())


def test_the_cell_of_one_point_is_that_of_many_up_to_a_micrometre_from_its_border(hanoi):
    random = np.random.default_rng(12)
    found = cells.cells_of(*hanoi)
    corners = [shapely.get_coordinates(shape) for shape in cells.cell_polygons(found[:500])]
    beside = np.concatenate(corners) + random.normal(0, 1e-9, (sum(map(len, corners)), 2))
    for lon, lat in (hanoi, beside.T):
        alone = [cell_of(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
        assert alone == cells.cells_of(lon, lat).tolist()
