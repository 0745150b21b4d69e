"""How many people are behind a number: what decides whether everybody may see it."""

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers, Truths

LEAST_PEOPLE = 5
"""A public number is of so many different people at least."""


def distinct_people(group: Integers, reporter: NDArray[np.integer], groups: int) -> Integers:
    """Count the different people of each group.

    Parameters
    ----------
    group : ndarray of int64, shape (n,)
        From 0 on.
    reporter : ndarray of int, shape (n,)
        The same number, below 2**32, for the same person; 0 for a report of nobody known, which adds no person.
    groups : int

    Returns
    -------
    ndarray of int64, shape (groups,)

    Examples
    --------
    >>> distinct_people(np.array([0, 0, 0, 2]), np.array([7, 7, 8, 0]), 3).tolist()
    [2, 0, 0]
    """
    known = reporter > 0
    # Sorted, as `np.unique` would hash them, which takes many times as long.
    pairs = np.sort(group[known] << 32 | reporter[known].astype(np.int64))
    return np.bincount(pairs[begins(pairs)] >> 32, minlength=groups)


def begins(values: Integers) -> Truths:
    """Tell where something else begins.

    Examples
    --------
    >>> begins(np.array([4, 4, 7, 4])).tolist()
    [True, False, True, True]
    """
    found: Truths = np.append(True, values[1:] != values[:-1])[: len(values)]
    return found
