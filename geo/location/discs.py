"""How a disc is shared between units: the area of each unit in it, exactly, from the edges in it alone."""

from dataclasses import dataclass

import numpy as np

from geo.location import mercator
from geo.location.borders import Borders, EdgesWithin
from geo.location.edges import Floats, Ints

NO_SHARE = 1e-9
"""A share that is no larger is nothing but rounding."""

_ASIDE = 1e-7 * np.array([np.cos(1), np.sin(1)])
"""How far the centre is moved, in radii: a vertex at the very centre has no direction to measure an angle from."""


@dataclass(frozen=True, slots=True)
class DiscShares:
    """What the discs around points touch.

    Parameters
    ----------
    point : (m,) ndarray of int64
        Position of the point; ascending.
    unit : (m,) ndarray of int64
        A unit that its disc touches; ascending for each point.
    share : (m,) ndarray of float64
        The part of the disc's area that is the unit's, 0 to 1. What is missing to 1 lies in no unit.
    distance_m : (m,) ndarray of float64
        From the point to the unit, 0 if the unit covers it.
    """

    point: Ints
    unit: Ints
    share: Floats
    distance_m: Floats


def disc_shares(
    borders: Borders, units: int, covering: tuple[Ints, Ints], lon: Floats, lat: Floats, radius_m: Floats
) -> DiscShares:
    """Share the discs around points between units.

    Parameters
    ----------
    borders : Borders
    units : int
        How many units there are.
    covering : (point, unit)
        All units that cover each centre.
    lon, lat, radius_m : (n,) ndarray of float64

    Notes
    -----
    By Green's theorem a unit's area in the disc is a sum over its edges: the triangle between the centre and the part
    of the edge in the disc, and the sector between the centre and the rest. If all were sectors, they would sum to the
    whole disc for a unit that covers the centre and to nothing for another. So an edge that does not enter the disc
    need not be looked at, and one that does counts with the difference between its triangle and the sector behind it.
    """
    parts = []
    for lot in borders.edges_within(lon, lat, radius_m):
        own = slice(*np.searchsorted(covering[0], [lot.points.start, lot.points.stop]))
        parts.append(_some_shares(lot, units, (covering[0][own], covering[1][own]), lon, lat, radius_m))
    return DiscShares(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _some_shares(
    lot: EdgesWithin, units: int, covering: tuple[Ints, Ints], lon: Floats, lat: Floats, radius_m: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    """Share the discs of a lot: what `DiscShares` has of them."""
    centre, radius = np.column_stack(mercator.forward(lon, lat)), radius_m * mercator.scale(lat)
    (ax, ay), (bx, by) = (
        ((end - centre[lot.point]) / radius[lot.point, None] - _ASIDE).T for end in (lot.start, lot.end)
    )
    gain, distance = _gain_and_distance(ax, ay, bx, by)

    pair_key = lot.point * units + lot.unit
    cover_key = covering[0] * units + covering[1]
    key, group = np.unique(np.concatenate([cover_key, pair_key]), return_inverse=True)
    covers = np.zeros(len(key), dtype=bool)
    covers[group[: len(cover_key)]] = True
    edge_group = group[len(cover_key) :]
    # Of no edges at all, bincount makes integers.
    share = _unwrap(covers + np.bincount(edge_group, weights=gain, minlength=len(key)).astype(np.float64))
    nearest = np.where(covers, 0.0, np.inf)
    np.minimum.at(nearest, edge_group, distance)
    touched = np.flatnonzero((share > NO_SHARE) | covers)
    point, unit = np.divmod(key[touched], units)
    return point, unit, share[touched], nearest[touched] * radius_m[point]


def _gain_and_distance(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> tuple[Floats, Floats]:
    """Say what edges from a to b add to their unit's share of the unit disc, and how far each is from its centre."""
    dx, dy = bx - ax, by - ay
    length2 = np.maximum(dx * dx + dy * dy, np.finfo(float).tiny)
    middle = -(ax * dx + ay * dy) / length2  # where along the edge's line the centre is nearest
    distance2 = (ax + middle * dx) ** 2 + (ay + middle * dy) ** 2
    half = np.sqrt(np.maximum(1 - distance2, 0) / length2)
    enter, leave = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    px, py, qx, qy = ax + enter * dx, ay + enter * dy, ax + leave * dx, ay + leave * dy
    cross, dot = px * qy - py * qx, px * qx + py * qy
    gain = (cross - np.arctan2(cross, dot)) / (2 * np.pi)
    foot = np.clip(middle, 0, 1)
    return gain, np.hypot(ax + foot * dx, ay + foot * dy)


def _unwrap(share: Floats) -> Floats:
    """Bring shares to 0 to 1: with an edge through the centre they may be a whole disc too large or too small."""
    share = np.where(share < -NO_SHARE, share + 1, np.where(share > 1 + NO_SHARE, share - 1, share))
    return np.clip(share, 0, 1)
