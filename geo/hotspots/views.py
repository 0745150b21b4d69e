"""From counts to hot spots: the periods that a view needs are counted on the full grid of the city, and judged."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.columns import Floats, Integers, Truths
from geo.counting.cube import Counts, Query
from geo.errors import InputError
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import RATES, Count, Found, Question, Tally, Window
from geo.statistics import change, emerging, gi, rate_hot_spots, rates
from geo.statistics.weights import Weights
from geo.statistics.words import Words

COUNTED: Final = Words(
    vi="Số phản ánh theo từng ô; nơi nhiều phản ánh có thể chỉ là nơi đông người.",
    en="Reports by cell; where there are many reports there may just be many people.",
)
OVERDUE: Final = Words(
    vi="Phần phản ánh của giai đoạn đến nay đã quá hạn mà chưa được trả lời; ít phản ánh thì tỷ lệ dễ cao hoặc thấp "
    "bất thường.",
    en="The share of the period's reports that are past their time limit today and not answered; of few reports it is "
    "easily high or low.",
)
_JUDGED: Final[Mapping[str, float]] = {"z": 0, "p": 1, "q": 1, "bin": 0}
"""The columns of a judgement, and what they hold of a cell that was not judged."""
MOST_PAIRS: Final = 4_000_000
"""The most cells x neighbours: their matrix takes up to 400 MB while it is made."""
_WEEK, _USUAL_STEPS = 7, 12
_DAY = dt.timedelta(days=1)


class Counter(Protocol):
    """What counts reports by cell: a `geo.counting.cube.Cube`, or whatever answers like one."""

    def counts(self, query: Query) -> Counts:
        """Count reports by cell."""

    def reporters(self, query: Query) -> Counts:
        """Count the people who reported, each once a cell."""

    def daily(self, query: Query, cells: Integers | None = None) -> Integers:
        """Count reports by day, everywhere or in some cells."""


def counting(cube: Counter, query: Query, *, reporters: bool = False) -> Count:
    """Let a cube count: everything hidden from nobody.

    Parameters
    ----------
    cube : Counter
    query : Query
        What is counted; period and categories are those of each window.
    reporters : bool, optional
        Count the people who reported, each once a cell, instead of the reports.
    """

    def count(window: Window) -> Tally:
        asked = replace(query, first=window.first, last=window.last, categories=window.categories)
        reports = cube.counts(asked)
        numbers = reports.count
        if reporters:
            people = cube.reporters(asked)
            numbers = np.zeros_like(numbers)
            numbers[np.searchsorted(reports.cell, people.cell)] = people.count
        return Tally(reports.cell, numbers, reports.synthetic, reports.cell[:0])

    return count


def find(grid: HexGrid, count: Count, question: Question, overdue: Count | None = None) -> Found:
    """Answer a question.

    Parameters
    ----------
    grid : HexGrid
        All cells of the city at the resolution that is wanted.
    count : callable
        Asked for each window that the view needs.
    question : Question
    overdue : callable, optional
        Counts, of the same reports, those that are overdue; for the view `overdue` only.

    Returns
    -------
    Found

    Raises
    ------
    InputError
        The statistics can't be had: a period too short for `emerging`, a rate without residents, an unknown method.

    Examples
    --------
    >>> import shapely
    >>> grid = HexGrid.of([shapely.box(105.8, 21.0, 105.9, 21.1)], 8)
    >>> window = Window(dt.date(2026, 1, 1), dt.date(2026, 1, 31), ("waste",))
    >>> real, none_hidden = np.zeros(2, np.int64), grid.cell[:0]
    >>> tally = Tally(grid.cell[[80, 81]], np.array([40, 9]), real, none_hidden)
    >>> found = find(grid, lambda _: tally, Question(window))
    >>> found.n, found.method, len(found)
    (49, 'exact', 173)
    """
    if question.view == "overdue":
        return _overdue(grid, count, overdue, question)
    return _VIEWS[question.view](grid, count, question)


def windows_of(question: Question) -> list[Window]:
    """Name the periods that `find` asks to be counted, in order of time where they differ in it.

    Raises
    ------
    InputError
        The period is too short for `emerging`.

    Examples
    --------
    >>> january = Window(dt.date(2026, 1, 1), dt.date(2026, 1, 31), ("waste",))
    >>> [str(window.first) for window in windows_of(Question(january, "change"))]
    ['2025-12-01', '2026-01-01']
    """
    window = question.window
    if question.view == "emerging":
        return _steps(question)
    if question.view == "change":
        return [question.before or _before(window), window]
    return [window, window._replace(categories=None)] if question.measure == "share" else [window]


def _counts(grid: HexGrid, count: Count, question: Question) -> Found:
    if question.measure == "share":
        return _share(grid, count, question)
    laid = _laid(grid, count, windows_of(question))
    columns: dict[str, NDArray[Any]] = {"count": laid.counts[0]}
    if question.measure in RATES:
        columns |= _rate_columns(laid.counts[0], _exposure(laid.grid, question.measure), question.measure)
    return _found(question, laid, columns, meaning=rates.MEANING if question.measure in RATES else COUNTED)


def _share(grid: HexGrid, count: Count, question: Question) -> Found:
    laid = _laid(grid, count, windows_of(question))
    counts, every = laid.counts
    ratio = rates.observed_over_expected(np.column_stack([counts, every - counts]))[:, 0]
    return _found(question, laid, {"count": counts, "all": every, "share": ratio}, meaning=rates.MEANING)


def _hotspots(grid: HexGrid, count: Count, question: Question) -> Found:
    if question.measure in RATES:
        return _rate_hotspots(grid, count, question)
    laid = _laid(grid, count, windows_of(question))
    weights = _rings(laid.grid.cell, question.k)
    with _null_is_method():
        spots = gi.hot_spots(laid.counts[0], weights, null=question.method)
    columns = {"count": laid.counts[0]} | {name: getattr(spots, name) for name in _JUDGED}
    return _found(question, laid, columns, spots.bin, spots.method, _parameters(spots, question), gi.MEANING)


def _rate_hotspots(grid: HexGrid, count: Count, question: Question) -> Found:
    """Test counts against their exposure; a cell without exposure is not tested, and its reports are left out."""
    laid = _laid(grid, count, windows_of(question))
    counts, exposure = laid.counts[0], _exposure(laid.grid, question.measure)
    tested = exposure > 0
    weights = _rings(laid.grid.cell[tested], question.k)
    spots = rate_hot_spots.rate_hot_spots(counts[tested], exposure[tested], weights)
    columns = {"count": counts} | _rate_columns(counts, exposure, question.measure)
    for name, untested in _JUDGED.items():
        found = getattr(spots, name)
        columns[name] = np.full(len(counts), untested, found.dtype)
        columns[name][tested] = found
    parameters = _parameters(spots, question)
    return _found(question, laid, columns, columns["bin"], spots.method, parameters, rate_hot_spots.MEANING)


def _parameters(spots: gi.HotSpots, question: Question) -> dict[str, Any]:
    return {"k": question.k, **spots.parameters, "alpha": question.alpha}


def _emerging(grid: HexGrid, count: Count, question: Question) -> Found:
    windows = windows_of(question)
    window = question.window._replace(first=windows[0].first)
    question = replace(question, window=window, step_days=windows[0].days)
    laid = _laid(grid, count, windows, told=slice(None))
    series = np.column_stack(laid.counts)
    method: Any = question.method
    weights = _rings(laid.grid.cell, question.k)
    with _null_is_method():
        spots = emerging.emerging_hot_spots(series, weights, alpha=question.alpha, null=method)
    columns = {
        "count": series.sum(axis=1),
        "class": spots.classes,
        "hot_steps": (spots.state == 1).sum(axis=1),
        "cold_steps": (spots.state == -1).sum(axis=1),
        "trend_z": spots.trend.z,
        "trend_p": spots.trend.p,
        "last_z": spots.z[:, -1],
    }
    parameters = {"k": question.k, "step_days": question.step_days, **spots.parameters}
    return _found(question, laid, columns, spots.classes, spots.method, parameters, emerging.MEANING)


def _change(grid: HexGrid, count: Count, question: Question) -> Found:
    before, window = windows_of(question)
    question = replace(question, before=before)
    laid = _laid(grid, count, [before, window], told=slice(1, 2))
    earlier, counts = laid.counts
    found = change.change(earlier, counts, before.days, window.days, alpha=question.alpha)
    names = ("percent", "low", "high", "p", "q", "bin")
    columns = {"count": counts, "before": earlier} | {name: getattr(found, name) for name in names}
    parameters = {"days": window.days, "days_before": before.days, "alpha": question.alpha}
    return _found(question, laid, columns, found.bin, "conditional", parameters, change.MEANING)


def _overdue(grid: HexGrid, count: Count, overdue: Count | None, question: Question) -> Found:
    if overdue is None:
        raise InputError("these reports have no time limits, so none is overdue", "view")
    late = overdue(question.window)
    laid = _laid(grid.with_cells(late.cell), count, [question.window])
    counts, numbers = laid.counts[0], laid.grid.counts(late.cell, late.count)
    share = np.divide(numbers, counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return _found(question, laid, {"count": counts, "overdue": numbers, "share": share}, meaning=OVERDUE)


_VIEWS: Final[Mapping[str, Callable[[HexGrid, Count, Question], Found]]] = {
    "counts": _counts,
    "hotspots": _hotspots,
    "emerging": _emerging,
    "change": _change,
}


class _Laid(NamedTuple):
    """Counts of some windows on one grid, to which the cells outside it that have reports are added."""

    grid: HexGrid
    counts: list[Integers]
    hidden: Truths
    synthetic: Integers


def _laid(grid: HexGrid, count: Count, windows: list[Window], told: slice = slice(1)) -> _Laid:
    """Count windows; `told` are those whose reports the answer's n counts, and so its synthetic ones."""
    tallies = [count(window) for window in windows]
    grid = grid.with_cells(np.concatenate([cells for tally in tallies for cells in (tally.cell, tally.hidden)]))
    return _Laid(
        grid=grid,
        counts=[grid.counts(tally.cell, tally.count) for tally in tallies],
        hidden=np.isin(grid.cell, np.concatenate([tally.hidden for tally in tallies])),
        synthetic=np.sum([grid.counts(tally.cell, tally.synthetic) for tally in tallies[told]], axis=0),
    )


