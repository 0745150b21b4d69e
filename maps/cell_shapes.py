"""Shapes of cells as GeoJSON text, written once: what a map of the whole city would spend most of its time on."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely
from h3ronpy import change_resolution

from geo.cells import cell_polygons, parents
from geo.columns import Integers

DECIMALS = 6  # 0.1 m
_STEPS = 4
_KEPT = 64
"""So many families of 2,401 cells stay in memory, 40 MB at most: a city at two resolutions."""


class _Family(NamedTuple):
    """All cells in one that is four resolutions coarser: ascending, and their shapes."""

    cell: Integers
    text: pa.StringArray


def geojson_shapes(cells: Integers) -> pa.StringArray:
    """Write the shape of each cell as a GeoJSON geometry.

    Parameters
    ----------
    cells : ndarray of int64, shape (n,)
        Of one resolution.

    Examples
    --------
    >>> geojson_shapes(np.array([0x89415CB419BFFFF]))[0].as_py()[:31]
    '{"type":"Polygon","coordinates"'
    """
    if not len(cells):
        return pa.array([], pa.string())
    resolution = int(cells[0]) >> 52 & 0b1111
    over, family = np.unique(parents(cells, max(resolution - _STEPS, 0)), return_inverse=True)
    families = [_family(parent, resolution) for parent in over.tolist()]
    starts = np.cumsum([0, *(len(each.cell) for each in families[:-1])])
    place = np.empty(len(cells), np.int64)
    for number, each in enumerate(families):
        ours = family == number
        place[ours] = starts[number] + np.searchsorted(each.cell, cells[ours])
    return pa.concat_arrays([each.text for each in families]).take(pa.array(place))


@lru_cache(maxsize=_KEPT)
def _family(parent: int, resolution: int) -> _Family:
    children = pa.array(change_resolution(np.array([parent], np.uint64), resolution)).to_numpy().view(np.int64)
    cell = np.sort(children)
    polygons = shapely.transform(cell_polygons(cell), lambda corners: corners.round(DECIMALS))
    return _Family(cell, pa.array(shapely.to_geojson(polygons).tolist(), pa.string()))
