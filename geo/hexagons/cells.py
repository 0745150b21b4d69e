"""H3 cells on arrays: which cell a point is in, its parents, its shape, its area and its name.

A cell is an int64, as PostgreSQL stores it in a bigint (H3 leaves the sign bit free, so it is never negative). Points
get their cell at `STORED_RESOLUTION`; anything coarser is a parent of that cell, so that totals agree at every zoom.
The cell that H3 gives a point at a coarser resolution is another one for 6-7 % of all points, and no cell ever decides
a jurisdiction.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from h3ronpy import cells_area_m2, cells_parse, cells_valid
from h3ronpy.vector import cells_to_wkb_polygons, coordinates_to_cells
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from geo.location.coordinates import check_coordinates

STORED_RESOLUTION = 12
"""The resolution at which a report's cell is stored: about 336 m² at Hanoi."""

FINEST_RESOLUTION = 15

# The layout of an H3 index (https://h3geo.org/docs/core-library/h3Indexing): from bit 59 the mode, which is 1 for a
# cell; from bit 52 four bits of resolution; from bit 44 down fifteen digits of three bits, each 7 below the
# cell's resolution.
_CELL_MODE = 1 << 59
_RESOLUTION_BIT = 52
_BITS_PER_DIGIT = 3


def cells_of(lon: ArrayLike, lat: ArrayLike, resolution: int = STORED_RESOLUTION) -> NDArray[np.int64]:
    """Find the H3 cell of each point.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Degrees, WGS 84.
    resolution : int, optional
        0 to 15; the stored one by default.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    CoordinateError
        A value is missing, not finite or out of range (H3 itself gives a cell for a latitude of 91), or the arrays
        differ in length.
    InputError
        The resolution does not exist.

    Examples
    --------
    >>> cell_names(cells_of([105.868664], [20.998485], 9)).tolist()
    ['89415cb419bffff']
    """
    _check_resolution(resolution)
    x, y = check_coordinates(lon, lat)
    return _signed(coordinates_to_cells(np.atleast_1d(y), np.atleast_1d(x), resolution))


def parent_masks(resolution: int) -> tuple[int, int]:
    """Give the two integers that turn a cell into its parent: ``(cell & keep) | fill``.

    Parameters
    ----------
    resolution : int
        The parent's, 0 to 15.

    Returns
    -------
    keep, fill : int
        Signed 64-bit values, so the same expression works on a bigint column in SQL.

    Examples
    --------
    >>> keep, fill = parent_masks(9)
    >>> hex((0x8C415CB419889FF & keep) | fill)
    '0x89415cb419bffff'
    """
    _check_resolution(resolution)
    unused_digits = (1 << _BITS_PER_DIGIT * (FINEST_RESOLUTION - resolution)) - 1
    return ~(0b1111 << _RESOLUTION_BIT | unused_digits), resolution << _RESOLUTION_BIT | unused_digits


def parents(cells: ArrayLike, resolution: int) -> NDArray[np.int64]:
    """Give each cell's parent at a coarser (or the same) resolution.

    Parameters
    ----------
    cells : array_like of int, shape (n,)
        Cells at this resolution or finer. Only the resolution is checked: the cells are ours.
    resolution : int
        The parents', 0 to 15.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    InputError
        A cell is coarser than the resolution asked for, or the resolution does not exist.

    Examples
    --------
    >>> cell_names(parents(cells_of([105.868664], [20.998485]), 7)).tolist()
    ['87415cb41ffffff']
    """
    cells = np.asarray(cells, np.int64)
    keep, fill = parent_masks(resolution)
    if cells.size and cells.min() < _CELL_MODE | resolution << _RESOLUTION_BIT:
        raise InputError(f"a cell is coarser than resolution {resolution}, where it has no parent", "resolution")
    found: NDArray[np.int64] = cells & keep
    found |= fill
    return found


