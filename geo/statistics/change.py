"""Whether a place has more reports than in the period before, or whether that is chance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.statistics import fdr
from geo.statistics.checks import Floats, Integers, positive, share, whole
from geo.statistics.nulls import binomial_p
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Số phản ánh tăng hay giảm so với kỳ trước nhiều hơn mức ngẫu nhiên; có thể do người dân phản ánh nhiều hơn, "
    "chứ không phải vì tình hình xấu đi.",
    en="Reports rose or fell from the period before by more than chance; people may report more without things being "
    "worse.",
)


@dataclass(frozen=True, eq=False)
class Change:
    """What changed between two periods, place by place; all arrays have the shape (n,).

    Parameters
    ----------
    percent : ndarray of float
        By how much the rate per exposure changed: 100 is twice as much, infinite if there was nothing before; NaN where
        neither period has a report.
    low, high : ndarray of float
        Its confidence interval, in percent.
    p : ndarray of float
        How likely a change at least as large is by chance, two-sided.
    q : ndarray of float
        The smallest false discovery rate at which it is still a finding.
    bin : ndarray of int8
        -3 to 3: fewer at 99, 95, 90 %, not significant, more at 90, 95, 99 %, by q.
    """

    percent: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats
    bin: NDArray[np.int8]


def change(
    before: ArrayLike, after: ArrayLike, exposure_before: float = 1, exposure_after: float = 1, *, alpha: float = 0.05
) -> Change:
    """Test each place for a change of its rate, given how many reports both periods have together.

    If nothing changed, each of a place's reports is one of the later period with the same chance, so their number is
    binomial::

        after ~ Binomial(before + after, exposure_after / (exposure_before + exposure_after))

    The p-value is twice the smaller tail. The interval of that chance is Clopper and Pearson's, and an interval of the
    ratio of rates follows from it: the change is significant at alpha just where the interval leaves 0 out.

    Parameters
    ----------
    before, after : array_like of int, shape (n,)
        Reports of each place in the two periods.
    exposure_before, exposure_after : float, optional
        How long the periods are (days).
    alpha : float, optional
        1 less the confidence of the interval.

    Returns
    -------
    Change

    Raises
    ------
    InputError
        Shapes differ, a count is missing, negative or not whole, or an exposure is not more than 0.

    Notes
    -----
    Przyborowski, J. and Wilenski, H. (1940), Homogeneity of results in testing samples from Poisson series, Biometrika
    31: 313-323; Clopper, C. J. and Pearson, E. S. (1934), The use of confidence or fiducial limits, Biometrika 26:
    404-413. Only places with a report are corrected for: the others can't show a change, whatever happened.

    Examples
    --------
    >>> found = change([10, 0, 3], [30, 0, 4], 30, 31)
    >>> found.percent.round(), found.bin
    (array([190.,  nan,  29.]), array([3, 0, 0], dtype=int8))
    """
    old = whole(before, "before", (None,))
    new = whole(after, "after", old.shape)
    exposures = positive([exposure_before, exposure_after], "exposures", (2,))
    share(alpha, "alpha")
    total = old + new
    chance = exposures[1] / exposures.sum()
    from scipy.special import betaincinv  # late: a service starts sooner without SciPy

    p = binomial_p(new, total, chance, "two-sided")
    q = np.ones_like(p)
    if total.any():
        q[total > 0] = fdr.q_values(p[total > 0])
    fewer = betaincinv(np.maximum(new, 1), old + 1, alpha / 2) * (new > 0)
    more = np.where(old > 0, betaincinv(new + 1, np.maximum(old, 1), 1 - alpha / 2), 1.0)
    low, high = _percent(fewer, 1 - fewer, exposures), _percent(more, 1 - more, exposures)
    percent = _percent(new, old, exposures)
    return Change(percent, low, high, p, q, fdr.bins(q, np.where(percent > 0, 1.0, -1.0)))


def _percent(later: Floats | Integers, earlier: Floats | Integers, exposures: Floats) -> Floats:
    """Compare two numbers per exposure; a number after nothing is infinitely more, and nothing after nothing NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = (later / exposures[1]) / (earlier / exposures[0])
    return 100 * (ratio - 1)
