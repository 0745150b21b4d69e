"""What is asked of the cube and what it answers, and its days as numbers."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from geo.columns import Columns, Integers
from geo.counting.axes import CUBE_RESOLUTION
from geo.errors import InputError

COARSEST = 5
"""The coarsest resolution of the cube's cells."""

_UNIX_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Counts(Columns):
    """How many reports, or people, each cell had.

    Parameters
    ----------
    cell, count : ndarray of int64, shape (n,)
        Cells with at least one report, in ascending order.
    synthetic : ndarray of int64, shape (n,)
        How many of the reports are demo data.
    """

    cell: Integers
    count: Integers
    synthetic: Integers

    @property
    def n(self) -> int:
        """All reports counted."""
        return int(self.count.sum())


@dataclass(frozen=True)
class Query:
    """What is to be counted.

    Parameters
    ----------
    first, last : date
        Local dates, both included.
    resolution : int
        Of the cells, 5 to 9.
    categories, statuses : tuple of str, optional
        All if not given. The status is that of now.
    unit_id : int, optional
        Only reports whose point this unit holds, by its database id.
    generation_id : int, optional
        Of the boundaries by which the unit is meant; the newest that have it if not given.
    duplicates : bool
        Whether reports that were merged into others are counted, too.

    Raises
    ------
    InputError
        A resolution that the cube has not, or a window that ends before it begins.
    """

    first: dt.date
    last: dt.date
    resolution: int = CUBE_RESOLUTION
    categories: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    unit_id: int | None = None
    generation_id: int | None = None
    duplicates: bool = True

    def __post_init__(self) -> None:
        """Check what has no other check."""
        if not COARSEST <= self.resolution <= CUBE_RESOLUTION:
            raise InputError(
                f"the cube has the resolutions {COARSEST} to {CUBE_RESOLUTION}, not {self.resolution}", "resolution"
            )
        if self.last < self.first:
            raise InputError(f"the window ends on {self.last}, before it begins on {self.first}", "to")


def month_of(day: Integers) -> Integers:
    """Give each day, since 1970-01-01, its month, since January 1970.

    Examples
    --------
    >>> month_of(np.array([0, 30, 31])).tolist()
    [0, 0, 1]
    """
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def day_number(day: dt.date) -> int:
    """Give the days since 1970-01-01.

    Examples
    --------
    >>> day_number(dt.date(1970, 2, 1)), date_of(31)
    (31, datetime.date(1970, 2, 1))
    """
    return (day - _UNIX_EPOCH).days


def date_of(day: int) -> dt.date:
    """Give the date of so many days since 1970-01-01."""
    return _UNIX_EPOCH + dt.timedelta(days=day)