def _rings(cells: Integers, k: int) -> Weights:
    """Find the neighbours, if memory has room for them."""
    pairs = len(cells) * (1 + 3 * k * (k + 1))
    if pairs > MOST_PAIRS:
        raise InputError(
            f"{k} rings around each of {len(cells):,} cells are {pairs:,} pairs of neighbours, of at most "
            f"{MOST_PAIRS:,}: take fewer rings or larger cells",
            "k",
        )
    return Weights.rings(cells, k)


@contextmanager
def _null_is_method() -> Iterator[None]:
    """Name a null that can't be had as the question does."""
    try:
        yield
    except InputError as error:
        raise InputError(str(error), "method" if error.field == "null" else error.field) from error


def _exposure(grid: HexGrid, measure: str) -> Floats:
    """Give what a cell's reports are divided by: square kilometres or thousands of residents; 0 where it has none."""
    exposure: Floats = grid.inside_m2 / 1e6 if measure == "per_km2" else np.nan_to_num(grid.population) / 1e3
    if not exposure.any():
        raise InputError("no residents by cell were given, so there is no rate by residents", "measure")
    return exposure


def _rate_columns(counts: Integers, exposure: Floats, measure: str) -> dict[str, NDArray[Any]]:
    """Give the rate of each cell, and its estimate with what is known of all cells; NaN where there is no exposure."""
    known = exposure > 0
    columns = {measure: np.full(len(counts), np.nan), "smoothed": np.full(len(counts), np.nan)}
    columns[measure][known] = counts[known] / exposure[known]
    columns["smoothed"][known] = rates.empirical_bayes(counts[known], exposure[known]).rates
    return columns


