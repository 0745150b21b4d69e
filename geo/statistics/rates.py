"""Counts by area, by people, beside other categories; and rates that small places can't fool."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from geo.errors import InputError
from geo.statistics.checks import Floats, not_negative, positive
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Tỷ lệ cho phép so sánh các nơi có diện tích hay dân số khác nhau; ước lượng Bayes kéo các nơi ít dân về mức "
    "chung, nên không dùng để đếm phản ánh của riêng một nơi.",
    en="Rates compare places of different area or population; the Bayes estimate draws places with few people towards "
    "the city's rate, so it is not the count of any one place.",
)


@dataclass(frozen=True, eq=False)
class SmoothedRates:
    """Rates by empirical Bayes.

    Parameters
    ----------
    rates : ndarray of float, shape (n,)
        Reports per unit of exposure, drawn towards the mean the more, the smaller the exposure is.
    mean : float
        The rate of all places together (Marshall's b).
    variance : float
        Of the true rates between places (Marshall's a): 0 where all that differs may be chance.
    """

    rates: Floats
    mean: float
    variance: float


def per_km2(counts: ArrayLike, areas_m2: ArrayLike, shares: ArrayLike) -> Floats:
    """Give reports per square kilometre of the part of each cell that lies in the city.

    Parameters
    ----------
    counts, areas_m2, shares : array_like of float, shape (n,)
        Reports; the area of the whole cell; the share of it that is inside, more than 0 and up to 1.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    InputError
        Shapes differ, a count is negative, an area is not more than 0, or a share is not between 0 and 1.

    Examples
    --------
    >>> per_km2([3, 3], [500_000, 500_000], [1, 0.5])
    array([ 6., 12.])
    """
    reports = not_negative(counts, "counts", (None,))
    inside = positive(shares, "shares", reports.shape)
    if inside.max() > 1:
        raise InputError("a share inside the city is at most 1", "shares")
    return reports / (positive(areas_m2, "areas_m2", reports.shape) * inside) * 1e6


def per_thousand(counts: ArrayLike, residents: ArrayLike) -> Floats:
    """Give reports per 1,000 residents.

    Parameters
    ----------
    counts, residents : array_like of float, shape (n,)

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where nobody lives.

    Raises
    ------
    InputError
        Shapes differ, or a number is missing or negative.

    Examples
    --------
    >>> per_thousand([3, 3], [1_500, 0])
    array([ 2., nan])
    """
    reports = not_negative(counts, "counts", (None,))
    people = not_negative(residents, "residents", reports.shape)
    return _ratio(reports * 1000, people)


def observed_over_expected(counts: ArrayLike) -> Floats:
    """Compare each category's share in a place with its share in the city.

    Expected are a place's reports of all kinds times the category's share of all reports. 1: as everywhere; 2: twice as
    much of this kind as the place's reports let expect (the location quotient).

    Parameters
    ----------
    counts : array_like of float, shape (n, categories)

    Returns
    -------
    ndarray of float, shape (n, categories)
        NaN where a place or a category has no report.

    Raises
    ------
    InputError
        Another shape, or a count is missing or negative.

    Examples
    --------
    >>> observed_over_expected([[3, 1], [1, 3]])
    array([[1.5, 0.5],
           [0.5, 1.5]])
    """
    table = not_negative(counts, "counts", (None, None))
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / max(table.sum(), 1)
    return _ratio(table, expected)


def empirical_bayes(counts: ArrayLike, exposure: ArrayLike) -> SmoothedRates:
    """Estimate each place's rate with what is known of all places.

    With y the counts, e the exposures, p = y / e and m places::

        b = sum y / sum e
        a = sum e (p - b)^2 / sum e - b / (sum e / m), or 0 if that is negative
        rate = b + a (p - b) / (a + b / e)

    Parameters
    ----------
    counts : array_like of float, shape (n,)
    exposure : array_like of float, shape (n,)
        Residents, person-days or square kilometres; 0 is allowed where the count is 0, and gives the mean.

    Returns
    -------
    SmoothedRates

    Raises
    ------
    InputError
        Shapes differ, a number is missing or negative, there is no exposure at all, or none where there are reports.

    Notes
    -----
    Marshall, R. M. (1991), Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40:
    283-294, the global estimator.

    Examples
    --------
    >>> smoothed = empirical_bayes([0, 2, 30], [10, 10, 100])
    >>> smoothed.rates.round(3)
    array([0.261, 0.265, 0.272])
    """
    y = not_negative(counts, "counts", (None,))
    e = not_negative(exposure, "exposure", y.shape)
    total = e.sum()
    if not total:
        raise InputError("no place has any exposure: rates need residents, days or an area", "exposure")
    if (y > 0)[e == 0].any():
        raise InputError("a place without exposure has reports: leave it out or give its exposure", "exposure")
    mean = y.sum() / total
    raw = np.divide(y, e, where=e > 0, out=np.full_like(y, mean))
    variance = max((e * (raw - mean) ** 2).sum() / total - mean / (total / len(e)), 0.0)
    weight = _ratio(variance * e, variance * e + mean, empty=0.0)
    return SmoothedRates(mean + weight * (raw - mean), float(mean), float(variance))


def _ratio(top: Floats, bottom: Floats, empty: float = np.nan) -> Floats:
    return np.divide(top, bottom, where=bottom > 0, out=np.full_like(top, empty))
