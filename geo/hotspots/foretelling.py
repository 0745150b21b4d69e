"""Which map would have foretold best where the next month's reports came from, month after month."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.columns import Floats, Integers
from geo.counting.period import months_of
from geo.errors import InputError
from geo.hexagons.cells import cell_polygons
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Count, Window
from geo.statistics.backtest import AREA_SHARES, Backtest, backtest
from geo.statistics.weights import Weights
from geo.statistics.words import Words

METHODS: Final = {
    "last period": Words("số phản ánh tháng trước", "last month's counts"),
    "density": Words("bản đồ mật độ", "density"),
    "gi*": Words("điểm nóng Gi*", "Gi* hot spots"),
}
_BANDWIDTH_CELLS = 2.0


@dataclass(frozen=True, eq=False)
class Trial:
    """One month, and how well each map made of the months before foretold it.

    Parameters
    ----------
    train, foretold : Window
    found : Backtest
    """

    train: Window
    foretold: Window
    found: Backtest


@dataclass(frozen=True, eq=False)
class Foretelling:
    """How well each map foretold, over all months.

    Parameters
    ----------
    trials : tuple of Trial
        The earliest first.
    pai, pei : mapping of str to ndarray of float, shape (len(AREA_SHARES),)
        Means over the trials, by method.
    best : str
        The method with the highest mean PAI.
    wins : mapping of str to int
        In how many months each method was the best.
    bandwidth : float
        Of the density, in metres: two cells.
    """

    trials: tuple[Trial, ...]
    pai: dict[str, Floats]
    pei: dict[str, Floats]
    best: str
    wins: dict[str, int]
    bandwidth: float

    @property
    def reports(self) -> int:
        """All reports that were to be foretold."""
        return sum(trial.found.reports for trial in self.trials)

    @property
    def sentence(self) -> Words:
        """What was found, in a sentence."""
        share, place = AREA_SHARES[-2], len(AREA_SHARES) - 2
        best, caught = METHODS[self.best], self.pai[self.best][place] * share
        wins, months = self.wins.get(self.best, 0), len(self.trials)
        vi, en = (f"{self.reports:,}".replace(",", mark) for mark in ".,")
        return Words(
            vi=f"Trong {months} tháng, {best.vi} đoán đúng nhất nơi có phản ánh của tháng sau "
            f"(tốt nhất ở {wins} tháng): {share:.0%} diện tích được chọn có {caught:.0%} trong {vi} phản ánh.",
            en=f"Over {months} months, {best.en} foretold best where the next month's reports came from "
            f"(best in {wins}): the chosen {share:.0%} of the area had {caught:.0%} of {en} reports.",
        )


def foretell(grid: HexGrid, count: Count, window: Window, train_months: int, srid: int) -> Foretelling:
    """Make maps of some months, see which foretold the next month best, and go on by a month.

    Parameters
    ----------
    grid : HexGrid
        All cells of the city; reports in cells outside it are left out, as no area is theirs.
    count : callable
        Asked for each month.
    window : Window
        Its parts of months count as months: give whole ones.
    train_months : int
        How many months each map is made of.
    srid : int
        EPSG number of the plane on which the density is measured.

    Raises
    ------
    InputError
        The window has no month to foretell, or a month has no report.
    """
    months = [window._replace(first=first, last=last) for first, last in months_of(window.first, window.last)]
    if train_months < 1:
        raise InputError(f"maps are made of at least one month, not {train_months}", "train")
    if len(months) <= train_months:
        raise InputError(
            f"a backtest of maps of {train_months} months needs {train_months + 1} months or more, not {len(months)}",
            "from",
        )
    grid = grid.take(grid.inside > 0)
    counts = np.column_stack([_on(grid, count, month) for month in months])
    empty = np.flatnonzero(counts[:, train_months:].sum(axis=0) == 0)
    if len(empty):
        raise InputError(f"the month of {months[train_months + empty[0]].first} has no report to foretell", "from")
    weights, (x, y) = Weights.rings(grid.cell), _centres(grid, srid)
    bandwidth = _BANDWIDTH_CELLS * float(np.sqrt(grid.area_m2.mean()))
    trials = []
    for number in range(train_months, len(months)):
        train = counts[:, number - train_months : number]
        found = backtest(train, counts[:, number], weights, grid.inside_m2, x, y, bandwidth)
        learnt = window._replace(first=months[number - train_months].first, last=months[number - 1].last)
        trials.append(Trial(learnt, months[number], found))
    pai, pei = (
        {method: np.mean([getattr(trial.found, name)[method] for trial in trials], axis=0) for method in METHODS}
        for name in ("pai", "pei")
    )
    best = max(pai, key=lambda method: float(pai[method].mean()))
    return Foretelling(tuple(trials), pai, pei, best, dict(Counter(trial.found.best for trial in trials)), bandwidth)


def _on(grid: HexGrid, count: Count, window: Window) -> Integers:
    tally = count(window)
    known = grid.find(tally.cell) >= 0
    return grid.counts(tally.cell[known], tally.count[known])


def _centres(grid: HexGrid, srid: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    centre = shapely.centroid(cell_polygons(grid.cell))
    x, y = Transformer.from_crs(4326, srid, always_xy=True).transform(shapely.get_x(centre), shapely.get_y(centre))
    return np.asarray(x), np.asarray(y)
