"""The part of a session that finds what stands out by cell: where it keeps happening, and whether that is chance."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.hotspots.question import Measure, Method, Question, Window
from geo.session.arguments import Day, Several, day_of, number_of, whole_of
from geo.session.asking import Given
from geo.session.judging import Judging
from geo.statistics.fdr import BINS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Box = Sequence[float]


class Findings(Judging):
    """What stands out."""

    def hotspots(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        res: int = 8,
        measure: Measure = "count",
        method: Method = "auto",
        k: int = 1,
        alpha: float = 0.05,
        status: Several | None = None,
        status_at: Day | None = None,
        channel: Several | None = None,
        overdue: bool = False,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Box | None = None,
        population: Path | str | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Find the cells that have, with their neighbours, more reports than chance would give: Gi*; a test of rates.

        Parameters
        ----------
        category, since, until, res, status, status_at, channel, overdue, duplicates, bbox, population, every_cell
            As `hexes` takes them.
        measure : {"count", "reporters", "per_km2", "per_1000"}
        method : {"auto", "exact", "normal", "permutation"}
            What chance would give; ``attrs["method"]`` says which it was. Both rates take ``auto``: a binomial test.
        k : int
            Rings of neighbours, 1 to 10.
        alpha : float
            False discovery rate of what is called a finding, up to 0.1.
        unit : str, optional
            Code of a ward: the cells that touch it; what stands out is judged by the whole city of the last day.
        boundaries_at : date or str, optional
            `unit` is a ward of this date; of the last day if left out.

        Returns
        -------
        GeoDataFrame
            By cell: count, z, p, q, bin (-3 to 3), and what `hexes` gives.

        Examples
        --------
        >>> hot = db.hotspots("parking", since="2026-01-01", until="2026-06-30")
        >>> hot.attrs["method"], int((hot["bin"] > 0).sum()) >= hot.attrs["hot"]
        ('exact', True)
        >>> db.hotspots("noise")
        Traceback (most recent call last):
        geo.errors.InputError: unknown category 'noise': use one of waste, parking, fire_risk
        """
        asked = self._asked(
            Given(
                category, since, until, res, status, status_at, channel, overdue, duplicates, unit, bbox, boundaries_at
            )
        )
        question = Question(asked.window, "hotspots", measure, method, _rings(k), _rate(alpha))
        return self._judged(asked, question, every_cell, population)

    def emerging(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        res: int = 8,
        measure: Measure = "count",
        method: Method = "auto",
        k: int = 1,
        alpha: float = 0.05,
        step: int | None = None,
        status: Several | None = None,
        status_at: Day | None = None,
        channel: Several | None = None,
        overdue: bool = False,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Box | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Class each place by when it was hot: new, consecutive, intensifying, persistent, diminishing and so on.

        Parameters
        ----------
        category, since, until, res, method, k, alpha, unit, boundaries_at, bbox, every_cell
            As `hotspots` takes them.
        status, status_at, channel, overdue, duplicates
            As `hexes` takes them.
        measure : {"count", "reporters"}
        step : int, optional
            Days of a step; whole weeks, for ten to some twenty steps, if left out.

        Returns
        -------
        GeoDataFrame
            By cell: count, class, class_name, hot_steps, cold_steps, trend_z, trend_p, last_z, and what `hexes` gives.

        Examples
        --------
        >>> trend = db.emerging(since="2025-07-01", until="2026-06-30", res=7)
        >>> trend.attrs["parameters"]["step_days"]
        28
        """
        asked = self._asked(
            Given(
                category, since, until, res, status, status_at, channel, overdue, duplicates, unit, bbox, boundaries_at
            )
        )
        days = None if step is None else whole_of(step, "step", 1)
        question = Question(asked.window, "emerging", measure, method, _rings(k), _rate(alpha), step_days=days)
        return self._judged(asked, question, every_cell)

    def change(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        compare_from: Day | None = None,
        compare_to: Day | None = None,
        res: int = 8,
        measure: Measure = "count",
        alpha: float = 0.05,
        status: Several | None = None,
        status_at: Day | None = None,
        channel: Several | None = None,
        overdue: bool = False,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Box | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Find the cells in which reports rose or fell by more than chance from the period before.

        Parameters
        ----------
        category, since, until, res, alpha, unit, boundaries_at, bbox, every_cell
            As `hotspots` takes them.
        status, status_at, channel, overdue, duplicates
            As `hexes` takes them.
        compare_from, compare_to : date or str, optional
            Local days to compare with, both included; as many days just before if left out.
        measure : {"count", "reporters"}

        Returns
        -------
        GeoDataFrame
            By cell: count, before, percent, low, high, p, q, bin, and what `hexes` gives.

        Examples
        --------
        >>> change = db.change("waste", since="2026-02-01", until="2026-02-28")
        >>> change.attrs["period_before"]
        {'from': '2026-01-04', 'to': '2026-01-31'}
        """
        asked = self._asked(
            Given(
                category, since, until, res, status, status_at, channel, overdue, duplicates, unit, bbox, boundaries_at
            )
        )
        days = day_of(compare_from, "compare_from"), day_of(compare_to, "compare_to")
        if (days[0] is None) != (days[1] is None):
            raise InputError("give both days of the period to compare with, or none", "compare_from")
        before = None
        if days[0] is not None:
            before = Window(
                *self._period(asked.dispatch, *days, ("compare_from", "compare_to")), asked.window.categories
            )
        question = Question(asked.window, "change", measure, alpha=_rate(alpha), before=before)
        return self._judged(asked, question, every_cell)

    def overdue(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        res: int = 8,
        status: Several | None = None,
        status_at: Day | None = None,
        channel: Several | None = None,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Box | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Tell which share of each cell's reports should have been answered by now and is not.

        Parameters
        ----------
        category, since, until, res, unit, boundaries_at, bbox, every_cell
            As `hotspots` takes them.
        status, status_at, channel, duplicates
            As `hexes` takes them.

        Returns
        -------
        GeoDataFrame
            By cell: count, overdue, share, and what `hexes` gives.

        Examples
        --------
        >>> late = db.overdue("waste", since="2026-06-01", until="2026-06-30", res=7)
        >>> late.attrs["view"], bool((late["overdue"] <= late["count"]).all())
        ('overdue', True)
        """
        asked = self._asked(
            Given(category, since, until, res, status, status_at, channel, False, duplicates, unit, bbox, boundaries_at)
        )
        return self._judged(asked, Question(asked.window, "overdue"), every_cell)


def _rings(k: int) -> int:
    return whole_of(k, "k", 1, 10)


def _rate(alpha: float) -> float:
    return number_of(alpha, "alpha", 0, max(BINS))
