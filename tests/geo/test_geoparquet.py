"""Points in a column of shapes are those that GEOS writes and reads, however they are stored."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from geo.geoparquet import coordinates, points

LON, LAT = np.random.default_rng(0).uniform([105, 20], [107, 22], (50, 2)).T
SHAPES = shapely.points(LON, LAT)


def test_points_are_written_as_geos_writes_them() -> None:
    lon, lat = LON.copy(), LAT.copy()
    lon[[3, 49]], lat[7] = np.nan, np.inf
    written = points(lon, lat)
    written.validate(full=True)
    assert [row for row, shape in enumerate(written.to_pylist()) if shape is None] == [3, 7, 49]
    assert [shape for shape in written.to_pylist() if shape] == shapely.to_wkb(np.delete(SHAPES, [3, 7, 49])).tolist()
    assert len(points(lon[:0], lat[:0])) == 0


@pytest.mark.parametrize(
    "column",
    [
        pa.array(shapely.to_wkb(SHAPES)),
        pa.array(shapely.to_wkb(SHAPES), pa.large_binary()),
        pa.array(shapely.to_wkb(SHAPES, byte_order=0)),
        pa.array([None, *shapely.to_wkb(SHAPES)]).slice(1),
        pa.chunked_array([shapely.to_wkb(SHAPES[:20]), shapely.to_wkb(SHAPES[20:])]),
        pa.array(shapely.to_wkb(shapely.force_3d(SHAPES, 5.0))),
    ],
    ids=["plain", "large", "big-endian", "sliced", "chunked", "with height"],
)
def test_points_are_read_however_they_are_stored(column: pa.Array | pa.ChunkedArray) -> None:
    lon, lat, sound = coordinates(column, None)
    np.testing.assert_array_equal([lon, lat], [LON, LAT])
    assert sound.all()


def test_what_is_no_point_is_told() -> None:
    line = shapely.to_wkb(shapely.LineString([(105, 20), (106, 21)]))
    point = shapely.to_wkb(SHAPES[0])
    lon, _, sound = coordinates(pa.array([point, line, None, b"\x01"]), None)
    assert sound.tolist() == [True, False, False, False]
    assert np.isnan(lon[1:4]).all()
    none = coordinates(pa.array([], pa.binary()), None)
    assert [len(values) for values in none] == [0, 0, 0]
