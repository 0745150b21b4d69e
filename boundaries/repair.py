"""Repair of slivers between units: always in the same way, and no further than the sliver."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from boundaries.coverage import EPSILON, Defect, mismatched_edges
from geo.location.shapes import Shapes, polygonal

_ROUNDS = 4
"""A node that is put into one unit can be missing in a third one: matching is repeated this often at most."""


def weld(shapes: Shapes) -> Shapes:
    """Make one of vertices that lie within 1e-9 degrees (0.1 mm) of each other: that of the lowest code.

    Parameters
    ----------
    shapes : ndarray of polygons or multipolygons, shape (n,)
        In lon, lat, in the order of their codes.

    Returns
    -------
    ndarray of polygons or multipolygons, shape (n,)

    Examples
    --------
    >>> pair = np.array([shapely.box(105.1, 21, 105.3 + 1e-12, 22), shapely.box(105.3, 21, 105.4, 22)])
    >>> [bool(shapely.coverage_is_valid(shapes)) for shapes in (pair, weld(pair))]
    [False, True]
    """
    points, unit = shapely.get_coordinates(shapes, return_index=True)
    places, first, place = np.unique(points @ [1, 1j], return_index=True, return_inverse=True)
    close = KDTree(np.column_stack([places.real, places.imag])).query_pairs(EPSILON, output_type="ndarray")
    if not close.size:
        return shapes
    graph = coo_array((np.ones(len(close)), close.T), shape=(len(places), len(places)))
    count, group = connected_components(graph, directed=False)
    lowest = np.full(count, len(points))
    np.minimum.at(lowest, group, first)
    merged = points[lowest[group[place]]]
    moved = np.unique(unit[(merged != points).any(axis=1)])
    welded = shapes.copy()
    welded[moved] = shapely.remove_repeated_points(shapely.set_coordinates(shapes.copy(), merged)[moved])
    return welded


def repair(
    shapes: Shapes, overlaps: Sequence[Defect], gaps: Sequence[Defect], left_alone: frozenset[frozenset[int]]
) -> Shapes:
    """Close slivers, so that the units are a coverage there.

    An overlap goes to the lower code. A gap goes to the unit with the longest border on it, of equal ones to the lower
    code. Then vertices that one of two neighbours has and the other lacks are put into the other's edge. No vertex
    moves by more than 1e-9 degrees (0.1 mm); units without a defect keep every vertex.

    Parameters
    ----------
    shapes : ndarray of multipolygons, shape (n,)
        Welded, in the order of their codes.
    overlaps, gaps : sequence of Defect
        What to close.
    left_alone : frozenset of frozenset of int
        Pairs of units whose edges need not match.

    Returns
    -------
    ndarray of multipolygons, shape (n,)
    """
    shapes = shapes.copy()
    for defect in (*overlaps, *gaps):
        for member in defect.members:  # edges that agree to the last bit leave no hairlines behind
            shapes[member] = _noded(shapes[member], defect.shape)
    for low, high in (overlap.members for overlap in overlaps):
        shapes[high] = shapely.difference(shapes[high], shapes[low])
    for gap in gaps:
        taker = gap.members[0]
        shapes[taker] = shapely.union(shapes[taker], gap.shape)
    return polygonal(_matched(shapes, left_alone))


def _matched(shapes: Shapes, left_alone: frozenset[frozenset[int]]) -> Shapes:
    """Put the vertices of neighbours into edges that lack them, until all pairs but those left alone match."""
    for _ in range(_ROUNDS):
        shapes = weld(shapes)
        pairs = [edge.members for edge in mismatched_edges(shapes) if frozenset(edge.members) not in left_alone]
        if not pairs:
            break
        for low, high in pairs:
            shapes[high] = _noded(shapes[high], shapes[low])
            shapes[low] = _noded(shapes[low], shapes[high])
    return shapes


def _noded(shape: Any, neighbour: Any) -> Any:
    """Put the vertices of a neighbour that lie on the edges of a shape into these edges."""
    vertices = shapely.points(shapely.get_coordinates(neighbour))
    edges = shapely.boundary(shape)
    shapely.prepare(edges)
    on_edge = vertices[shapely.dwithin(edges, vertices, EPSILON)]
    return shapely.snap(shape, shapely.multipoints(on_edge), EPSILON) if on_edge.size else shape
