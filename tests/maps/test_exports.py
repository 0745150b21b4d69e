"""GeoJSON is written column by column from shapes that are kept: it says what objects, one by one, would say."""

import h3
import numpy as np
import orjson
import pyarrow as pa
import pytest
import shapely

from geo.hexagons.cells import cells_named
from geo.hexagons.families import cell_bounds, cell_geojson
from maps.exports import to_columns, to_geojson


@pytest.mark.parametrize("resolution", [0, 5, 9, 12])
def test_every_cell_has_the_shape_of_h3(resolution):
    """In the city, and around a pentagon and across an edge of the icosahedron, where cells have other corners."""
    middles = [(21.03, 105.85), (58.397, 11.25), (10.447, -58.157)]
    names = {name for lat, lon in middles for name in h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), 1)}
    cells = np.random.default_rng(1).permutation(cells_named(sorted(names)))
    for cell, text in zip(cells.tolist(), cell_geojson(cells), strict=True):
        shape = shapely.from_geojson(text)
        corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(h3.int_to_str(cell))]
        assert cell_bounds(np.array([cell]))[0].tolist() == pytest.approx(shape.bounds, abs=1e-6)
        assert shape.normalize().equals_exact(shapely.Polygon(corners).normalize(), 1e-6)


def test_values_are_those_of_the_table():
    cells = sorted(h3.grid_disk("89415cb419bffff", 1))
    floats = [0.1, 1e-9, -3.0, 1e21, None, 123456.789, 1 / 3]
    rows = pa.table(
        {
            "cell": cells,
            "count": pa.array([0, 1, 2, 3, 4, 5, 2**53]),
            "bin": pa.array([-3, 0, 1, 2, 3, 0, 0], pa.int8()),
            "q": pa.array(floats),
            "class_name": ['new "hot"', "a\\b", "Đống Đa", "x", "x", "", None],
            "hidden": [True, False] * 3 + [True],
        }
    )
    facts = {"n": 15, "sentence": {"vi": "Điểm nóng"}}
    geojson = orjson.loads(to_geojson(rows, facts))
    expected = [{name: row[name] for name in row if name != "cell"} for row in rows.to_pylist()]
    assert [each["properties"] for each in geojson["features"]] == expected
    assert [each["id"] for each in geojson["features"]] == cells
    assert {name: geojson[name] for name in facts} == facts
    assert orjson.loads(to_columns(rows, facts)) == facts | {"columns": rows.to_pydict()}
    nothing = orjson.loads(to_geojson(rows.slice(0, 0), facts))
    assert (nothing["type"], nothing["features"]) == ("FeatureCollection", [])
