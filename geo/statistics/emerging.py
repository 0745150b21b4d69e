"""Emerging hot spots: which cells are new, lasting, growing or fading hot spots over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from geo.statistics import fdr
from geo.statistics.checks import Floats, Integers, whole
from geo.statistics.gi import check_binary, score, suitable_null
from geo.statistics.mann_kendall import Trend, mann_kendall
from geo.statistics.nulls import exact_p, normal_p
from geo.statistics.weights import Weights
from geo.statistics.words import Words

MEANING: Final = Words(
    vi="Cho biết một nơi là điểm nóng mới, kéo dài, tăng hay giảm trong cả giai đoạn; không dự báo, và phụ thuộc vào "
    "độ dài của mỗi bước thời gian.",
    en="Says whether a place is a new, lasting, growing or fading hot spot over the whole period; it does not "
    "foretell, and depends on how long a step of time is.",
)

FEWEST_STEPS: Final = 10
"""The shortest series that has a class."""

LASTING: Final = 0.9
"""The share of steps from which a cell counts as hot all along."""

NAMES: Final[Mapping[int, Words]] = {
    1: Words("từng là điểm nóng", "historical hot spot"),
    2: Words("điểm nóng tăng mạnh", "intensifying hot spot"),
    3: Words("điểm nóng giảm dần", "diminishing hot spot"),
    4: Words("điểm nóng dai dẳng", "persistent hot spot"),
    5: Words("điểm nóng dao động", "oscillating hot spot"),
    6: Words("điểm nóng mới xuất hiện", "new hot spot"),
    7: Words("điểm nóng liên tiếp", "consecutive hot spot"),
    8: Words("điểm nóng lẻ tẻ", "sporadic hot spot"),
    0: Words("không có quy luật rõ", "no pattern"),
    -1: Words("từng là điểm lạnh", "historical cold spot"),
    -2: Words("điểm lạnh rõ dần", "intensifying cold spot"),
    -3: Words("điểm lạnh mờ dần", "diminishing cold spot"),
    -4: Words("điểm lạnh dai dẳng", "persistent cold spot"),
    -5: Words("điểm lạnh dao động", "oscillating cold spot"),
    -6: Words("điểm lạnh mới xuất hiện", "new cold spot"),
    -7: Words("điểm lạnh liên tiếp", "consecutive cold spot"),
    -8: Words("điểm lạnh lẻ tẻ", "sporadic cold spot"),
}
"""The 17 classes by code: 1 to 8 hot, in the order in which they are tried, below 0 their cold mirrors, 0 none."""

SpaceTimeNull = Literal["exact", "normal"]
States = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Emerging:
    """The class of every cell, and what it comes from.

    Parameters
    ----------
    classes : ndarray of int8, shape (n,)
        Codes of `NAMES`.
    z : ndarray of float, shape (n, steps)
        The space-time Gi* of each cell and step.
    state : ndarray of int8, shape (n, steps)
        1 hot, -1 cold, 0 neither.
    trend : Trend
        Of each row of z, from the first step that has its whole neighbourhood on.
    method : {"exact", "normal"}
        The null that hot and cold come from.
    parameters : mapping of str to int or float
        What the classes depend on.
    """

    classes: NDArray[np.int8]
    z: Floats
    state: States
    trend: Trend
    method: SpaceTimeNull
    parameters: Mapping[str, int | float]


def emerging_hot_spots(
    counts: ArrayLike,
    weights: Weights,
    *,
    steps_back: int = 1,
    alpha: float = 0.05,
    null: SpaceTimeNull | Literal["auto"] = "auto",
) -> Emerging:
    """Class every cell by the hot and cold steps of its series, and by the trend of its score.

    The neighbourhood of a cell at a step are its neighbours at this step and at the `steps_back` before, as far as
    there are any; its Gi* is measured against all cells and steps. Hot and cold are corrected over all of these
    together. The trend leaves the first `steps_back` steps out: they have a smaller neighbourhood, so a smaller score,
    and places that are always as hot would seem to grow.

    Parameters
    ----------
    counts : array_like of int, shape (n, steps)
        Of every cell of the grid, at least `FEWEST_STEPS` steps of equal length, the earliest first.
    weights : Weights
        With self.
    steps_back : int, optional
        How many steps before count as near; from 0, and few enough to leave two steps for the trend.
    alpha : float, optional
        The false discovery rate of hot and cold, and the level of the trend.
    null : {"auto", "exact", "normal"}, optional
        As in `geo.statistics.gi.hot_spots`.

    Returns
    -------
    Emerging

    Raises
    ------
    InputError
        Too few steps; counts of another shape, missing, negative or not whole; neighbourhoods without self.

    Notes
    -----
    The classes and their rules are those of Esri, How Emerging Hot Spot Analysis works; there the trend is taken over
    all steps.

    Examples
    --------
    >>> line = Weights.within(range(200), [0] * 200, 1)
    >>> counts = np.zeros((200, 12), int)
    >>> counts[50, 6:] = 20
    >>> found = emerging_hot_spots(counts, line)
    >>> NAMES[int(found.classes[50])].en, NAMES[int(found.classes[0])].vi
    ('consecutive hot spot', 'không có quy luật rõ')
    """
    x = whole(counts, "counts", (weights.n, None))
    n, steps = x.shape
    if steps < FEWEST_STEPS:
        raise InputError(f"emerging hot spots need at least {FEWEST_STEPS} steps of time, not {steps}", "counts")
    if not weights.with_self:
        raise InputError("emerging hot spots need neighbourhoods with the cell itself", "weights")
    if not 0 <= steps_back <= steps - 2:
        raise InputError(f"steps_back is 0 to {steps - 2} of {steps} steps, not {steps_back}", "steps_back")
    near_steps = np.minimum(np.arange(steps), steps_back) + 1
    sums = _recent(weights.lag(x), steps_back + 1)
    z = _space_time_z(sums, weights, near_steps, x)
    method = suitable_null(x.mean(), sums.max(), weights) if null == "auto" else null
    if method == "exact":
        check_binary(weights)
        sizes = np.outer(weights.sums.astype(np.int64), near_steps)
        p = exact_p(x, sums.astype(np.int64), sizes, "two-sided")
    elif method == "normal":
        p = normal_p(z, "two-sided")
    else:
        raise InputError(f"null is auto or one of {', '.join(get_args(SpaceTimeNull))}, not {null!r}", "null")
    state = np.sign(z).astype(np.int8) * (p <= fdr.threshold(p, alpha))
    trend = mann_kendall(z[:, steps_back:])
    classes = classify(state, np.sign(trend.z).astype(np.int8) * (trend.p <= alpha))
    parameters = {"n": n, "steps": steps, "mean": float(x.mean()), "steps_back": steps_back, "alpha": alpha}
    return Emerging(classes, z, state, trend, method, parameters)


def classify(state: States, direction: States) -> NDArray[np.int8]:
    """Give each series its class; where two rules hold, the first in the order of `NAMES` decides.

    Parameters
    ----------
    state : ndarray of int8, shape (n, steps)
        1 hot, -1 cold, 0 neither.
    direction : ndarray of int8, shape (n,)
        Of the score's trend: 1 up, -1 down, 0 none.

    Returns
    -------
    ndarray of int8, shape (n,)
        Codes of `NAMES`.

    Examples
    --------
    >>> classify(np.array([[0, 0, 0, 1], [1, 1, 1, 1], [0, 0, 0, -1]], np.int8), np.array([0, 1, 0], np.int8))
    array([ 6,  2, -6], dtype=int8)
    """
    moving = (state != 0).any(axis=1)  # few cells: the rest is not looked at
    hot_rules = _rules(state[moving], direction[moving])
    cold_rules = _rules(-state[moving], -direction[moving])
    rules = [rule for pair in zip(hot_rules, cold_rules, strict=True) for rule in pair]
    codes = [code for number in range(1, len(hot_rules) + 1) for code in (number, -number)]
    classes = np.zeros(len(direction), np.int8)
    classes[moving] = np.select(rules, codes, 0)
    return classes


def _space_time_z(sums: Floats, weights: Weights, near_steps: Integers, counts: Integers) -> Floats:
    """Score sums over neighbours and near steps; few numbers of near steps occur, so each is scored at one go."""
    mean, variance = np.mean(counts, keepdims=True), np.var(counts, keepdims=True)
    z = np.empty_like(sums)
    for near in np.unique(near_steps):
        columns = slice(*np.searchsorted(near_steps, [near, near + 1]))
        sizes, square_sums = near * weights.sums[:, None], near * weights.square_sums[:, None]
        z[:, columns] = score(sums[:, columns], sizes, square_sums, mean, variance, counts.size)
    return z


def _rules(state: States, direction: States) -> list[NDArray[np.bool_]]:
    """Say which series fulfil which of the eight rules of hot spots; of the cold ones, if all signs are turned."""
    hot = state == 1
    final = hot[:, -1]
    often = hot.sum(axis=1) >= LASTING * hot.shape[1]
    lasting, passing = often & final, ~often & final
    run = np.where(hot.all(axis=1), hot.shape[1], (~hot[:, ::-1]).argmax(axis=1))
    one_run = hot.sum(axis=1) == run
    was_cold = (state == -1).any(axis=1)
    return [
        often & ~final,
        lasting & (direction == 1),
        lasting & (direction == -1),
        lasting & (direction == 0),
        passing & was_cold,
        passing & one_run & (run == 1),
        passing & one_run & (run > 1),
        passing & ~one_run & ~was_cold,
    ]


def _recent(values: Floats, steps: int) -> Floats:
    """Sum each row's last so many values up to every step."""
    total = values.cumsum(axis=1)
    recent = total.copy()
    recent[:, steps:] -= total[:, :-steps]
    return recent
