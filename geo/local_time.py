"""Between UTC and the clocks of a time zone, for arrays of moments."""

import datetime as dt
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geo.columns import Moments

_FIRST, _LAST = dt.datetime(1850, 1, 1, tzinfo=dt.UTC), dt.datetime(2150, 1, 1, tzinfo=dt.UTC)
_WEEK = 7 * 24 * 3600

Seconds = NDArray[np.timedelta64]


def to_local(moments: Moments, time_zone: str) -> Moments:
    """Give what the clocks of a zone show.

    Parameters
    ----------
    moments : ndarray of datetime64
        UTC, in any unit and shape; NaT stays NaT. After 2149 the last known offset is taken to hold for ever.
    time_zone : str
        IANA name.

    Returns
    -------
    ndarray of datetime64[us]

    Examples
    --------
    >>> to_local(np.array(["2025-06-30T17:30"], dtype="datetime64[ms]"), "Asia/Ho_Chi_Minh")
    array(['2025-07-01T00:30:00.000000'], dtype='datetime64[us]')
    """
    since, offset = _offsets(time_zone)
    exact = moments.astype("datetime64[us]")
    local: Moments = np.add(exact, offset[np.searchsorted(since, exact, side="right") - 1])
    return local


def local_days(moments: Moments, time_zone: str) -> Moments:
    """Give the local date of each UTC moment.

    Examples
    --------
    >>> local_days(np.array(["2025-06-30T17:30"], dtype="datetime64[ms]"), "Asia/Ho_Chi_Minh")
    array(['2025-07-01'], dtype='datetime64[D]')
    """
    return to_local(moments, time_zone).astype("datetime64[D]")


def to_utc(wall: Moments, time_zone: str) -> Moments:
    """Give the moment at which the clocks of a zone first show a time, or jump past it.

    Parameters
    ----------
    wall : ndarray of datetime64
        What clocks show, in any unit and shape; NaT stays NaT.
    time_zone : str
        IANA name.

    Returns
    -------
    ndarray of datetime64[us]
        UTC. Of a time that clocks show twice the first; for one that they skip the moment of the jump.

    Examples
    --------
    >>> to_utc(np.array(["2025-03-30T02:30", "2025-10-26T02:30"], dtype="datetime64[m]"), "Europe/Berlin")
    array(['2025-03-30T01:00:00.000000', '2025-10-26T00:30:00.000000'], dtype='datetime64[us]')
    """
    since, offset = _offsets(time_zone)
    # Local time at which each offset ends; clocks that go back reach some times again, so only the furthest counts.
    reached = np.maximum.accumulate(since[1:] + offset[:-1])
    exact = wall.astype("datetime64[us]")
    span = np.searchsorted(reached, exact, side="right")
    found: Moments = np.maximum(exact - offset[span], since[span])
    return np.where(np.isnat(exact), exact, found)


@lru_cache(maxsize=32)
def _offsets(time_zone: str) -> tuple[Moments, Seconds]:
    """Since when each offset from UTC has held; the first one for ever before."""
    zone = ZoneInfo(time_zone)

    def offset(second: int) -> int:
        away = dt.datetime.fromtimestamp(second, zone).utcoffset()
        return 0 if away is None else int(away.total_seconds())

    # No zone has changed its clocks twice within a week, there and back.
    weeks = range(int(_FIRST.timestamp()), int(_LAST.timestamp()), _WEEK)
    since, offsets = [np.iinfo(np.int64).min + 1], [offset(weeks[0])]
    for before, after in pairwise(weeks):
        if offset(after) != offsets[-1]:
            since.append(_turn(offset, before, after) * 1_000_000)
            offsets.append(offset(after))
    return np.array(since).astype("datetime64[us]"), np.array(offsets).astype("timedelta64[s]")


def _turn(offset: Any, before: int, after: int) -> int:
    """Find the second at which an offset changes, by halving."""
    old = offset(before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if offset(middle) == old else (before, middle)
    return after
