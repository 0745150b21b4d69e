"""Where units fail to be one coverage: overlaps, gaps and mismatched edges, each with its units and its size.

Units are given in the order of their codes, so that the lower position is the lower code.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.location.geodesy import areas_m2, lengths_m
from geo.location.shapes import Shapes, polygonal, segments

EPSILON = 1e-9
"""Degrees (0.1 mm): vertices and edges that lie closer are at the same place."""


@dataclass(frozen=True)
class Defect:
    """A place where units are no coverage.

    Parameters
    ----------
    members : tuple of int
        Positions of the units: of an overlap or a mismatched edge, the lower code first; of a gap, all that border it,
        the longest border first.
    shape : shapely geometry
        What is covered twice or not at all, or the edges that do not match; in lon, lat.
    size : float
        Square metres of an overlap or a gap, metres of edges.
    """

    members: tuple[int, ...]
    shape: Any
    size: float


def overlaps(shapes: Shapes) -> tuple[Defect, ...]:
    """Find every pair of units that overlap.

    Parameters
    ----------
    shapes : ndarray of polygons or multipolygons, shape (n,)
        Valid shapes of the units in lon, lat, in the order of their codes.

    Returns
    -------
    tuple of Defect
        One for each pair, in the order of the codes.

    Examples
    --------
    >>> west, east = shapely.box(105, 21, 105.001, 21.001), shapely.box(105.0009, 21, 105.002, 21.001)
    >>> [(overlap.members, round(overlap.size)) for overlap in overlaps(np.array([west, east]))]
    [((0, 1), 1151)]
    """
    # Of two units that overlap, one at least has an edge inside the other: only such units are intersected.
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    suspect, other = shapely.STRtree(shapes).query(shapes[suspects], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([suspects[suspect], other]), axis=1), axis=0)
    low, high = pairs[pairs[:, 0] < pairs[:, 1]].T
    common = polygonal(shapely.intersection(shapes[low], shapes[high]))
    return tuple(
        Defect((int(i), int(j)), shape, float(area))
        for i, j, shape, area in zip(low, high, common, areas_m2(common), strict=True)
        if not shape.is_empty
    )


def gaps(shapes: Shapes) -> tuple[Defect, ...]:
    """Find what no unit covers and units enclose; a slit that is open to the outside can't be told from the outline.

    Parameters
    ----------
    shapes : ndarray of polygons or multipolygons, shape (n,)
        Valid shapes of the units in lon, lat, in the order of their codes.

    Returns
    -------
    tuple of Defect
        One for each gap, from west to east.
    """
    rings, part = shapely.get_rings(shapely.get_parts(shapely.union_all(shapes)), return_index=True)
    is_shell = np.diff(part, prepend=-1) > 0  # the shell of a part comes before its holes
    holes = _without_islands(shapely.polygons(rings[~is_shell]), shapely.polygons(rings[is_shell]))
    holes = holes[np.argsort(shapely.bounds(holes)[:, 0], kind="stable")]
    borders, hole = segments(shapely.boundary(holes))
    unit = _nearest_unit(borders, shapes, np.full(len(borders), -1))
    length = lengths_m(borders)
    return tuple(
        Defect(_longest_first(unit[hole == position], length[hole == position]), shape, float(area))
        for position, (shape, area) in enumerate(zip(holes, areas_m2(holes), strict=True))
    )


def mismatched_edges(shapes: Shapes) -> tuple[Defect, ...]:
    """Find edges along which two units touch but do not have the same vertices.

    Parameters
    ----------
    shapes : ndarray of polygons or multipolygons, shape (n,)
        Valid shapes of the units in lon, lat, in the order of their codes.

    Returns
    -------
    tuple of Defect
        One for each pair, in the order of the codes: what `shapely.coverage_invalid_edges` reports of either unit.
    """
    edges, owner = segments(shapely.coverage_invalid_edges(shapes))
    pairs = np.sort(np.column_stack([owner, _nearest_unit(edges, shapes, owner)]), axis=1)
    unique, pair = np.unique(pairs, axis=0, return_inverse=True)
    metres = np.bincount(pair, weights=lengths_m(edges), minlength=len(unique))
    return tuple(
        Defect((int(low), int(high)), shapely.multilinestrings(edges[pair == position]), float(metres[position]))
        for position, (low, high) in enumerate(unique)
    )


def _without_islands(holes: Shapes, shells: Shapes) -> Shapes:
    """Take units that lie inside a hole out of it."""
    hole, island = shapely.STRtree(shells).query(holes, predicate="contains")
    cut = holes.copy()
    for position in np.unique(hole):
        cut[position] = shapely.difference(holes[position], shapely.union_all(shells[island[hole == position]]))
    return cut


def _longest_first(units: npt.NDArray[np.intp], lengths: npt.NDArray[np.float64]) -> tuple[int, ...]:
    members, index = np.unique(units, return_inverse=True)
    # Rounded, so that borders that are equal but for noise leave the order to the codes.
    totals = np.bincount(index, weights=lengths).round(4)
    return tuple(int(member) for member in members[np.lexsort((members, -totals))])


def _nearest_unit(segments: Shapes, shapes: Shapes, owner: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the unit, but the owner, that touches each segment, nearest to its middle; if there is none, the owner."""
    segment, unit = shapely.STRtree(shapes).query(segments, predicate="dwithin", distance=EPSILON)
    foreign = unit != owner[segment]
    segment, unit = segment[foreign], unit[foreign]
    middles = shapely.line_interpolate_point(segments, 0.5, normalized=True)
    distance = shapely.distance(middles[segment], shapes[unit])
    order = np.lexsort((unit, (distance / EPSILON).round(), segment))  # of ties, the lowest code
    found, first = np.unique(segment[order], return_index=True)
    nearest = owner.copy()
    nearest[found] = unit[order][first]
    return nearest
