"""How maps look: palettes that colour-blind eyes can read, and class breaks that suit counts."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import InputError
from maps.assets import planner_folder

_PALETTE: dict[str, Any] = json.loads((planner_folder() / "palette.json").read_text("utf-8"))

COUNT_COLOURS: tuple[str, ...] = tuple(_PALETTE["counts"])
"""Light to dark of one hue, for counts: the planner's page reads the same file."""

SIGNIFICANCE_COLOURS: tuple[str, ...] = tuple(_PALETTE["significance"])
"""Cold at 99, 95, 90 %, not significant, hot at 90, 95, 99 %: blue to red, which colour-blind eyes tell apart."""

CHANGE_COLOURS: tuple[str, ...] = tuple(_PALETTE["change"])
"""Fewer at 99, 95, 90 %, not significant, more at 90, 95, 99 %: teal to brown."""

EMERGING_COLOURS: dict[str, str] = _PALETTE["emerging"]
"""A colour for each class of emerging hot spots by its code, after Okabe and Ito (2008); the cold ones share one."""

FEW_REPORTS: int = _PALETTE["pale"]["fewer_than"]
"""A share of fewer reports says little: it is shown, but pale."""

PALE: str = _PALETTE["pale"]["alpha"]
"""What makes a colour pale: its opacity as "aa" behind "#rrggbb"."""

STATUS_COLOURS: dict[str, str] = {
    "waiting": "#d55e00",
    "in_progress": "#f0b400",
    "resolved": "#0072b2",
    "rejected": "#5c5665",
}
"""A colour for each status of a report: what waits stands out, what is done is calm."""


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


def value_classes(
    values: NDArray[np.float64], colours: tuple[str, ...] = COUNT_COLOURS
) -> tuple[list[float], list[str], NDArray[np.int64]]:
    """Divide rates into classes of about equally many cells, from round numbers on.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        0 or more.
    colours : tuple of str, optional
        Light to dark; there are at most as many classes.

    Returns
    -------
    lows : list of float
        From which value on each class holds; of two digits.
    shades : list of str
    class_of : ndarray of int64, shape (n,)

    Examples
    --------
    >>> value_classes(np.array([0.52, 1.234, 5.0, 47.8]), COUNT_COLOURS[:2])[0]
    [0.0, 3.1]
    """
    if not len(values):
        return [], [], np.array([], np.int64)
    inner = np.quantile(values, np.linspace(0, 1, len(colours) + 1)[1:-1])
    lows = np.unique([0.0, *(float(f"{low:.2g}") for low in inner)])
    class_of = np.searchsorted(lows, values, "right") - 1
    filled, class_of = np.unique(class_of, return_inverse=True)
    return lows[filled].tolist(), _spread(colours, len(filled)), class_of


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
