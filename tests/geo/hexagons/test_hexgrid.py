"""The grid has every cell that touches the city, once, with its exact share: held to brute force, PROJ and h3."""

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import FileError, InputError
from geo.hexagons.cells import cell_areas_m2, cell_polygons, cells_of
from geo.hexagons.hexgrid import HexGrid
from geo.hexagons.population import read_population

_ELLIPSOID = pyproj.Geod(ellps="WGS84")
SQUARE = shapely.box(105.80, 21.00, 105.86, 21.05)
WEST, EAST = shapely.box(105, 20, 105.83, 22), shapely.box(105.83, 20, 107, 22)


def geodesic_m2(shape: shapely.Geometry) -> float:
    # Edges are straight in longitude and latitude, not geodesics: so they are cut into short pieces.
    fine = shapely.segmentize(shapely.orient_polygons(shape), 0.001)
    return abs(_ELLIPSOID.geometry_area_perimeter(fine)[0])


@st.composite
def cities(draw: st.DrawFn) -> shapely.Geometry:
    """Some discs and slivers with holes, near Hanoi."""
    number = st.floats(0, 0.05, allow_nan=False)
    parts = [
        shapely.LineString([(105.8 + draw(number), 21 + draw(number)), (105.8 + draw(number), 21 + draw(number))])
        .buffer(draw(st.sampled_from([1e-7, 1e-4, 0.003, 0.01])))
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    hole = shapely.Point(105.8 + draw(number), 21 + draw(number)).buffer(0.002)
    city = shapely.difference(shapely.union_all(parts), hole)
    return SQUARE if city.is_empty else city


@settings(max_examples=40)
@given(cities(), st.sampled_from([6, 8, 9]))
def test_the_grid_is_every_cell_that_touches_the_city_with_its_share(city, resolution):
    grid = HexGrid.of([city], resolution)
    centre = int(cells_of([105.825], [21.025], resolution)[0])
    around = np.array([h3.str_to_int(h) for h in h3.grid_disk(h3.int_to_str(centre), {6: 3, 8: 14, 9: 35}[resolution])])
    shapes = cell_polygons(around)
    touching = shapely.intersects(city, shapes)
    assert grid.cell.tolist() == sorted(around[touching].tolist())
    parts = {
        cell: shapely.intersection(city, shape)
        for cell, shape in zip(around[touching].tolist(), shapes[touching], strict=True)
    }
    expected = [geodesic_m2(parts[cell]) for cell in grid.cell.tolist()]
    np.testing.assert_allclose(grid.inside_m2, expected, rtol={6: 3e-5, 8: 1e-6, 9: 1e-6}[resolution], atol=1.0)


@settings(max_examples=40)
@given(st.lists(cities(), min_size=1, max_size=4), st.integers(0, 3))
def test_units_that_touch_overlap_or_are_given_twice_count_once(cities, repeated):
    halves = np.concatenate([shapely.intersection(city, [WEST, EAST]) for city in cities])
    halves = halves[shapely.area(halves) > 0]
    units = [*halves, *halves[:repeated]]
    grid, whole = HexGrid.of(units, 8), HexGrid.of([shapely.union_all(units)], 8)
    assert grid.cell.tolist() == whole.cell.tolist()
    np.testing.assert_allclose(grid.inside, whole.inside, atol=1e-9)


def test_shares_add_up_to_the_area_of_the_city(dispatch):
    wards = dispatch.jurisdiction.layers[-1].locator.polygons
    for resolution in (5, 7, 9):
        grid = HexGrid.of(wards, resolution)
        assert grid.inside_m2.sum() == pytest.approx(geodesic_m2(shapely.union_all(wards)), rel=1e-6)
        assert ((grid.inside >= 0) & (grid.inside <= 1)).all()
        assert grid.resolution == resolution


def test_areas_are_geodesic_and_close_to_those_of_h3():
    grid = HexGrid.of([SQUARE], 8)
    np.testing.assert_allclose(grid.area_m2, [geodesic_m2(shape) for shape in cell_polygons(grid.cell)], rtol=1e-6)
    np.testing.assert_allclose(cell_areas_m2(grid.cell) / grid.area_m2, 1.0027, atol=2e-4)


@pytest.mark.surveyed
def test_of_the_surveyed_city_as_many_cells_as_published(test_data: Path):
    wards = gpd.read_parquet(test_data / "hanoi_wards_2025.parquet").geometry.to_numpy()
    city = shapely.union_all(wards)
    shapely.prepare(city)
    city_km2 = geodesic_m2(city) / 1e6
    # The published numbers are a stated area over the mean area of a cell at Hanoi, and the mean length of its edges.
    for resolution, published, mean_km2, edge_m, cells in (
        (7, 594, 5.661, 1475, 693),
        (8, 4161, 0.8074, 557, 4460),
        (9, 29143, 0.1153, 211, 29976),
        (10, 204001, 0.016470, 79.6, 206399),
    ):
        grid = HexGrid.of(wards, resolution)
        assert published == pytest.approx(3359.84 / mean_km2, rel=1e-3)
        assert cell_areas_m2(grid.cell).mean() / 1e6 == pytest.approx(mean_km2, rel=2e-3)
        vertices = shapely.get_coordinates(cell_polygons(grid.cell[:: len(grid) // 500])).reshape(-1, 7, 2)
        edges = _ELLIPSOID.inv(*vertices[:, :-1].reshape(-1, 2).T, *vertices[:, 1:].reshape(-1, 2).T)[2]
        assert edges.mean() == pytest.approx(edge_m, rel=5e-3)
        assert grid.inside_m2.sum() / 1e6 == pytest.approx(city_km2, rel=1e-7)
        assert grid.inside.sum() == pytest.approx(published, rel=0.004)
        assert len(grid) == cells
    inner, middle = grid.inside == 1, shapely.centroid(cell_polygons(grid.cell))
    assert shapely.intersects_xy(city, *shapely.get_coordinates(middle[inner]).T).all()


def test_neighbours_are_those_of_h3():
    grid = HexGrid.of([SQUARE], 8)
    names = dict(enumerate(map(h3.int_to_str, grid.cell.tolist())))
    for place, name in names.items():
        row = grid.neighbours.matrix[[place]].indices
        assert {names[other] for other in row} == set(h3.grid_disk(name, 1)) & set(names.values())


def test_a_report_beside_the_city_is_counted_in_a_cell_that_is_added():
    grid = HexGrid.of([SQUARE], 9)
    outside = cells_of([105.87, 105.79], [21.02, 21.02], 9)
    cells, counts = np.append(outside, grid.cell[5]), [1, 2, 3]
    with pytest.raises(InputError, match="2 cells are not in the grid"):
        grid.counts(cells, counts)
    wider = grid.with_cells(cells)
    assert len(wider) == len(grid) + 2
    assert wider.counts(cells, counts).sum() == 6
    assert wider.inside[wider.find(outside)].tolist() == [0, 0]
    assert wider.inside_m2.sum() == pytest.approx(grid.inside_m2.sum())
    assert (np.diff(wider.cell) > 0).all()
    assert grid.with_cells(grid.cell[:3]) is grid


def test_residents_are_those_of_the_file_and_unknown_elsewhere(tmp_path):
    grid = HexGrid.of([SQUARE], 8)
    finer = [h3.str_to_int(child) for child in h3.cell_to_children(h3.int_to_str(int(grid.cell[3])), 10)]
    file = tmp_path / "population.csv"
    file.write_text("cell,population,note\n" + "".join(f"{cell:x},10.5,x\n" for cell in finer))
    known = grid.with_population(*read_population(file)).population
    assert known[3] == pytest.approx(49 * 10.5)
    assert np.isnan(np.delete(known, 3)).all()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("89415cb419bffff,-1", "line 2: population must be"),
        ("89415cb419bffff,many", "line 2: population must be"),
        ("89415cb419bffff,", "line 2: population must be"),
        ("hanoi,3", "'hanoi' at position 0 is no H3 cell"),
    ],
)
def test_a_file_of_residents_is_refused_with_the_line(tmp_path, rows, says):
    file = tmp_path / "population.csv"
    file.write_text(f"cell,population\n{rows}\n")
    with pytest.raises(FileError, match=says):
        read_population(file)
    file.write_text("cell,people\n89415cb419bffff,3\n")
    with pytest.raises(FileError, match="population"):
        read_population(file)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([0x87415CB41FFFFFF], "coarser"),
        (cells_of([106.9], [21.0], 9), "not in the city"),
        ([0x89415CB419BFFFF] * 2, "twice"),
    ],
)
def test_residents_of_other_cells_are_refused(cells, says):
    grid = HexGrid.of([shapely.box(105.85, 20.98, 105.89, 21.01)], 9)
    with pytest.raises(InputError, match=says):
        grid.with_population(cells, np.ones(len(cells)))


def test_a_grid_of_nothing_or_of_no_resolution_is_refused():
    for polygons, resolution in (([], 8), ([SQUARE], 4), ([SQUARE], 11)):
        with pytest.raises(InputError, match="a grid"):
            HexGrid.of(polygons, resolution)
