"""Where it keeps happening: what is asked and answered, for maps, the API, the command line and notebooks alike.

`geo.hotspots.views.find` leads from a `Question` to what was `Found`. What the answer rests on (period, n, method,
parameters, what is hidden) comes with it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers, Truths
from geo.errors import InputError
from geo.hexagons.hexgrid import HexGrid
from geo.statistics.fdr import BINS
from geo.statistics.words import Words

View = Literal["counts", "hotspots", "emerging", "change", "overdue"]
Measure = Literal["count", "reporters", "per_km2", "per_1000", "share"]
Method = Literal["auto", "exact", "normal", "permutation"]

RATES: Final = ("per_km2", "per_1000")
"""Measures that divide reports by something that each cell has."""


class Window(NamedTuple):
    """A period whose reports are to be counted: local days, both included, of some categories, or of all."""

    first: dt.date
    last: dt.date
    categories: tuple[str, ...] | None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, eq=False)
class Tally:
    """Reports of a window by cell; of cells in `hidden` there are more that may not be told.

    Parameters
    ----------
    cell, count, synthetic : ndarray of int64, shape (n,)
        Cells of the resolution that is asked for, each once; how many of the reports are demo data.
    hidden : ndarray of int64, shape (m,)
        Cells of which reports are hidden.
    """

    cell: Integers
    count: Integers
    synthetic: Integers
    hidden: Integers


Count = Callable[[Window], Tally]
"""Counts the reports (or the people who reported) of a window by cell."""


@dataclass(frozen=True)
class Question:
    """What is asked of a city's reports.

    Parameters
    ----------
    window : Window
    view : {"counts", "hotspots", "emerging", "change", "overdue"}
    measure : {"count", "reporters", "per_km2", "per_1000", "share"}
        `emerging` and `change` take whole numbers, count or reporters; `hotspots` takes these and both rates; `overdue`
        takes count.
    method : {"auto", "exact", "normal", "permutation"}
        The null of Gi*, see `geo.statistics.gi.hot_spots`. Hot spots of rates take `auto`: they are tested against
        their exposure, see `geo.statistics.rate_hot_spots`.
    k : int
        Rings of neighbours.
    alpha : float
        The false discovery rate at which something is called a finding.
    before : Window, optional
        What `change` compares with; as many days just before, if not given.
    step_days : int, optional
        How long a step of `emerging` is; whole weeks, for ten to some twenty steps, if not given.
    """

    window: Window
    view: View = "hotspots"
    measure: Measure = "count"
    method: Method = "auto"
    k: int = 1
    alpha: float = 0.05
    before: Window | None = None
    step_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        told = (("view", self.view, View), ("measure", self.measure, Measure), ("method", self.method, Method))
        for name, value, known in told:
            if value not in get_args(known):
                raise InputError(f"{name} is one of {', '.join(get_args(known))}, not {value!r}", name)
        if self.view in ("emerging", "change") and self.measure not in ("count", "reporters"):
            raise InputError(f"the view {self.view} takes the measure count or reporters", "measure")
        if self.view == "overdue" and self.measure != "count":
            raise InputError("the view overdue takes the measure count", "measure")
        if self.measure == "share" and (self.view != "counts" or self.window.categories is None):
            raise InputError("the measure share goes with the view counts of one category", "measure")
        if self.measure in RATES and self.view == "hotspots" and self.method != "auto":
            raise InputError(
                f"hot spots of {self.measure} take the method auto: their reports are tested against their exposure "
                f"by the binomial distribution, not by Gi*, whose method {self.method} is for counts",
                "method",
            )
        if self.method == "permutation" and self.view == "emerging":
            raise InputError("the view emerging takes the method auto, exact or normal", "method")
        if not 1 <= self.k <= 10:
            raise InputError(f"k counts rings of neighbours, 1 to 10, not {self.k}", "k")
        if not 0 < self.alpha <= max(BINS):
            raise InputError(f"alpha is a rate above 0 and up to {max(BINS):g}, not {self.alpha:g}", "alpha")


@dataclass(frozen=True, eq=False)
class Found:
    """The answer, cell by cell.

    Parameters
    ----------
    question : Question
        As it was answered: the window of `emerging` has whole steps, that of `change` something before it.
    grid : HexGrid, n cells
        Every cell of the city, and those outside it that have reports.
    columns : mapping of str to ndarray of shape (n,)
        ``count`` and what the view adds, named as in docs/hotspots.md.
    classes : ndarray of int8, shape (n,)
        What is drawn, above 0 for more than chance would give: `bin` (99, 95, 90 %), or the class of `emerging`; 0 in
        `counts`.
    hidden : ndarray of bool, shape (n,)
        Cells of which reports are hidden.
    synthetic : ndarray of int64, shape (n,)
        How many of the reports are demo data.
    n, n_before : int
        Reports counted; of `change`, in the period before.
    method : str or None
        Where p comes from.
    parameters : mapping
        What the figures depend on.
    meaning : Words
        What the map says and what not.
    """

    question: Question
    grid: HexGrid
    columns: Mapping[str, NDArray[Any]]
    classes: NDArray[np.int8]
    hidden: Truths
    synthetic: Integers
    n: int
    n_before: int | None
    method: str | None
    parameters: Mapping[str, Any]
    meaning: Words

    def __len__(self) -> int:
        """Count the cells."""
        return len(self.grid)

    @property
    def findings(self) -> NDArray[np.int8]:
        """1 for a cell with more than chance would give at the question's alpha, -1 with less, else 0; shape (n,)."""
        passing = self.columns["q"] <= self.question.alpha if "q" in self.columns else True
        found: NDArray[np.int8] = np.sign(self.classes) * passing
        return found

    @property
    def noteworthy(self) -> Truths:
        """Cells that there is something to say of: a report, a finding, or something hidden."""
        some: Truths = (self.columns["count"] > 0) | (self.classes != 0) | self.hidden
        return some | (self.columns["before"] > 0) if "before" in self.columns else some

    def take(self, rows: Truths | Integers) -> "Found":
        """Pick cells; n counts their reports. What stands out stays as it was found in the city."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return replace(
            self,
            grid=self.grid.take(rows),
            columns=columns,
            classes=self.classes[rows],
            hidden=self.hidden[rows],
            synthetic=self.synthetic[rows],
            n=int(columns["count"].sum()),
            n_before=None if self.n_before is None else int(columns["before"].sum()),
        )
