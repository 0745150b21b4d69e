"""How likely a neighbourhood's sum is if reports fell anywhere: exactly, by the normal curve, or by its exposure."""

from typing import Final, Literal, get_args

import numpy as np

from geo.errors import InputError
from geo.statistics.checks import Floats, Integers

Alternative = Literal["two-sided", "greater", "less"]

ALTERNATIVES: Final = get_args(Alternative)

LARGEST_SUM: Final = 100_000
"""The largest sum that the exact null takes: the time and memory of its table grow with it."""


def p_of_tails(lower: Floats, upper: Floats, alternative: Alternative) -> Floats:
    """Turn the chances of at most and of at least what was seen into a p-value.

    Parameters
    ----------
    lower, upper : ndarray of float
    alternative : {"two-sided", "greater", "less"}
        Two-sided is twice the smaller tail, at most 1.

    Returns
    -------
    ndarray of float

    Examples
    --------
    >>> p_of_tails(np.array([0.99]), np.array([0.02]), "two-sided")
    array([0.04])
    """
    if alternative not in ALTERNATIVES:
        raise InputError(f"alternative is one of {', '.join(ALTERNATIVES)}, not {alternative!r}", "alternative")
    if alternative == "two-sided":
        twice: Floats = np.minimum(2 * np.minimum(lower, upper), 1)
        return twice
    return upper if alternative == "greater" else lower


def normal_p(z: Floats, alternative: Alternative) -> Floats:
    """Give the p-value of a score under the normal curve.

    Examples
    --------
    >>> normal_p(np.array([1.96]), "two-sided").round(3)
    array([0.05])
    """
    from scipy.special import ndtr  # late: a service starts sooner without SciPy

    return p_of_tails(ndtr(z), ndtr(-z), alternative)


def binomial_p(seen: Integers, trials: Integers | int, chance: Floats | float, alternative: Alternative) -> Floats:
    """Give the p-value of a number of successes among so many trials.

    Parameters
    ----------
    seen : ndarray of int
    trials : ndarray of int, or int
    chance : ndarray of float, or float
        Of a success; no success is seen where it is 0.
    alternative : {"two-sided", "greater", "less"}

    Returns
    -------
    ndarray of float

    Notes
    -----
    The tails are incomplete beta functions: right to 11 digits for millions of trials, where `scipy.special.bdtr` has
    8, and there without the second that `scipy.stats` takes to load.

    Examples
    --------
    >>> binomial_p(np.array([0, 3]), np.array([3, 3]), 0.5, "greater")
    array([1.   , 0.125])
    """
    from scipy.special import betainc, betaincc  # late: a service starts sooner without SciPy

    missed = trials - seen
    lower = np.where(missed > 0, betaincc(seen + 1, np.maximum(missed, 1), chance), 1.0)
    upper = np.where(seen > 0, betainc(np.maximum(seen, 1), missed + 1, chance), 1.0)
    return p_of_tails(lower, upper, alternative)


def exact_p(
    counts: Integers, sums: Integers, sizes: Integers, alternative: Alternative, *, mid_p: bool = False
) -> Floats:
    """Give the p-value of each sum of so many counts, if each were drawn from all counts of the map.

    The sum of k counts is distributed as the k-fold convolution of the map's own distribution of counts. It is
    computed by direct convolution, one more count at a time, which only adds and multiplies numbers that are not
    negative: the far tail keeps its full relative precision, which a Fourier transform would lose below 1e-16.

    Parameters
    ----------
    counts : ndarray of int, of any shape
        All counts of the map.
    sums, sizes : ndarray of int, of one shape that broadcasts
        Each neighbourhood's sum, and how many cells it has.
    alternative : {"two-sided", "greater", "less"}
    mid_p : bool, optional
        Count what was seen itself by half: less cautious with sparse counts, and no longer sure to keep its level.

    Returns
    -------
    ndarray of float, of the sums' shape

    Raises
    ------
    InputError
        A sum is larger than `LARGEST_SUM`.

    Examples
    --------
    Two of four cells have one report; both cells of a neighbourhood are among them:

    >>> exact_p(np.array([0, 0, 1, 1]), np.array([2]), np.array([2]), "greater")
    array([0.25])
    """
    check_sums(sums)
    chance, upper = _sum_distributions(counts, int(sizes.max()), int(sums.max()))
    lower = chance.cumsum(axis=1)
    if mid_p:
        lower -= chance / 2
        upper -= chance / 2
    return p_of_tails(lower, upper, alternative).clip(0, 1)[sizes, sums]


def check_sums(sums: Floats | Integers) -> None:
    """Refuse sums larger than `LARGEST_SUM`, for which the exact null's table would be too large."""
    if (largest := int(sums.max())) > LARGEST_SUM:
        raise InputError(f"the exact null takes sums up to {LARGEST_SUM}, not {largest}: use the normal one", "null")


def _sum_distributions(counts: Integers, largest_size: int, largest_sum: int) -> tuple[Floats, Floats]:
    """Give the chance of a sum, and of at least it, by how many counts are summed (from 0) and the sum (from 0)."""
    length = largest_sum + 1
    frequency = np.bincount(np.minimum(counts.ravel(), length))
    values = np.flatnonzero(frequency)
    shares = frequency[values] / counts.size
    chance = np.zeros((largest_size + 1, length))
    upper = np.zeros((largest_size + 1, length + 1))  # the last column: of a sum larger than any that was seen
    chance[0, 0] = upper[0, 0] = 1
    for size in range(1, largest_size + 1):
        for value, share in zip(values.tolist(), shares.tolist(), strict=True):
            chance[size, value:] += share * chance[size - 1, : length - value]
        upper[size, -1] = shares @ upper[size - 1, length - values]
        upper[size, :-1] = chance[size, ::-1].cumsum()[::-1] + upper[size, -1]
    return chance, upper[:, :-1]
