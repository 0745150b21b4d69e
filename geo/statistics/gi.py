"""Hot and cold spots by Getis and Ord's Gi and Gi*."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from geo.statistics import fdr
from geo.statistics.checks import Floats, Integers, are_whole, as_whole, finite, not_negative
from geo.statistics.nulls import LARGEST_SUM, Alternative, check_sums, exact_p, normal_p
from geo.statistics.permutation import permutation_p
from geo.statistics.weights import Weights
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Ô là điểm nóng khi ô đó và các ô kề bên có nhiều phản ánh hơn mức ngẫu nhiên trên toàn thành phố; "
    "không nói vì sao, cũng không tính đến việc nơi đó đông dân hơn.",
    en="A cell is a hot spot when it and its neighbours have more reports than chance would give anywhere in the city; "
    "it does not say why, nor does it allow for more people living there.",
)

Null = Literal["exact", "normal", "permutation"]

Numbers = Floats | Integers

LARGEST_SPARSE_MEAN: Final = 20.0
"""Up to this mean count, `auto` takes the exact null."""


@dataclass(frozen=True, eq=False)
class HotSpots:
    """What was found, cell by cell; all arrays have the shape (n,).

    Parameters
    ----------
    z : ndarray of float
        The score, Getis and Ord's or that of the binomial test: above 0 where the neighbourhood has more than the
        average.
    p : ndarray of float
        How likely such a neighbourhood is by chance.
    q : ndarray of float
        The smallest false discovery rate at which the cell is still a finding.
    bin : ndarray of int8
        -3 to 3: cold at 99, 95, 90 %, not significant, hot at 90, 95, 99 %, by q.
    method : {"exact", "normal", "permutation", "binomial"}
        Where p comes from; `binomial` is of rates, see `geo.statistics.rate_hot_spots`.
    parameters : mapping of str to int, float, str or bool
        What the figures depend on.
    """

    z: Floats
    p: Floats
    q: Floats
    bin: NDArray[np.int8]
    method: Null | Literal["binomial"]
    parameters: Mapping[str, int | float | str | bool]


def hot_spots(
    counts: ArrayLike,
    weights: Weights,
    *,
    null: Null | Literal["auto"] = "auto",
    alternative: Alternative = "two-sided",
    mid_p: bool = False,
    permutations: int = 999,
    seed: int = 0,
) -> HotSpots:
    """Find where counts concentrate, and correct for how many cells were asked.

    Parameters
    ----------
    counts : array_like of float, shape (n,)
        Of every cell of the grid, 0 where there is none.
    weights : Weights
        With self, as Gi* has it (or without: Gi).
    null : {"auto", "exact", "normal", "permutation"}, optional
        What chance would give. `exact` is right for sparse counts, where the normal curve sees spots in noise; it needs
        whole counts and binary weights. `permutation` can't give a p below 1 / (permutations + 1), which is seldom
        enough for a whole city. `auto` takes `exact` where it can and the mean count is at most `LARGEST_SPARSE_MEAN`,
        else `normal`; the result says which.
    alternative : {"two-sided", "greater", "less"}, optional
        Hot and cold spots, hot ones only, cold ones only.
    mid_p : bool, optional
        For `exact`: count what was seen itself by half.
    permutations, seed : int, optional
        For `permutation`.

    Returns
    -------
    HotSpots

    Raises
    ------
    InputError
        Not one count a cell; a count is missing, negative or, for `exact`, not whole; an unknown null or alternative.

    Examples
    --------
    >>> line = Weights.within(range(200), [0] * 200, 1)
    >>> found = hot_spots([0] * 20 + [8, 9, 7] + [0] * 176 + [1], line)
    >>> found.method, np.flatnonzero(found.bin == 3).tolist()
    ('exact', [21])
    """
    x = not_negative(counts, "counts", (weights.n,))
    sums, mean = weights.lag(x), float(x.mean())
    largest = float(sums.max())
    is_whole = bool(are_whole(x).all())
    method = suitable_null(mean if is_whole else np.inf, largest, weights) if null == "auto" else null
    parameters: dict[str, int | float | str | bool] = {
        "n": len(x),
        "mean": mean,
        "with_self": weights.with_self,
        "alternative": alternative,
    }
    kinds = _each(sums, weights)
    if is_whole and largest <= LARGEST_SUM and weights.binary and weights.with_self and method != "permutation":
        kinds = _alike(kinds)
    z = _z(x, kinds, weights.with_self)
    if method == "exact":
        check_binary(weights)
        check_sums(sums)
        totals, sizes = kinds.total.astype(np.int64), kinds.size.astype(np.int64)
        p = exact_p(as_whole(x, "counts"), totals, sizes, alternative, mid_p=mid_p)
        parameters["mid_p"] = mid_p
    elif method == "normal":
        p = normal_p(z, alternative)
    elif method == "permutation":
        p = permutation_p(x, weights, alternative, permutations, seed)
        parameters |= {"permutations": permutations, "seed": seed}
    else:
        raise InputError(f"null is auto or one of {', '.join(get_args(Null))}, not {null!r}", "null")
    q = fdr.q_values(p, kinds.times)
    of_cells = kinds.of_cells
    return HotSpots(of_cells(z), of_cells(p), of_cells(q), of_cells(fdr.bins(q, z)), method, parameters)


def gi_z(values: ArrayLike, weights: Weights) -> Floats:
    """Score each neighbourhood's sum against the average of the map.

    With w the weights, W_i their sum and S1_i the sum of their squares in row i::

        z_i = (sum_j w_ij x_j - mean W_i) / (sd sqrt((n S1_i - W_i^2) / (n - 1)))

    with the mean and the population standard deviation of all n values. Without self (Gi) they are those of the
    other n - 1 values, and n - 1 stands for n.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Counts or rates.
    weights : Weights
        With self: Gi*; without: Gi.

    Returns
    -------
    ndarray of float, shape (n,)
        0 where nothing can stand out: all values are equal, a cell has no neighbours or the whole map.

    Raises
    ------
    InputError
        Not one value a cell, or one is missing.

    Notes
    -----
    Getis, A. and Ord, J. K. (1992), The analysis of spatial association by use of distance statistics, Geographical
    Analysis 24: 189-206; Ord, J. K. and Getis, A. (1995), Local spatial autocorrelation statistics, Geographical
    Analysis 27: 286-306.

    Examples
    --------
    >>> line = Weights.within([0, 1, 2, 3], [0, 0, 0, 0], 1)
    >>> gi_z([5, 5, 0, 0], line).round(4)
    array([ 1.7321,  1.    , -1.    , -1.7321])
    """
    x = finite(values, "values", (weights.n,))
    return _z(x, _each(weights.lag(x), weights), weights.with_self)


class _Kinds(NamedTuple):
    """The neighbourhoods that differ: what is the same for all that are alike is found once.

    Parameters
    ----------
    total, size, square_sum : ndarray of float or int, shape (m,)
        The sum of the values in each kind of neighbourhood, of its weights, and of their squares.
    times : ndarray of int, shape (m,), or None
        How many cells have such a neighbourhood, if not one each.
    number : ndarray of int, shape (n,), or None
        Which kind each cell has, if not one of its own.
    """

    total: Numbers
    size: Numbers
    square_sum: Numbers
    times: Integers | None
    number: Integers | None

    def of_cells(self, found: NDArray[Any]) -> NDArray[Any]:
        """Give each cell what was found of its kind."""
        return found if self.number is None else found.take(self.number)


def _each(sums: Floats, weights: Weights) -> _Kinds:
    """Take every neighbourhood by itself."""
    return _Kinds(sums, weights.sums, weights.square_sums, None, None)


def _alike(each: _Kinds) -> _Kinds:
    """Take those together that have as many cells and as many reports: of sparse counts, a city has a few dozens."""
    length = int(each.total.max()) + 1
    code = (each.size * length + each.total).astype(np.int64)
    times = np.bincount(code)
    there = times.nonzero()[0]
    size, total = np.divmod(there, length)
    number = np.cumsum(times > 0) - 1
    return _Kinds(total, size, size, times[there], number.take(code))


def _z(x: Floats, kinds: _Kinds, with_self: bool) -> Floats:
    n, mean = len(x), np.mean(x, keepdims=True)
    centred = x - mean if np.ptp(x) else np.zeros_like(x)
    variance = np.mean(centred**2, keepdims=True)
    if not with_self:
        n -= 1
        mean = mean - centred / max(n, 1)
        others = ((centred @ centred) - centred**2) / max(n, 1) - (centred / max(n, 1)) ** 2
        variance = np.where(others > 1e-12 * variance, others, 0)  # equal others leave a rest of rounding
    return score(kinds.total, kinds.size, kinds.square_sum, mean, variance, n)


def score(lag: Numbers, sums: Numbers, square_sums: Numbers, mean: Floats, variance: Floats, n: int) -> Floats:
    """Score sums of neighbours by the formula of `gi_z`; 0 where the variance of such a sum is 0.

    Parameters
    ----------
    lag, sums, square_sums, mean, variance : ndarray of float or int, of shapes that broadcast
        The sums of the neighbours' values, of their weights and of the squares of these; the moments of all values.
    n : int
        How many values there are.

    Returns
    -------
    ndarray of float, of the shape of lag

    Examples
    --------
    >>> score(np.array([3.0]), np.array([2.0]), np.array([2.0]), np.array([0.5]), np.array([0.25]), 4).round(4)
    array([3.4641])
    """
    spread = variance * (n * square_sums - sums**2) / max(n - 1, 1)
    # The difference of two large equal numbers is not always quite 0.
    varies = spread > 1e-12 * variance * square_sums
    scale = np.divide(
        1, np.sqrt(spread, where=varies, out=np.ones_like(spread)), where=varies, out=np.zeros_like(spread)
    )
    return (lag - mean * sums) * scale


def suitable_null(mean: float, largest_sum: float, weights: Weights) -> Literal["exact", "normal"]:
    """Choose the exact null for sparse counts with binary weights, the normal one for all else.

    Examples
    --------
    >>> suitable_null(0.5, 3, Weights.within([0, 1], [0, 0], 1))
    'exact'
    """
    sparse = mean <= LARGEST_SPARSE_MEAN and largest_sum <= LARGEST_SUM
    return "exact" if sparse and weights.binary else "normal"


def check_binary(weights: Weights) -> None:
    """Refuse weights other than 1, of which the exact null knows nothing."""
    if not weights.binary:
        raise InputError("the exact null needs binary weights: use the normal one", "null")
