"""Whether series rise or fall: the Mann-Kendall test, for many series at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo.errors import InputError
from geo.statistics.checks import Floats, Integers, finite
from geo.statistics.nulls import normal_p
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Chuỗi số tăng hoặc giảm đều hơn mức ngẫu nhiên; không nói tăng bao nhiêu, và mùa vụ (Tết, mùa mưa) cũng có thể "
    "trông như xu hướng.",
    en="The series rises or falls more steadily than chance would make it; it does not say by how much, and a season "
    "(Tết, the rains) can look like a trend.",
)

MOST_STEPS: Final = 10_000
"""The longest series: the time that the test takes grows with the square of its length."""


@dataclass(frozen=True, eq=False)
class Trend:
    """What the Mann-Kendall test says of each series; all arrays have the shape (n,).

    Parameters
    ----------
    s : ndarray of int
        Pairs of values that rise, less pairs that fall.
    variance : ndarray of float
        Of s, if the values came in any order.
    z : ndarray of float
        s by its standard deviation, with the correction for continuity.
    p : ndarray of float
        Two-sided.
    """

    s: Integers
    variance: Floats
    z: Floats
    p: Floats


def mann_kendall(series: ArrayLike) -> Trend:
    """Test each row for a trend.

    With t the sizes of groups of equal values::

        S = sum over i < j of sign(x_j - x_i)
        Var = (T (T - 1) (2 T + 5) - sum of t (t - 1) (2 t + 5)) / 18
        z = (S - sign S) / sqrt(Var)

    Parameters
    ----------
    series : array_like of float, shape (n, steps)
        One series a row, the earliest value first.

    Returns
    -------
    Trend
        z is 0 and p is 1 where S is 0, as for a row of equal values.

    Raises
    ------
    InputError
        No rows, or a value is missing; fewer than 2 steps or more than `MOST_STEPS`.

    Notes
    -----
    Mann, H. B. (1945), Nonparametric tests against trend, Econometrica 13: 245-259; Kendall, M. G. (1975), Rank
    correlation methods; ties as in Gilbert, R. O. (1987), Statistical methods for environmental pollution monitoring,
    ch. 16. The test takes the values of a row for independent: a series that remembers its past finds trends too
    easily.

    Examples
    --------
    >>> trend = mann_kendall([[23, 24, 0, 6, 0, 24, 24, 0, 23]])
    >>> trend.s, trend.variance.round(4), trend.z
    (array([-1]), array([83.6667]), array([0.]))
    """
    x = finite(series, "series", (None, None))
    steps = x.shape[1]
    if not 2 <= steps <= MOST_STEPS:
        raise InputError(f"a trend needs 2 to {MOST_STEPS} steps, not {steps}", "series")
    s = _rises_less_falls(np.ascontiguousarray(x.T))
    variance = (steps * (steps - 1) * (2 * steps + 5) - _ties(np.ascontiguousarray(np.sort(x, axis=1).T))) / 18
    z = (s - np.sign(s)) / np.sqrt(np.maximum(variance, 1))
    return Trend(s, variance, z, normal_p(z, "two-sided"))


def _rises_less_falls(x: Floats) -> Integers:
    s = np.zeros(x.shape[1], np.int64)
    narrow = np.min_scalar_type(-len(x))  # sums of few signs need few bits, and are made the faster
    for step in range(len(x) - 1):
        later, now = x[step + 1 :], x[step]
        s += ((later > now).view(np.int8) - (later < now).view(np.int8)).sum(axis=0, dtype=narrow)
    return s


def _ties(ascending: Floats) -> Integers:
    """Sum t (t - 1) (2 t + 5) over the ties: the j-th of equal values adds 6 (j^2 - 1) to it."""
    before = np.zeros(ascending.shape[1], np.int64)  # how many values equal the present one and come before it
    ties = np.zeros_like(before)
    for present, last in zip(ascending[1:], ascending[:-1], strict=True):
        before += 1
        before *= present == last
        ties += before * (before + 2)
    return 6 * ties
