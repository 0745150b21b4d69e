"""A regular grid in two levels that knows the unit of almost every point.

A coarse cell is pure (one unit, or outside) or points to a block of fine cells; a fine cell is pure or mixed. Only a
point in a mixed fine cell needs an exact test, and only with the few units that can be there.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.location.edges import Floats, Ints, ranges

OUTSIDE = -1
MIXED = -2
"""In a block: a cell that an edge passes. Among the coarse cells -2 - b stands for block b."""

_CHUNK = 1 << 15
"""Points that are looked up together, so that the steps between stay in the cache."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The units of a coverage on two levels of cells, as `geo.location.grid_build.build_grid` lays it.

    Parameters
    ----------
    west, south : float
        Corner of the grid, a coarse cell and a half outside the extent, so that a rim of cells around it holds no unit.
    per_degree : float
        Fine cells in a degree, in both directions.
    columns, rows : int
        Coarse cells.
    shift : int
        A coarse cell has 2**shift fine cells in each direction.
    cells : (rows * columns,) ndarray of int32
        A unit, `OUTSIDE`, or -2 - b for block b.
    blocks : ndarray of int8, int16 or int32
        The fine cells, block after block, row after row: a unit, `OUTSIDE` or `MIXED`.
    first_candidate : (number of blocks + 1,) ndarray of int64
        Where the candidates of each block start.
    candidates : ndarray of int64
        The units that cover some point of a block, ascending in each block.
    """

    west: float
    south: float
    per_degree: float
    columns: int
    rows: int
    shift: int
    cells: NDArray[np.int32]
    blocks: NDArray[np.signedinteger[Any]]
    first_candidate: Ints
    candidates: Ints

    def lookup(self, lon: Floats, lat: Floats) -> tuple[NDArray[np.int32], Ints, Ints]:
        """Look points up; those in mixed cells are left to an exact test.

        Parameters
        ----------
        lon, lat : (n,) ndarray of float64
            Degrees. NaN and infinite values are outside.

        Returns
        -------
        unit : (n,) ndarray of int32
            A unit, `OUTSIDE`, or `MIXED`.
        mixed, block : (m,) ndarray of int64
            The positions of the points in mixed cells, and the block of each.
        """
        unit = np.empty(len(lon), dtype=np.int32)
        mixed, block = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for start in range(0, len(lon), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            points, blocks = self._lookup_chunk(lon[chunk], lat[chunk], unit[chunk])
            mixed.append(points + start)
            block.append(blocks)
        return unit, np.concatenate(mixed), np.concatenate(block)

    def _lookup_chunk(self, lon: Floats, lat: Floats, unit: NDArray[np.int32]) -> tuple[Ints, Ints]:
        i = self._fine(lon, self.west, self.columns)
        j = self._fine(lat, self.south, self.rows)
        coarse = (j >> self.shift) * np.int32(self.columns) + (i >> self.shift)
        self.cells.take(coarse, out=unit, mode="clip")
        in_block = np.flatnonzero(unit <= MIXED)
        block = MIXED - unit[in_block]
        inner = (1 << self.shift) - 1
        fine = (((block << self.shift) + (j[in_block] & inner)) << self.shift) + (i[in_block] & inner)
        found = self.blocks.take(fine, mode="clip")
        unit[in_block] = found
        mixed = np.flatnonzero(found == MIXED)
        return in_block[mixed], block[mixed].astype(np.int64)

    def _fine(self, degrees: Floats, origin: float, coarse: int) -> NDArray[np.int32]:
        """Give the fine columns or rows; points beyond the grid, and NaN, go to its rim, where no unit is."""
        position = degrees - origin
        np.fmax(position, 0, out=position)
        np.fmin(position, ((coarse << self.shift) - 0.5) / self.per_degree, out=position)
        position *= self.per_degree
        return position.astype(np.int32)

    def candidate_pairs(self, block: Ints) -> tuple[Ints, Ints]:
        """Pair each of these blocks (by its position) with its candidates: (position, unit), ascending in both."""
        position, at = ranges(self.first_candidate[block], self.first_candidate[block + 1] - 1)
        return position, self.candidates[at]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(a.nbytes for a in (self.cells, self.blocks, self.first_candidate, self.candidates))
