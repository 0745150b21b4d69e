"""How maps look: palettes that colour-blind eyes can read, and class breaks that suit counts."""

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from maps.assets import planner_folder

COUNT_COLOURS: tuple[str, ...] = tuple(json.loads((planner_folder() / "palette.json").read_text("utf-8"))["counts"])
"""Light to dark of one hue, for counts: the planner's page reads the same file."""


@dataclass(frozen=True)
class CountClass:
    """One class of counts, as a legend shows it.

    Attributes
    ----------
    low, high : int
        The least and the greatest count in the class; each is a count that some cell has.
    cells : int
        How many cells are in the class.
    colour : str
        As "#rrggbb".
    """

    low: int
    high: int
    cells: int
    colour: str


def count_classes(counts: ArrayLike, colours: tuple[str, ...] = COUNT_COLOURS) -> tuple[CountClass, ...]:
    """Divide counts into classes of about equally many cells.

    Cells with the same count stay together, so a class may be larger than its share (most cells of a short period
    have one report); the cells that are left are then divided among the classes that are left.

    Parameters
    ----------
    counts : array_like of int, shape (n,)
        One count a cell.
    colours : tuple of str, optional
        Light to dark; there are at most as many classes.

    Returns
    -------
    tuple of CountClass
        Lowest first; empty for no counts.

    Raises
    ------
    InputError
        A count is negative or not whole.

    Examples
    --------
    >>> [(one.low, one.high, one.cells) for one in count_classes([1, 1, 1, 1, 1, 2, 3, 5, 40], COUNT_COLOURS[:3])]
    [(1, 1, 5), (2, 3, 2), (5, 40, 2)]
    """
    values, cells = np.unique(_whole(counts), return_counts=True)
    up_to = np.concatenate([[0], cells.cumsum()])
    edges = [0]
    while edges[-1] < len(values):
        start = edges[-1]
        quota = (up_to[-1] - up_to[start]) / (len(colours) - len(edges) + 1)
        edges.append(int(np.searchsorted(up_to, up_to[start] + quota)))
    shades = _spread(colours, len(edges) - 1)
    return tuple(
        CountClass(int(values[start]), int(values[end - 1]), int(up_to[end] - up_to[start]), shade)
        for start, end, shade in zip(edges, edges[1:], shades, strict=False)
    )


def _whole(counts: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(counts)
    whole = given.astype(np.int64)
    if (whole != given).any() or (whole < 0).any():
        raise InputError("counts must be whole numbers from 0", "counts")
    return whole


def _spread(colours: tuple[str, ...], wanted: int) -> list[str]:
    """Take few colours from the whole ramp, so that they stay easy to tell apart."""
    last = len(colours) - 1
    if wanted == 1:
        return [colours[last // 2]]
    return [colours[int(index * last / (wanted - 1) + 0.5)] for index in range(wanted)]
