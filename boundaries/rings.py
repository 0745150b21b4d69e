"""Checks of single shapes: coordinates that can be meant, and rings that are valid."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from boundaries.report import Finding
from geo.location.shapes import Shapes, polygonal

Texts = npt.NDArray[np.object_]


def check_coordinates(shapes: Shapes, codes: Texts, names: Texts, previous: Shapes | None) -> list[Finding]:
    """Find units whose coordinates are no longitude and latitude, and a file that lies elsewhere than its predecessor.

    Parameters
    ----------
    shapes : ndarray of multipolygons, shape (n,)
        In lon, lat.
    codes, names : ndarray of str, shape (n,)
        Of the same units.
    previous : ndarray of polygons, optional
        Shapes of the previous generation.

    Returns
    -------
    list of Finding
        All of them refusals: without sound coordinates nothing else can be checked.
    """
    points, unit = shapely.get_coordinates(shapes, return_index=True)
    finite = np.isfinite(points).all(axis=1)
    x, y = np.where(finite[:, None], points, 0.0).T
    complaints = (
        ("not finite: correct the file", ~finite),
        (
            "not longitude, latitude but seem to be latitude, longitude: swap them",
            (np.abs(x) <= 90) & (np.abs(y) > 90) & (np.abs(y) <= 180),
        ),
        (
            "not longitude, latitude but seem to be metres: label the file with its coordinate system",
            (np.abs(x) > 180) | (np.abs(y) > 180),
        ),
        ("north or south of a pole: correct the file", (np.abs(x) > 90) & (np.abs(x) <= 180) & (np.abs(y) > 90)),
    )
    findings = []
    for message, wrong in complaints:
        if (found := np.unique(unit[wrong])).size:
            first = "{:g}, {:g}".format(*points[wrong][0])
            text = f"coordinates of {found.size} units are {message} (the first: {first})"
            findings.append(Finding("coordinates", "refused", text, tuple(codes[found]), tuple(names[found])))
    if not findings and previous is not None and _apart(shapely.total_bounds(shapes), shapely.total_bounds(previous)):
        text = "the file lies wholly outside of the previous generation: is it another territory's?"
        findings.append(Finding("coordinates", "refused", text, shape=shapely.box(*shapely.total_bounds(shapes))))
    return findings


def repair_rings(shapes: Shapes, codes: Texts, names: Texts, share: float) -> tuple[Shapes, list[Finding]]:
    """Make invalid shapes valid; refuse those whose area this changes by more than a share.

    Parameters
    ----------
    shapes : ndarray of multipolygons, shape (n,)
        In lon, lat.
    codes, names : ndarray of str, shape (n,)
        Of the same units.
    share : float
        Greatest change of the area of a unit, as a share of it.

    Returns
    -------
    tuple of (ndarray of multipolygons, list of Finding)
        All shapes, now valid; those refused too, so that the checks that follow can still be made.
    """
    invalid = np.flatnonzero(~shapely.is_valid(shapes))
    valid = shapes.copy()
    valid[invalid] = polygonal(shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False))
    findings = [_ring(shapes[i], valid[i], str(codes[i]), str(names[i]), share) for i in invalid]
    return valid, findings


def _ring(before: Any, after: Any, code: str, name: str, share: float) -> Finding:
    reason = shapely.is_valid_reason(before)
    change = abs(after.area - before.area) / before.area if before.area else np.inf
    if change <= share:
        text = f"invalid shape ({reason}) was made valid; its area changed by a share of {change:.1g}"
        return Finding("ring", "repaired", text, (code,), (name,), shape=after)
    text = (
        f"invalid shape ({reason}): making it valid would change its area by a share of {change:.1g}: correct the file"
    )
    return Finding("ring", "refused", text, (code,), (name,), shape=None if after.is_empty else after)


def _apart(box: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    return bool((box[:2] > other[2:]).any() or (box[2:] < other[:2]).any())