def _before(window: Window) -> Window:
    """Give as many days just before a window."""
    last = window.first - _DAY
    return Window(last - (window.days - 1) * _DAY, last, window.categories)


def _steps(question: Question) -> list[Window]:
    """Divide a window into equal steps that end with it; days at its beginning that make no whole step are left out."""
    window, days = question.window, question.step_days
    if days is None:
        days = _WEEK * max(window.days // (_WEEK * _USUAL_STEPS), 1)
    if days < 1:
        raise InputError(f"a step has at least one day, not {days}", "step")
    if window.days // days < emerging.FEWEST_STEPS:
        needed = emerging.FEWEST_STEPS * days
        raise InputError(
            f"the view emerging needs {emerging.FEWEST_STEPS} steps of {days} days, so a period of at least {needed} "
            f"days, not {window.days}",
            "from",
        )
    ends = [window.last - number * days * _DAY for number in range(window.days // days)][::-1]
    return [Window(end - (days - 1) * _DAY, end, window.categories) for end in ends]


def _found(
    question: Question,
    laid: _Laid,
    columns: Mapping[str, NDArray[Any]],
    classes: NDArray[np.int8] | None = None,
    method: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    meaning: Words = COUNTED,
) -> Found:
    return Found(
        question=question,
        grid=laid.grid,
        columns=columns,
        classes=np.zeros(len(laid.grid), np.int8) if classes is None else classes,
        hidden=laid.hidden,
        synthetic=laid.synthetic,
        n=int(columns["count"].sum()),
        n_before=int(columns["before"].sum()) if "before" in columns else None,
        method=method,
        parameters=parameters or {},
        meaning=meaning,
    )
