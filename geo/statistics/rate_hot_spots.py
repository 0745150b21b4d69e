"""Hot and cold spots of rates: where a neighbourhood has more reports than its share of the exposure lets expect."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo.errors import InputError
from geo.statistics import fdr
from geo.statistics.checks import positive, whole
from geo.statistics.gi import HotSpots
from geo.statistics.nulls import Alternative, binomial_p
from geo.statistics.weights import Weights
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Ô là điểm nóng khi ô đó và các ô kề bên có nhiều phản ánh hơn mức ngẫu nhiên so với diện tích hoặc số dân của "
    "chúng, nếu nơi nào cũng có tỷ lệ như toàn thành phố; không nói vì sao, và khi có rất nhiều phản ánh thì "
    "chênh lệch nhỏ cũng nổi bật.",
    en="A cell is a hot spot when it and its neighbours have more reports for their area or residents than chance "
    "would give if the city's rate held everywhere; it does not say why, and of very many reports small differences "
    "stand out, too.",
)


def rate_hot_spots(
    counts: ArrayLike, exposure: ArrayLike, weights: Weights, *, alternative: Alternative = "two-sided"
) -> HotSpots:
    """Test each neighbourhood's reports against its exposure, given all reports, and correct for how many were tested.

    If the rate is the same everywhere, each of the N reports falls into the neighbourhood with the chance that is the
    neighbourhood's share of all exposure::

        C_i ~ Binomial(N, E_i / E)
        z_i = (C_i - N E_i / E) / sqrt(N E_i / E (1 - E_i / E))

    p comes from the binomial distribution itself; z is there to compare by, and its sign says hot or cold.

    Parameters
    ----------
    counts : array_like of int, shape (n,)
        Of every cell that has an exposure, 0 where there is no report.
    exposure : array_like of float, shape (n,)
        Area or residents, more than 0; the unit does not matter.
    weights : Weights
        Binary: C_i and E_i are sums over the neighbours.
    alternative : {"two-sided", "greater", "less"}, optional
        Hot and cold spots, hot ones only, cold ones only. Two-sided is twice the smaller tail, at most 1.

    Returns
    -------
    HotSpots
        z is 0 and p is 1 where nothing can stand out: no reports, or the whole map as neighbours.

    Raises
    ------
    InputError
        Shapes differ; a count is missing, negative or not whole; an exposure is not more than 0; weights other than 1.

    Notes
    -----
    Choynowski, M. (1959), Maps based on probabilities, Journal of the American Statistical Association 54: 385-388, of
    neighbourhoods instead of single areas; conditional on all reports as in Przyborowski, J. and Wilenski, H. (1940),
    Homogeneity of results in testing samples from Poisson series, Biometrika 31: 313-323. Nothing is estimated but the
    rate of all, so places of little exposure need no smoothing before: few reports can be expected there, and the
    distribution knows it.

    Examples
    --------
    Twenty reports on a tenth of the residents are many, and on half of them few:

    >>> line = Weights.within([0, 1, 2, 3], [0, 0, 0, 0], 0.5)
    >>> found = rate_hot_spots([20, 20, 30, 30], [10, 50, 20, 20], line)
    >>> found.bin, found.z.round(1)
    (array([ 3, -3,  2,  2], dtype=int8), array([ 3.3, -6. ,  2.5,  2.5]))
    """
    x = whole(counts, "counts", (weights.n,))
    exposed = positive(exposure, "exposure", x.shape)
    if not weights.binary:
        raise InputError("hot spots of rates need binary weights: reports in a neighbourhood are counted", "weights")
    reports = int(x.sum())
    share = np.minimum(weights.lag(exposed) / exposed.sum(), 1)
    seen, expected = weights.lag(x), reports * share
    p = binomial_p(seen.astype(np.int64), reports, share, alternative)
    spread = expected * (1 - share)
    varies = spread > 1e-12 * expected  # the whole map's share is not always quite 1
    z = np.divide(seen - expected, np.sqrt(spread), where=varies, out=np.zeros_like(spread))
    q = fdr.q_values(p)
    parameters: dict[str, int | float | str | bool] = {
        "n": len(x),
        "reports": reports,
        "exposure": float(exposed.sum()),
        "with_self": weights.with_self,
        "alternative": alternative,
    }
    return HotSpots(z, p, q, fdr.bins(q, z), "binomial", parameters)
