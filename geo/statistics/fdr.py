"""How many of many findings may be chance: Benjamini and Hochberg's false discovery rate."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from geo.statistics.checks import Floats, Integers, finite, share
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Trong số các ô được tô là điểm nóng, trung bình không quá 5 % là do ngẫu nhiên (với mức 95 %); "
    "không thể nói ô nào trong số đó.",
    en="Of the cells that are shown as hot spots, on average at most 5 % are there by chance (at the level of 95 %); "
    "it does not say which of them.",
)

BINS: Final = (0.10, 0.05, 0.01)
"""The false discovery rates of bins 1, 2 and 3: 90, 95 and 99 %."""


def q_values(p: ArrayLike, times: Integers | None = None) -> Floats:
    """Correct p-values for how many there are.

    A finding's q is the smallest false discovery rate at which it is still one: reject where q <= alpha. It is the
    smallest of m p_(j) / j over all ranks j from the finding's own up, and at most 1.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        All p-values of one question, the large ones too.
    times : ndarray of int, shape (m,), optional
        How often each of them was found, if not once: of whole counts there are few that differ, sooner sorted.

    Returns
    -------
    ndarray of float, shape (m,)

    Raises
    ------
    InputError
        There is no p-value, or one is missing or outside 0 to 1.

    Notes
    -----
    Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, Journal of the Royal Statistical
    Society B 57: 289-300. It holds for tests that are independent or, as neighbouring cells are, positively dependent
    (Benjamini and Yekutieli 2001).

    Examples
    --------
    >>> q_values([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    chances = finite(p, "p", (None,))
    if chances.min() < 0 or chances.max() > 1:
        raise InputError("p-values lie between 0 and 1", "p")
    order = chances.argsort()
    rank = np.arange(1, len(chances) + 1) if times is None else times[order].cumsum()
    scaled = chances[order] * (rank[-1] / rank)
    q = np.empty(len(scaled))
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1)
    return q


def threshold(p: Floats, alpha: float) -> float:
    """Give the largest p-value that is still a discovery, or -1 if none is.

    ``p <= threshold(p, alpha)`` is ``q_values(p) <= alpha``, found without sorting the p-values that are too large.

    Parameters
    ----------
    p : ndarray of float, of any shape
    alpha : float
        The false discovery rate, between 0 and 1.

    Examples
    --------
    >>> threshold(np.array([0.01, 0.04, 0.03, 0.9]), 0.05)
    0.01
    """
    share(alpha, "alpha")
    small = np.sort(p[p <= alpha])  # no other p-value can be a discovery, and these keep their ranks
    passing = small[small * (p.size / np.arange(1, len(small) + 1)) <= alpha]
    return float(passing[-1]) if len(passing) else -1.0


def bins(q: Floats, direction: Floats) -> NDArray[np.int8]:
    """Sort findings into the seven steps of a map: 99, 95 and 90 % cold, not significant, 90, 95 and 99 % hot.

    Parameters
    ----------
    q : ndarray of float, shape (m,)
    direction : ndarray of float, shape (m,)
        Its sign says hot or cold.

    Returns
    -------
    ndarray of int8, shape (m,)
        -3 to 3.

    Examples
    --------
    >>> bins(np.array([0.001, 0.05, 0.2]), np.array([4.0, -2.0, 1.0]))
    array([ 3, -2,  0], dtype=int8)
    """
    steps = sum((q <= level).astype(np.int8) for level in BINS)
    return np.sign(direction).astype(np.int8) * steps
