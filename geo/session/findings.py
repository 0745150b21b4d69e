"""The part of a session that counts by cell: where it keeps happening, and whether that is chance."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.counting.cube import Query
from geo.errors import InputError
from geo.hexagons.cells import cell_polygons
from geo.hexagons.grids import grid_of
from geo.hexagons.hexgrid import HexGrid
from geo.hexagons.population import read_population
from geo.hotspots.facts import hotspot_facts
from geo.hotspots.question import Found, Measure, Method, Question, Window
from geo.hotspots.views import counting, find, windows_of
from geo.lookup.dispatch import Dispatch
from geo.privacy.public_counting import hidden_words, public_counting, told
from geo.session.arguments import Day, Several, box_of, day_of, unit_of
from geo.session.asking import Asking, query_of, ward_of
from geo.session.frames import category_words, cells_frame, made_words
from geo.units.jurisdiction import Layer

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Box = Sequence[float]
_PUBLIC_VIEWS = ("counts", "hotspots")


class Findings(Asking):
    """Counts by cell and what stands out among them."""

    def hexes(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        res: int = 8,
        measure: Measure = "count",
        status: Several | None = None,
        duplicates: bool = True,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        bbox: Box | None = None,
        population: Path | str | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Count reports by H3 cell.

        Parameters
        ----------
        category : str or sequence of str, optional
            Codes; all if left out.
        since, until : date or str, optional
            Local days, both included; the 30 days until today if left out.
        res : int
            H3 resolution, 5 to 9.
        measure : {"count", "reporters", "per_km2", "per_1000", "share"}
            Reports; people who reported, each once a cell; rates; the share of the cell's reports, against the city's.
        status : str or sequence of str, optional
            As it is now.
        duplicates : bool
            Whether reports that were merged into others count, too.
        unit : str, optional
            Code of a ward: exactly the reports whose points it holds are counted.
        boundaries_at : date or str, optional
            `unit` is a ward of this date; of the last day if left out.
        bbox : (west, south, east, north), optional
            Degrees: only cells that touch it.
        population : path, optional
            CSV of ``cell`` and ``population``, for the measure per_1000.
        every_cell : bool
            Whether cells without a report are shown, too.

        Returns
        -------
        GeoDataFrame
            By cell: count, what the measure adds, synthetic, inside, hidden, geometry (lon, lat). The columns are
            explained in docs/hotspots.md, ``attrs`` has what they rest on.

        Raises
        ------
        InputError, NotFoundError
            Something given is not one of what there is.

        Examples
        --------
        >>> hexes = db.hexes("waste", since="2026-01-01", until="2026-03-31", res=7)
        >>> int(hexes["count"].sum()) == hexes.attrs["n"] > 0
        True
        >>> hexes.index[0][:2], hexes.crs.to_epsg()
        ('87', 4326)
        """
        self._source.held.check_unit(unit, by_point=True)
        dispatch, window = self._window(category, since, until)
        layer, ward = ward_of(dispatch, window, unit, boundaries_at)
        query = query_of(window, res, status, duplicates, *ward)
        whole = self._find(layer, Question(window, "counts", measure), query, population)
        frame = self._frame(dispatch, layer, whole, query, None, bbox, every_cell)
        frame.attrs |= {"unit": self._unit_told(unit)}
        return frame

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
        duplicates: bool = True,
        unit: str | None = None,
        bbox: Box | None = None,
        population: Path | str | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Find the cells that have, with their neighbours, more reports than chance would give: Gi*.

        Parameters
        ----------
        category, since, until, res, status, duplicates, bbox, population, every_cell
            As `hexes` takes them.
        measure : {"count", "reporters", "per_km2", "per_1000"}
        method : {"auto", "exact", "normal", "permutation"}
            What chance would give; ``attrs["method"]`` says which it was.
        k : int
            Rings of neighbours, 1 to 10.
        alpha : float
            False discovery rate of what is called a finding, up to 0.1.
        unit : str, optional
            Code of a ward of the last day: the cells that touch it; what stands out is judged by the whole city.

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
        dispatch, window = self._window(category, since, until)
        question = Question(window, "hotspots", measure, method, k, alpha)
        return self._judged(
            dispatch, question, query_of(window, res, status, duplicates), population, unit, bbox, every_cell
        )

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
        duplicates: bool = True,
        unit: str | None = None,
        bbox: Box | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Class each place by when it was hot: new, consecutive, intensifying, persistent, diminishing and so on.

        Parameters
        ----------
        category, since, until, res, method, k, alpha, status, duplicates, unit, bbox, every_cell
            As `hotspots` takes them.
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
        dispatch, window = self._window(category, since, until)
        question = Question(window, "emerging", measure, method, k, alpha, step_days=step)
        return self._judged(dispatch, question, query_of(window, res, status, duplicates), None, unit, bbox, every_cell)

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
        duplicates: bool = True,
        unit: str | None = None,
        bbox: Box | None = None,
        every_cell: bool = False,
    ) -> "GeoDataFrame":
        """Find the cells in which reports rose or fell by more than chance from the period before.

        Parameters
        ----------
        category, since, until, res, alpha, status, duplicates, unit, bbox, every_cell
            As `hotspots` takes them.
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
        dispatch, window = self._window(category, since, until)
        days = day_of(compare_from, "compare_from"), day_of(compare_to, "compare_to")
        if (days[0] is None) != (days[1] is None):
            raise InputError("give both days of the period to compare with, or none", "compare_from")
        before = None if days[0] is None else Window(*self._period(dispatch, *days), window.categories)
        question = Question(window, "change", measure, alpha=alpha, before=before)
        return self._judged(dispatch, question, query_of(window, res, status, duplicates), None, unit, bbox, every_cell)

    def _judged(
        self,
        dispatch: Dispatch,
        question: Question,
        query: Query,
        population: Path | str | None,
        unit: str | None,
        bbox: Box | None,
        every_cell: bool,
    ) -> "GeoDataFrame":
        layer = dispatch.jurisdiction.layer_at(question.window.last)
        area = None if unit is None else layer.locator.polygons[layer.units.index(unit_of(layer, unit))]
        whole = self._find(layer, question, query, population)
        return self._frame(dispatch, layer, whole, query, area, bbox, every_cell)

    def _find(self, layer: Layer, question: Question, query: Query, population: Path | str | None) -> Found:
        self._check(question)
        grid: HexGrid = grid_of(layer, query.resolution)
        if population is not None:
            grid = grid.with_population(*read_population(Path(population)))
        table = self._source.published()
        if table is not None:
            return find(grid, public_counting(table, query, grid), question)
        return find(grid, counting(self._source.cube(), query, reporters=question.measure == "reporters"), question)

    def _check(self, question: Question) -> None:
        """Refuse what can't be answered from what there is."""
        held = self._source.held
        if question.view != "counts" or question.measure == "share":
            held.check_city(f"the view {question.view} of {question.measure}")
        if question.view not in _PUBLIC_VIEWS or question.measure == "reporters":
            held.check_official(f"the view {question.view} of {question.measure}")
        if question.measure == "reporters":
            held.check_reporters()
        for window in windows_of(question):
            held.check_categories(window.categories, f"the measure {question.measure}")
            held.check_days(window.first, window.last)

    def _frame(
        self,
        dispatch: Dispatch,
        layer: Layer,
        whole: Found,
        query: Query,
        area: Any,
        bbox: Box | None,
        every_cell: bool,
    ) -> "GeoDataFrame":
        """Give the cells that are wanted, and what they rest on: the figures of the city, and their own reports."""
        box = box_of(bbox)
        found = whole if every_cell else whole.take(whole.noteworthy)
        for shape in (area, None if box is None else shapely.box(*box)):
            if shape is not None:
                found = found.take(np.asarray(shapely.intersects(shape, cell_polygons(found.grid.cell))))
        territory = dispatch.jurisdiction.territory
        attrs = hotspot_facts(whole, layer) | {
            "n": found.n,
            "n_before": found.n_before,
            "n_city": whole.n,
            "cells_shown": len(found),
            "synthetic": int(found.synthetic.sum()),
            "category": category_words(dispatch, whole.question.window.categories),
            **made_words(territory, self._source.name),
        }
        table = self._source.published()
        if table is not None:
            attrs["hidden"] = hidden_words(told(table, query, whole.question.window), query.resolution)
        return cells_frame(found, attrs)
