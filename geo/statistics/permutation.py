"""How likely a neighbourhood's sum is if the other cells' values were dealt out again: conditional permutation."""

from typing import Final

import numpy as np

from geo.errors import InputError
from geo.statistics.checks import Floats
from geo.statistics.nulls import Alternative, p_of_tails
from geo.statistics.weights import Weights

MOST_DRAWS: Final = 250_000_000
"""The most neighbours of all cells x permutations: some 20 seconds of a core."""


def permutation_p(values: Floats, weights: Weights, alternative: Alternative, permutations: int, seed: int) -> Floats:
    """Give the p-value of each neighbourhood's sum if a cell keeps its value and its neighbours get any others.

    One shuffle of the whole map serves all cells: where it put cell i's own value into i's neighbourhood, that
    neighbour gets the value that came to i. So exchanged, the shuffle is a fair one among those that leave i alone.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    weights : Weights
    alternative : {"two-sided", "greater", "less"}
    permutations : int
        How many shuffles; the smallest p-value is 1 / (permutations + 1).
    seed : int
        The same seed gives the same p-values.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    InputError
        No permutation is asked for, or more than `MOST_DRAWS` draws.

    Notes
    -----
    The p-value counts the map itself among the shuffles, so it is never 0. Anselin, L. (1995), Local indicators of
    spatial association, Geographical Analysis 27: 93-115.

    Examples
    --------
    One of the first cell's five others has 9, and in two cases of five one of the second's two neighbours would:

    >>> line = Weights.within([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0], 1)
    >>> permutation_p(np.array([9.0, 9, 0, 0, 0, 0]), line, "greater", 9_999, seed=1)[:2].round(2)
    array([0.2, 0.4])
    """
    if permutations < 1:
        raise InputError(f"at least one permutation is needed, not {permutations}", "permutations")
    edges = weights.matrix.tocoo()
    others = edges.row != edges.col
    if (draws := int(others.sum()) * permutations) > MOST_DRAWS:
        raise InputError(
            f"{permutations:,} permutations of {weights.n:,} cells with {int(others.sum()):,} neighbours are {draws:,} "
            f"draws, of at most {MOST_DRAWS:,}: take fewer rings, larger cells, fewer permutations or the exact null",
            "null",
        )
    random = np.random.default_rng(seed)
    focal, neighbour, weight = edges.row[others], edges.col[others], edges.data[others]
    observed = np.bincount(focal, weight * values[neighbour], weights.n)
    slack = 1e-9 * max(np.abs(observed).max(), 1)  # equal sums stay equal, in whatever order they were added
    at_least = np.ones(weights.n)
    at_most = np.ones(weights.n)
    for _ in range(permutations):
        order = random.permutation(weights.n)
        source = order[neighbour]
        source = np.where(source == focal, order[focal], source)
        shuffled = np.bincount(focal, weight * values[source], weights.n)
        at_least += shuffled >= observed - slack
        at_most += shuffled <= observed + slack
    return p_of_tails(at_most / (permutations + 1), at_least / (permutations + 1), alternative)
