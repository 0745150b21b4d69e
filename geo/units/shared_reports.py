"""Reports counted by the units that hold their points in two generations: who became whom, by reports."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo.columns import Columns, Floats, Integers
from geo.location.locator import Locator
from geo.units.jurisdiction import NEAREST_WITHIN_M


@dataclass(frozen=True)
class SharedReports(Columns):
    """How many reports each pair of units shares; pairs with none are left out.

    Parameters
    ----------
    old, new : ndarray of int64, shape (m,)
        Positions in the codes of the two locators, ascending by old and then by new; -1 where a point is in no unit.
    count : ndarray of int64, shape (m,)
        Reports; they sum to all that were read.
    """

    old: Integers
    new: Integers
    count: Integers


def count_shared(old: Locator, new: Locator, points: Iterable[tuple[Floats, Floats]]) -> SharedReports:
    """Count points by the unit that they are in under the old boundaries, and under the new ones.

    Parameters
    ----------
    old, new : Locator
        Of the two generations. A point in no unit goes to the nearest one within 50 m, as it does at intake.
    points : iterable of (lon, lat)
        Arrays of WGS 84 degrees, portion by portion.

    Examples
    --------
    >>> import shapely
    >>> west, east = shapely.box(105.8, 21, 105.81, 21.01), shapely.box(105.81, 21, 105.82, 21.01)
    >>> old, new = Locator.build(["1", "2"], [west, east]), Locator.build(["3"], [west.union(east)])
    >>> shared = count_shared(old, new, [(np.array([105.805, 105.806, 105.815]), np.array([21.005, 21.005, 21.005]))])
    >>> shared.old.tolist(), shared.new.tolist(), shared.count.tolist()
    ([0, 1], [0, 0], [2, 1])
    """
    rows, columns = len(old.codes) + 1, len(new.codes) + 1  # the first of each: in no unit
    counts = np.zeros(rows * columns, dtype=np.int64)
    for lon, lat in points:
        before, after = (each.locate(lon, lat, NEAREST_WITHIN_M).unit.astype(np.int64) + 1 for each in (old, new))
        counts += np.bincount(before * columns + after, minlength=len(counts))
    pair = np.flatnonzero(counts)
    return SharedReports(pair // columns - 1, pair % columns - 1, counts[pair])
