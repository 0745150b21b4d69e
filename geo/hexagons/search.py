"""Which stored cells a search must look at: those under a coarser cell, and those near a point."""

import math

import numpy as np
import pyarrow as pa
from h3ronpy import grid_disk
from numpy.typing import NDArray

from geo.hexagons.cells import STORED_RESOLUTION, cell_areas_m2, cells_of, parent_masks

_RESOLUTION_BIT, _RESOLUTION_MASK = 52, 0b1111
_BITS_PER_DIGIT, _FINEST, _LAST_DIGIT = 3, 15, 6
_DISTORTION = 0.8
"""No edge of a cell is shorter than this share of a regular one's of the same area, away from the twelve pentagons."""


def resolution_of(cell: int) -> int:
    """Give the resolution of a cell.

    Examples
    --------
    >>> resolution_of(0x89415CB419BFFFF)
    9
    """
    return cell >> _RESOLUTION_BIT & _RESOLUTION_MASK


def stored_range(cell: int) -> tuple[int, int]:
    """Give the least and the greatest stored cell whose parent a cell is; all between them are its children, too.

    Parameters
    ----------
    cell : int
        At `STORED_RESOLUTION` or coarser.

    Examples
    --------
    >>> low, high = stored_range(0x89415CB419BFFFF)
    >>> hex(low), hex(high)
    ('0x8c415cb419801ff', '0x8c415cb419b6dff')
    """
    resolution = resolution_of(cell)
    keep, _ = parent_masks(resolution)
    _, finest = parent_masks(STORED_RESOLUTION)
    base = cell & keep | finest
    shifts = (_BITS_PER_DIGIT * (_FINEST - digit) for digit in range(resolution + 1, STORED_RESOLUTION + 1))
    return base, base + sum(_LAST_DIGIT << shift for shift in shifts)


def cells_within(lon: float, lat: float, radius_m: float) -> NDArray[np.int64]:
    """Give stored cells that hold all points within a distance of a point, and some more.

    Parameters
    ----------
    lon, lat : float
        Degrees, WGS 84.
    radius_m : float
        Metres; the cells are as many as its square, some 500 for 150 m.

    Returns
    -------
    ndarray of int64

    Notes
    -----
    The centres of ring k of a grid of regular hexagons with edge e are 1.5 k e from its middle, or further; a point
    is at most e from the centre of its cell, at both ends of the distance.

    Examples
    --------
    >>> cells = cells_within(105.868664, 20.998485, 100.0)
    >>> bool(np.isin(cells_of([105.868664], [20.998485 + 0.0009]), cells).all())
    True
    """
    centre = cells_of([lon], [lat])
    edge = math.sqrt(2 * float(cell_areas_m2(centre)[0]) / (3 * math.sqrt(3)))
    rings = math.ceil((radius_m + 2 * edge) / (1.5 * _DISTORTION * edge))
    disk = pa.array(grid_disk(centre.view(np.uint64), rings, flatten=True)).to_numpy(zero_copy_only=False)
    return np.asarray(disk, np.uint64).view(np.int64)
