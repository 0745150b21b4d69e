"""Which cells are neighbours, as a sparse matrix."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
from h3ronpy import grid_disk
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from geo.statistics.checks import Floats, finite, positive

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Weights:
    """The neighbours of every cell; immutable.

    Parameters
    ----------
    matrix : csr_array of float, shape (n, n)
        Row i has the weights of i's neighbours: 1 each, as the named constructors make them, or any other number that
        is not negative.

    Raises
    ------
    InputError
        The matrix is not square, a weight is negative or not finite, or some cells are their own neighbours and others
        are not.
    """

    matrix: "csr_array"

    def __post_init__(self) -> None:
        """Check the matrix and close it."""
        rows, columns = self.matrix.shape
        if rows != columns:
            raise InputError(f"weights must be a square matrix, not {rows} x {columns}", "weights")
        if not (np.isfinite(self.matrix.data).all() and (self.matrix.data >= 0).all()):
            raise InputError("weights must be finite and not negative", "weights")
        own = self.matrix.diagonal() > 0
        if own.any() and not own.all():
            raise InputError("either every cell is its own neighbour or none is", "weights")
        for part in (self.matrix.data, self.matrix.indices, self.matrix.indptr):
            part.flags.writeable = False

    @classmethod
    def rings(cls, cells: ArrayLike, k: int = 1, *, with_self: bool = True) -> Self:
        """Make neighbours of cells that are at most k steps apart on the H3 grid.

        Parameters
        ----------
        cells : array_like of int64, shape (n,)
            All cells of the grid, those without a report too: a cell that is not here is nobody's neighbour.
        k : int, optional
            How many rings; 1 has up to 6 neighbours, 2 up to 18.
        with_self : bool, optional
            Whether a cell is in its own neighbourhood, as Gi* has it and Gi has not.

        Returns
        -------
        Weights
            Binary.

        Raises
        ------
        InputError
            No cells, a number that is no cell, a cell given twice, or k is less than 1.

        Examples
        --------
        >>> from geo.hexagons.cells import cells_named
        >>> Weights.rings(cells_named(["89415cb419bffff", "89415cb4193ffff", "89415cb0003ffff"])).sums
        array([2., 2., 1.])
        """
        grid = np.asarray(cells, np.int64)
        if grid.ndim != 1 or not grid.size:
            raise InputError("a grid needs a list of at least one cell", "cells")
        if k < 1:
            raise InputError(f"neighbours need at least one ring, not {k}", "k")
        order = grid.argsort()
        ascending = grid[order]
        if (ascending[1:] == ascending[:-1]).any():
            raise InputError("a cell is in the grid twice", "cells")
        try:
            disks = pa.array(grid_disk(grid.view(np.uint64), k))
        except ValueError as error:
            raise InputError(f"the grid has a number that is no H3 cell: {error}", "cells") from error
        offsets = disks.offsets.to_numpy()
        focal = np.repeat(np.arange(grid.size), np.diff(offsets))
        near = disks.values.to_numpy().view(np.int64)
        place = np.minimum(np.searchsorted(ascending, near), grid.size - 1)
        kept = ascending[place] == near
        neighbour = order[place]
        if not with_self:
            kept &= neighbour != focal
        return cls._binary(focal[kept], neighbour[kept], grid.size)

    @classmethod
    def within(cls, x: ArrayLike, y: ArrayLike, distance: float, *, with_self: bool = True) -> Self:
        """Make neighbours of points that are at most a distance apart.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            On a plane, in the unit of the distance (metres in the territory's UTM zone; never degrees).
        distance : float
            More than 0.
        with_self : bool, optional
            Whether a point is in its own neighbourhood.

        Returns
        -------
        Weights
            Binary.

        Raises
        ------
        InputError
            No points, a coordinate is missing, or the distance is not more than 0.

        Examples
        --------
        >>> Weights.within([0, 10, 30], [0, 0, 0], 15).sums
        array([2., 2., 1.])
        """
        across = finite(x, "x", (None,))
        points = np.column_stack([across, finite(y, "y", across.shape)])
        positive([distance], "distance", (1,))
        from scipy.spatial import cKDTree

        one, other = cKDTree(points).query_pairs(distance, output_type="ndarray").T
        own = np.arange(len(points) if with_self else 0)
        return cls._binary(np.concatenate([one, other, own]), np.concatenate([other, one, own]), len(points))

    @classmethod
    def _binary(cls, focal: NDArray[np.int64], neighbour: NDArray[np.int64], n: int) -> Self:
        places = focal.astype(np.int32), neighbour.astype(np.int32)  # half the memory to read, so the sooner summed
        from scipy.sparse import csr_array  # late: a service starts sooner without SciPy

        return cls(csr_array((np.ones(len(focal)), places), shape=(n, n)))

    @property
    def n(self) -> int:
        """How many cells there are."""
        return int(self.matrix.shape[0])

    @cached_property
    def with_self(self) -> bool:
        """Whether every cell is in its own neighbourhood."""
        return bool((self.matrix.diagonal() > 0).all())

    @cached_property
    def binary(self) -> bool:
        """Whether every weight is 1."""
        return bool((self.matrix.data == 1).all())

    @cached_property
    def sums(self) -> Floats:
        """The sum of each cell's weights: if they are binary, how many neighbours it has; shape (n,)."""
        return self._row_sums(self.matrix.data)

    @cached_property
    def square_sums(self) -> Floats:
        """The sum of the squares of each cell's weights; shape (n,)."""
        return self._row_sums(self.matrix.data**2)

    def lag(self, values: ArrayLike) -> Floats:
        """Sum the neighbours' values, weighted.

        Parameters
        ----------
        values : array_like of float, shape (n,) or (n, steps)

        Returns
        -------
        ndarray of float, of the same shape
        """
        lagged: Floats = self.matrix @ np.asarray(values, np.float64)
        return lagged

    def _row_sums(self, data: Floats) -> Floats:
        from scipy.sparse import csr_array

        sums: Floats = csr_array((data, self.matrix.indices, self.matrix.indptr), self.matrix.shape) @ np.ones(self.n)
        sums.flags.writeable = False
        return sums
