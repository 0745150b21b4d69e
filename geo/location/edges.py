"""The edges of many polygons as flat arrays: what a grid and distances are computed from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Polygons = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed edges, ring after ring, each with its unit's interior on the left.

    Parameters
    ----------
    x1, y1, x2, y2 : (n,) ndarray of float64
        Start and end of each edge.
    ring, unit : (n,) ndarray of int64
        Which ring an edge is of, and which unit.
    """

    x1: Floats
    y1: Floats
    x2: Floats
    y2: Floats
    ring: Ints
    unit: Ints

    @classmethod
    def of(cls, polygons: Polygons) -> "Edges":
        """Take the edges of valid polygons and multipolygons; the unit is the position in `polygons`.

        Examples
        --------
        >>> edges = Edges.of(np.array([shapely.box(0, 0, 1, 1)]))
        >>> edges.x1.tolist(), edges.y1.tolist()
        ([1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0])
        """
        parts, unit = shapely.get_parts(shapely.orient_polygons(polygons, exterior_cw=False), return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        vertices, ring = shapely.get_coordinates(rings, return_index=True)
        step = np.flatnonzero((ring[1:] == ring[:-1]) & (vertices[1:] != vertices[:-1]).any(axis=1))
        (x1, y1), (x2, y2) = vertices[step].T, vertices[step + 1].T
        return cls(x1, y1, x2, y2, ring[step], unit[part[ring[step]]])

    def mapped(self, project: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> "Edges":
        """Move both ends of each edge into other coordinates."""
        return Edges(*project(self.x1, self.y1), *project(self.x2, self.y2), self.ring, self.unit)

    def __len__(self) -> int:
        """Count the edges."""
        return len(self.x1)


def ranges(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Write out the whole numbers from each `first` to its `last`, both included.

    Returns
    -------
    owner, value : (m,) ndarray of int64
        Which range a number comes from, and the number. A range whose last is below its first gives none.

    Examples
    --------
    >>> owner, value = ranges(np.array([5, 9]), np.array([7, 9]))
    >>> owner.tolist(), value.tolist()
    ([0, 0, 0, 1], [5, 6, 7, 9])
    """
    length = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(length)), length)
    before = np.cumsum(length) - length
    return owner, np.arange(len(owner)) + (first - before)[owner]
