"""Which map foretells best where the next reports come from: PAI and PEI."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo.errors import InputError
from geo.statistics.checks import Floats, finite, not_negative, positive
from geo.statistics.density import kernel_density
from geo.statistics.gi import gi_z
from geo.statistics.weights import Weights
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Bản đồ kỳ trước đã đoán đúng kỳ sau tới mức nào: PAI 5 nghĩa là phần diện tích đã chọn có số phản ánh gấp 5 "
    "lần mức trung bình; điều đó không bảo đảm cho kỳ tới.",
    en="How well the last period's map foretold the next: a PAI of 5 means 5 times as many reports as the city's "
    "average in the area that was chosen; it is no promise for the period to come.",
)

AREA_SHARES: Final = (0.01, 0.02, 0.05, 0.10, 0.20)
"""The shares of the city's area at which maps are compared."""


@dataclass(frozen=True, eq=False)
class Accuracy:
    """How well a ranking foretold; all arrays have the shape (n,), from the first place of the ranking to all places.

    Parameters
    ----------
    area_share, report_share : ndarray of float
        Of the places up to here, of all.
    pai : ndarray of float
        Prediction accuracy index: report_share / area_share.
    pei : ndarray of float
        Prediction efficiency index: pai by what the perfect ranking has on the same area; NaN while that has no report.
    """

    area_share: Floats
    report_share: Floats
    pai: Floats
    pei: Floats


@dataclass(frozen=True, eq=False)
class Backtest:
    """How well each map foretold the next period.

    Parameters
    ----------
    area_shares : tuple of float
        The shares of the area at which maps are compared.
    pai, pei : mapping of str to ndarray of float, shape (len(area_shares),)
        By method: `last period`, `density`, `gi*`. Of the places of the ranking that fit into the share, at least one.
    best : str
        The method with the highest mean PAI.
    reports : int
        How many there were to foretell.
    """

    area_shares: tuple[float, ...]
    pai: Mapping[str, Floats]
    pei: Mapping[str, Floats]
    best: str
    reports: int


def backtest(
    train: ArrayLike,
    future: ArrayLike,
    weights: Weights,
    areas: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    bandwidth: float,
) -> Backtest:
    """Make maps from some periods and see which foretold the next best.

    Parameters
    ----------
    train : array_like of float, shape (n, steps)
        Counts of the periods to learn from, the earliest first: the last alone for `last period`, all for the others.
    future : array_like of float, shape (n,)
        Counts of the period that comes after them.
    weights : Weights
        With self.
    areas : array_like of float, shape (n,)
        Of each cell's part inside the city.
    x, y : array_like of float, shape (n,)
        Centres of the cells on a plane, in metres.
    bandwidth : float
        The radius of the density's kernel, in metres.

    Returns
    -------
    Backtest

    Raises
    ------
    InputError
        Shapes differ, a number is missing, negative, or there is no report to foretell.

    Examples
    --------
    >>> import numpy as np
    >>> row, zero = np.arange(100), np.zeros(100)
    >>> past = np.zeros((100, 3))
    >>> past[40:43] = 5
    >>> found = backtest(past, past[:, 0], Weights.within(row, zero, 1), np.ones(100), row, zero, 2)
    >>> found.pai["last period"].round()
    array([33., 33., 20., 10.,  5.])
    """
    past = not_negative(train, "train", (weights.n, None))
    scores = {
        "last period": past[:, -1],
        "density": kernel_density(past.sum(axis=1), x, y, bandwidth),
        "gi*": gi_z(past.sum(axis=1), weights),
    }
    found = {method: accuracy(score, future, areas) for method, score in scores.items()}
    pai, pei = {}, {}
    for method, curve in found.items():
        # The share is an exact fraction of equal cells: rounding must not cost a cell.
        fit = np.maximum(np.searchsorted(curve.area_share, np.multiply(AREA_SHARES, 1 + 1e-9), "right"), 1) - 1
        pai[method], pei[method] = curve.pai[fit], curve.pei[fit]
    best = max(pai, key=lambda method: float(pai[method].mean()))
    return Backtest(AREA_SHARES, pai, pei, best, int(np.sum(future)))


def accuracy(predicted: ArrayLike, observed: ArrayLike, areas: ArrayLike) -> Accuracy:
    """Score a ranking of places by what happened there.

    With n reports on area a of the first places, of N on A: PAI = (n / N) / (a / A).

    Parameters
    ----------
    predicted : array_like of float, shape (n,)
        Where most is expected comes first; of equal predictions, where least was observed, so that a map gains nothing
        by luck.
    observed : array_like of float, shape (n,)
        Reports of the period that was foretold.
    areas : array_like of float, shape (n,)

    Returns
    -------
    Accuracy

    Raises
    ------
    InputError
        Shapes differ, a number is missing, a count is negative, an area not more than 0, or nothing was observed.

    Notes
    -----
    Chainey, S., Tompson, L. and Uhlig, S. (2008), The utility of hotspot mapping for predicting spatial patterns of
    crime, Security Journal 21: 4-28 (PAI); Hunt, J. M. (2016), Do crime hot spots move? (PEI). The perfect ranking goes
    by observed reports per area; to have the same area, it may have part of a place.

    Examples
    --------
    >>> found = accuracy([3, 2, 1], [6, 3, 0], [1, 1, 1])
    >>> found.pai, found.pei
    (array([2. , 1.5, 1. ]), array([1., 1., 1.]))
    """
    guess = finite(predicted, "predicted", (None,))
    seen = not_negative(observed, "observed", guess.shape)
    ground = positive(areas, "areas", guess.shape)
    if not seen.any():
        raise InputError("nothing was observed: there is nothing to have foretold", "observed")
    order = np.lexsort((seen, -guess))
    perfect = np.argsort(-seen / ground)
    area_share = ground[order].cumsum() / ground.sum()
    report_share = seen[order].cumsum() / seen.sum()
    reachable = np.interp(
        area_share,
        np.append(0, ground[perfect].cumsum() / ground.sum()),
        np.append(0, seen[perfect].cumsum() / seen.sum()),
    )
    return Accuracy(area_share, report_share, report_share / area_share, report_share / reachable)
