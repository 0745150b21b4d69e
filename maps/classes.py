"""Classes of a legend: which cell or ward has which colour, and what is said of each class."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maps.drawing import NOT_COLOURED, LegendClass
from maps.style import count_classes, value_classes
from maps.words import Words

Legend = tuple[tuple[LegendClass, ...], NDArray[np.int64]]
"""The classes, and the place of each row's class or `NOT_COLOURED`."""


def legend_of_counts(counts: NDArray[np.int64], unit: str, words: Words) -> Legend:
    """Divide counts into classes; what has none is left without a colour.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
    unit : str
        What is counted in each class: "{n} {n:cell|cells}".
    words : Words

    Examples
    --------
    >>> from maps.words import WORDS
    >>> classes, class_of = legend_of_counts(np.array([0, 1, 1, 7]), WORDS["en"].cells, WORDS["en"])
    >>> [(one.label, one.count) for one in classes], class_of.tolist()
    ([('1', '2 cells'), ('7', '1 cell')], [-1, 0, 0, 1])
    """
    some = counts > 0
    classes = count_classes(counts[some])
    class_of = np.full(len(counts), NOT_COLOURED)
    class_of[some] = np.searchsorted([one.low for one in classes], counts[some], "right") - 1
    labels = [words.span(one.low, one.high) for one in classes]
    return _legend(labels, [one.colour for one in classes], class_of, unit, words)


def legend_of_values(values: NDArray[np.float64], unit: str, words: Words, suffix: str = "") -> Legend:
    """Divide rates, shares or hours into classes; what is NaN is left without a colour.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    unit : str
        What is counted in each class: "{n} {n:cell|cells}".
    words : Words
    suffix : str, optional
        What follows a number: " %".

    Examples
    --------
    >>> from maps.words import WORDS
    >>> classes, class_of = legend_of_values(np.array([12.0, np.nan, 40.0]), WORDS["vi"].cells, WORDS["vi"], " %")
    >>> [one.label for one in classes], class_of.tolist()
    (['< 35 %', '≥ 35 %'], [0, -1, 1])
    """
    known = np.isfinite(values)
    lows, colours, found = value_classes(values[known])
    class_of = np.full(len(values), NOT_COLOURED)
    class_of[known] = found
    edges = [words.short(low) for low in lows]
    middle = [f"{low}–{high}{suffix}" for low, high in pairwise(edges[1:])]
    labels = [*(f"< {first}{suffix}" for first in edges[1:2]), *middle, *(f"≥ {last}{suffix}" for last in edges[-1:])]
    return _legend(labels, colours, class_of, unit, words)


def _legend(labels: list[str], colours: list[str], class_of: NDArray[np.int64], unit: str, words: Words) -> Legend:
    sizes = np.bincount(class_of[class_of != NOT_COLOURED], minlength=len(labels)).tolist()
    counts = [unit.format(n=words.count(size)) for size in sizes]
    return tuple(LegendClass(*one) for one in zip(labels, colours, counts, strict=True)), class_of