def cell_areas_m2(cells: ArrayLike) -> NDArray[np.float64]:
    """Measure each cell on the sphere that H3 uses.

    Cells at Hanoi are 9.5-9.7 % larger than the published averages of the world, so measure, never look up.

    Parameters
    ----------
    cells : array_like of int, shape (n,)

    Returns
    -------
    ndarray of float, shape (n,)
        Square metres.

    Raises
    ------
    InputError
        A number is no H3 cell.

    Examples
    --------
    >>> cell_areas_m2(cells_of([105.868664], [20.998485], 8)).round()
    array([807186.])
    """
    return np.array(cells_area_m2(_valid(cells)), float)


def cell_polygons(cells: ArrayLike) -> NDArray[np.object_]:
    """Draw each cell.

    Parameters
    ----------
    cells : array_like of int, shape (n,)

    Returns
    -------
    ndarray of shapely.Polygon, shape (n,)
        Longitude, latitude; closed rings, counterclockwise.

    Raises
    ------
    InputError
        A number is no H3 cell.

    Examples
    --------
    >>> [polygon] = cell_polygons(cells_of([105.868664], [20.998485], 9))
    >>> len(polygon.exterior.coords)
    7
    """
    wkb = pa.array(cells_to_wkb_polygons(_valid(cells)))
    polygons: NDArray[np.object_] = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    return polygons


def cell_names(cells: ArrayLike) -> NDArray[np.str_]:
    """Write each cell as H3's own hexadecimal string, its name in GeoJSON and in other tools.

    Parameters
    ----------
    cells : array_like of int, shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)

    Raises
    ------
    InputError
        A number is no H3 cell.

    Examples
    --------
    >>> cell_names([0x89415CB419BFFFF]).tolist()
    ['89415cb419bffff']
    """
    return np.array(cell_texts(cells).to_pylist(), np.str_)


def cell_texts(cells: ArrayLike) -> pa.StringArray:
    """Write each cell as `cell_names` does, as a column of Arrow: what goes into a table needs no object a cell.

    Examples
    --------
    >>> cell_texts([0x89415CB419BFFFF]).to_pylist()
    ['89415cb419bffff']
    """
    valid = _valid(cells)
    # A cell's number has sixteen digits, of which the first is 0 and left out.
    digits = np.frombuffer(valid.astype(">u8").tobytes().hex().encode(), "S1").reshape(-1, 16)[:, 1:]
    ends = np.arange(0, 15 * len(valid) + 1, 15, dtype=np.int32)
    return pa.StringArray.from_buffers(len(valid), pa.py_buffer(ends), pa.py_buffer(digits.tobytes()))


def cells_named(names: Sequence[str] | NDArray[np.str_]) -> NDArray[np.int64]:
    """Read cells from H3's hexadecimal strings; the opposite of `cell_names`.

    Parameters
    ----------
    names : sequence of str, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    InputError
        A string names no cell; the message shows the first.

    Examples
    --------
    >>> cells_named(["89415cb419bffff"]) == 0x89415CB419BFFFF
    array([ True])
    """
    texts = pa.array([str(name) for name in names], pa.string())
    # The parser takes other notations too ("21.0,105.8,9"), which nobody means here.
    hexadecimal = pc.if_else(pc.match_substring_regex(texts, "^[0-9a-fA-F]{15,16}$"), texts, "")
    parsed = pa.array(cells_parse(hexadecimal, set_failing_to_invalid=True))
    if parsed.null_count:
        first = parsed.is_null().index(True).as_py()
        raise InputError(f"{texts[first].as_py()!r} at position {first} is no H3 cell", "cell")
    return _signed(parsed)


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= FINEST_RESOLUTION:
        raise InputError(f"H3 has the resolutions 0 to {FINEST_RESOLUTION}, not {resolution}", "resolution")


def _valid(cells: ArrayLike) -> NDArray[np.uint64]:
    unsigned = np.asarray(cells, np.int64).view(np.uint64)
    valid = pa.array(cells_valid(unsigned, booleanarray=True)).to_numpy(zero_copy_only=False)
    if not valid.all():
        first = int(valid.argmin())
        raise InputError(f"{unsigned[first]} at position {first} is no H3 cell", "cell")
    return unsigned


def _signed(cells: Any) -> NDArray[np.int64]:
    return np.array(cells, np.uint64).view(np.int64)
