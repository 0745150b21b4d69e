"""Which ward, and which part of it, each cell of a raster belongs to, judged by centres, bounding boxes and areas.

A ward's box says how far it reaches to each side of its centre. Measured in these reaches, the squared distance of a
point is 0 at the centre and 1 on the ellipse that touches the sides of the box. A cell goes to the ward of the least
such distance among those whose box holds it. An old ward that was split goes, cell by cell, to the successor that is
nearest in units of its own size, with handicaps that bring the new wards near their stated areas, as far as old borders
allow.

Coordinates are in cells, as in `geo.location.raster`: the cell in column c and row r holds c <= u < c + 1 and
r <= v < r + 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod
from scipy import ndimage
from scipy.spatial import cKDTree

from geo.location.edges import Floats, Ints, ranges

Mask = npt.NDArray[np.bool_]

CELL_M = 75.0
"""Side of a cell in metres: the narrowest box of a ward is 324 m wide."""

REACH = 1.2
"""Squared distance at which the city ends: a little outside of the ellipse, which cuts off the far corners of a box."""

SMALLEST_BOX = 0.6
"""A box smaller than this share of the distance to the next centres is not the ward's.

Of the 526 boxes 8 have 0.49 or less; the others have 0.73 and more.
"""

OUTSIDE = -1


@dataclass(frozen=True)
class Grid:
    """Cells of equal size in metres (at the city's middle latitude), counted from the south-west corner."""

    west: float
    south: float
    step_lon: float
    step_lat: float
    columns: int
    rows: int

    def cells(self, lon: Floats, lat: Floats) -> Floats:
        """Turn degrees into cells, (n, 2)."""
        return np.column_stack([(lon - self.west) / self.step_lon, (lat - self.south) / self.step_lat])

    def degrees(self, uv: Floats) -> Floats:
        """Turn cells, (n, 2), into degrees: lon, lat."""
        return uv * (self.step_lon, self.step_lat) + (self.west, self.south)


def grid_over(wards: pd.DataFrame) -> Grid:
    """Lay a grid over the boxes of the wards, with one cell and a bit around them."""
    west, south = wards[["west", "south"]].min()
    east, north = wards[["east", "north"]].max()
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    geod = Geod(ellps="WGS84")
    step_lon = CELL_M / geod.line_length([middle_lon - 0.5, middle_lon + 0.5], [middle_lat, middle_lat])
    step_lat = CELL_M / geod.line_length([middle_lon, middle_lon], [middle_lat - 0.5, middle_lat + 0.5])
    columns, rows = int((east - west) / step_lon) + 4, int((north - south) / step_lat) + 4
    return Grid(west - 1.5 * step_lon, south - 1.5 * step_lat, step_lon, step_lat, columns, rows)


def wards_by_cell(grid: Grid, wards: pd.DataFrame) -> Ints:
    """Give each cell of the grid the row of its ward in `wards`, or `OUTSIDE`.

    Parameters
    ----------
    grid : Grid
    wards : DataFrame
        Columns lon, lat, west, south, east, north.

    Returns
    -------
    (rows, columns) ndarray of int64
    """
    centre = grid.cells(wards["lon"].to_numpy(), wards["lat"].to_numpy())
    low = grid.cells(wards["west"].to_numpy(), wards["south"].to_numpy())
    high = grid.cells(wards["east"].to_numpy(), wards["north"].to_numpy())
    low, high = _replace_hamlets(centre, low, high)

    ward, uv = _cells_in_boxes(low, high)
    offset = uv + 0.5 - centre[ward]
    reach = np.where(offset > 0, (high - centre)[ward], (centre - low)[ward])
    distance = ((offset / reach) ** 2).sum(axis=1)

    cell = uv[:, 1] * grid.columns + uv[:, 0]
    least = np.full(grid.rows * grid.columns, np.inf)
    np.minimum.at(least, cell, distance)
    owner = np.full(least.shape, OUTSIDE)
    nearest = distance == least[cell]
    owner[cell[nearest]] = ward[nearest]

    shape = (grid.rows, grid.columns)
    city = ndimage.binary_fill_holes(_largest(least.reshape(shape) < REACH))
    return _in_one_piece(np.where(city, owner.reshape(shape), OUTSIDE), city)


def pieces_by_cell(owner: Ints, grid: Grid, successors: pd.DataFrame) -> Ints:
    """Split each old ward among its successors.

    Parameters
    ----------
    owner : (rows, columns) ndarray of int64
        What `wards_by_cell` gives.
    grid : Grid
    successors : DataFrame
        A row for each pair of an old and a new ward, in the order of the old wards. Columns old and new (row numbers of
        the wards), and lon, lat, area_km2 of the new ward.

    Returns
    -------
    (rows, columns) ndarray of int64
        Row of the pair in `successors`, or `OUTSIDE`.
    """
    city = owner != OUTSIDE
    v, u = np.nonzero(city)
    old, new = successors["old"].to_numpy(), successors["new"].to_numpy()
    centre = grid.cells(successors["lon"].to_numpy(), successors["lat"].to_numpy())
    area = successors["area_km2"].to_numpy() * 1e6 / CELL_M**2

    cell, pair = ranges(np.searchsorted(old, owner[city], "left"), np.searchsorted(old, owner[city], "right") - 1)
    offset = np.column_stack([u, v])[cell] + 0.5 - centre[pair]
    distance = (offset**2).sum(axis=1) / area[pair] * np.pi
    # One cell in nine is enough to weigh the areas by.
    sample = ((u % 3 == 1) & (v % 3 == 1))[cell]
    target = np.zeros(new.max() + 1)
    target[new] = area / 9
    distance += _handicaps(cell[sample], new[pair[sample]], distance[sample], target)[new[pair]]

    pieces = np.full(owner.shape, OUTSIDE)
    pieces[city] = pair[_least_of_each(cell, distance)]
    return _in_one_piece(pieces, city)


def _handicaps(cell: Ints, new: Ints, distance: Floats, target: Floats) -> Floats:
    """Find what to add to the distances to each new ward, so that it gets about its target of cells."""
    handicap = np.zeros(len(target))
    for step in 0.1 / (1 + np.arange(40) / 30):
        chosen = new[_least_of_each(cell, distance + handicap[new])]
        excess = np.bincount(chosen, minlength=len(target)) / target - 1
        handicap += step * np.clip(excess, -0.5, 0.5)
    return handicap


def _replace_hamlets(centre: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Replace each box that is too small for a ward by a square that reaches most of the way to the next centres."""
    apart = cKDTree(centre).query(centre, k=4)[0][:, 1:].mean(axis=1)
    hamlet = (np.sqrt(np.prod(high - low, axis=1)) < SMALLEST_BOX * apart)[:, None]
    reach = 0.8 * apart[:, None]
    square_low, square_high = np.maximum(centre - reach, low.min(axis=0)), np.minimum(centre + reach, high.max(axis=0))
    return np.where(hamlet, square_low, low), np.where(hamlet, square_high, high)


def _cells_in_boxes(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """List the cells whose centres lie in each box: which box, and (n, 2) column and row."""
    first = np.ceil(low - 0.5).astype(np.int64)
    last = np.floor(high - 0.5).astype(np.int64)
    box, row = ranges(first[:, 1], last[:, 1])
    line, column = ranges(first[box, 0], last[box, 0])
    return box[line], np.column_stack([column, row[line]])


def _least_of_each(group: Ints, value: Floats) -> Ints:
    """Find where each group has its least value; the members of a group follow each other."""
    starts = np.diff(group, prepend=-1) > 0
    least = np.minimum.reduceat(value, np.flatnonzero(starts))[np.cumsum(starts) - 1]
    found = np.flatnonzero(value == least)
    return found[np.diff(group[found], prepend=-1) > 0]


def _largest(mask: Mask) -> Mask:
    """Keep the largest connected part of a mask."""
    parts, _ = ndimage.label(mask)
    largest: Mask = parts == np.bincount(parts[mask]).argmax()
    return largest


def _in_one_piece(labels: Ints, city: Mask) -> Ints:
    """Keep the largest connected part of each label; give the rest of the city to the nearest that was kept."""
    part = _connected_parts(labels)
    size = np.bincount(part.ravel())
    label = np.empty(len(size), np.int64)
    label[part.ravel()] = labels.ravel()
    order = np.lexsort((-size, label))
    main = np.zeros(len(size), bool)
    main[order[np.diff(label[order], prepend=OUTSIDE - 1) > 0]] = True
    kept = main[part] & (labels != OUTSIDE)
    nearest = ndimage.distance_transform_edt(~kept, return_distances=False, return_indices=True)
    return np.where(city, labels[tuple(nearest)], OUTSIDE)


def _connected_parts(labels: Ints) -> Ints:
    """Give each connected part of equal labels a number from 1; outside has 0."""
    rows, columns = labels.shape
    # Between any two neighbours comes a cell that joins them if their labels are equal.
    joined = np.zeros((2 * rows - 1, 2 * columns - 1), bool)
    joined[::2, ::2] = labels != OUTSIDE
    joined[::2, 1::2] = (labels[:, 1:] == labels[:, :-1]) & joined[::2, 2::2]
    joined[1::2, ::2] = (labels[1:] == labels[:-1]) & joined[2::2, ::2]
    parts: Ints = ndimage.label(joined)[0][::2, ::2]
    return parts
