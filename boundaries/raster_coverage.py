"""From labelled cells to polygons with smooth borders that fit each other exactly.

Borders run along the sides of cells. Each corner on a border is moved towards the middle of its neighbours on it, again
and again, but never half a cell away from where it was. So each corner stays in a square of its own, the squares of two
corners that are joined share a side, and two sides without a common corner can't cross: what was a coverage stays one,
whatever the smoothing does. (The idea is that of surface nets: S. Gibson, Constrained Elastic Surface Nets, 1998.)
"""

import numpy as np
import numpy.typing as npt
import shapely

from geo.location.edges import Floats, Ints

ROUNDS = 30
"""Rounds of smoothing: staircases are gone after about as many rounds as their steps are long."""

FARTHEST = 0.49
"""How far a corner may move along each axis, in cells: less than half."""


def coverage_of(labels: Ints, tolerance: float) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Outline the cells of each label by smooth borders that neighbours share.

    Parameters
    ----------
    labels : (rows, columns) ndarray of int64
        Labels from 0; -1 is outside. The outermost cells must be outside.
    tolerance : float
        For simplification, in cells; 0 keeps all corners.

    Returns
    -------
    labels : (n,) ndarray of int64
        The labels that occur, ascending.
    shapes : (n,) ndarray of MultiPolygon
        One for each, in cells: column to the right, row upward. Together they are a valid coverage.

    Examples
    --------
    >>> labels = np.pad([[0, 0, 1], [0, 2, 2]], 1, constant_values=-1)
    >>> found, shapes = coverage_of(labels, tolerance=0)
    >>> found.tolist(), bool(shapely.coverage_is_valid(shapes)), shapely.touches(shapes[0], shapes[1:]).tolist()
    ([0, 1, 2], True, [True, True])
    """
    columns = labels.shape[1] + 1
    one, other = _borders(labels)
    corners = np.unique(np.concatenate([one, other]))
    at = np.column_stack([corners % columns, corners // columns]).astype(float)
    smooth = _smoothed(at, np.searchsorted(corners, one), np.searchsorted(corners, other))

    faces = _faces(at[np.searchsorted(corners, np.column_stack([one, other]))])
    inside = np.floor(shapely.get_coordinates(shapely.point_on_surface(faces))).astype(np.int64)
    label = labels[inside[:, 1], inside[:, 0]]
    faces, label = faces[label >= 0], label[label >= 0]
    order = np.argsort(label, kind="stable")
    found, group = np.unique(label[order], return_inverse=True)

    def moved(uv: Floats) -> Floats:
        corner: Ints = uv.astype(np.int64) @ (1, columns)
        return smooth[np.searchsorted(corners, corner)]

    shapes = shapely.multipolygons(shapely.transform(faces[order], moved), indices=group)
    return found, shapely.coverage_simplify(shapes, tolerance)


def _borders(labels: Ints) -> tuple[Ints, Ints]:
    """List the sides of cells between different labels: the numbers of their two corners."""
    columns = labels.shape[1] + 1
    row, column = np.nonzero(labels[:, 1:] != labels[:, :-1])
    upright = row * columns + column + 1
    row, column = np.nonzero(labels[1:] != labels[:-1])
    level = (row + 1) * columns + column
    return np.concatenate([upright, level]), np.concatenate([upright + columns, level + 1])


def _smoothed(at: Floats, one: Ints, other: Ints) -> Floats:
    """Move each corner half way to the middle of its neighbours, `ROUNDS` times, within its own square."""
    start, end = np.concatenate([one, other]), np.concatenate([other, one])
    neighbours = np.bincount(start)
    now = at
    for _ in range(ROUNDS):
        middle = np.column_stack([np.bincount(start, now[end, axis]) / neighbours for axis in (0, 1)])
        now = np.clip((now + middle) / 2, at - FARTHEST, at + FARTHEST)
    return now


def _faces(sides: Floats) -> npt.NDArray[np.object_]:
    """Find the polygons that the sides, (n, 2, 2), enclose."""
    lines = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(sides)))
    faces: npt.NDArray[np.object_] = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    return faces
