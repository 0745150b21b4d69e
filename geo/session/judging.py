"""How a session counts by cell on the full grid of the city, and judges what stands out."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.counting.cube import Query
from geo.hexagons.boxes import cells_in
from geo.hexagons.cells import cell_polygons
from geo.hexagons.grids import grid_of
from geo.hexagons.hexgrid import HexGrid
from geo.hexagons.population import Residents
from geo.hotspots.facts import hotspot_facts
from geo.hotspots.question import Count, Found, Question
from geo.hotspots.views import counting, find, windows_of
from geo.privacy.public_counting import hidden_words, public_counting, told
from geo.session.arguments import path_of, truth_of
from geo.session.asking import Asked, Asking
from geo.session.frames import category_words, cells_frame, made_words

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_PUBLIC_VIEWS = ("counts", "hotspots")


class Judging(Asking):
    """Base of the parts of a session that count by cell."""

    def _judged(
        self, asked: Asked, question: Question, every_cell: bool, population: Path | str | None = None
    ) -> "GeoDataFrame":
        """Judge by the whole city of the last day, and give the cells that touch the unit and the box."""
        area = None if asked.unit is None else asked.layer.locator.polygons[asked.layer.units.index(asked.unit)]
        city = replace(asked, layer=asked.dispatch.jurisdiction.layer_at(asked.window.last))
        frame = self._frame(city, self._found(city, question, city.query, population), city.query, every_cell, area)
        frame.attrs |= asked.unit_words
        return frame

    def _found(self, asked: Asked, question: Question, query: Query, population: Path | str | None) -> Found:
        """Answer of the whole city."""
        self._check(question)
        grid = self._grid(asked, question, path_of(population, "population"))
        table = self._source.published()
        if table is not None:
            return find(grid, public_counting(table, query, grid), question)
        counter = self._source.counter(asked.only, asked.res)
        count = counting(counter, query, reporters=question.measure == "reporters")
        return find(grid, count, question, self._late(asked, question, query))

    def _late(self, asked: Asked, question: Question, query: Query) -> Count | None:
        """Give what counts, of the reports that are asked for, those that are overdue, if the view needs it."""
        if question.view != "overdue":
            return None
        return counting(self._source.counter(replace(asked.only, overdue=True), asked.res), query)

    def _grid(self, asked: Asked, question: Question, population: Path | None) -> HexGrid:
        """Give the city's cells; with their residents, if these are asked for and known."""
        path = population or self._source.residents()
        if question.measure != "per_1000" or path is None:
            return grid_of(asked.layer, asked.res)
        residents = Residents.read(path)
        residents.check(asked.layer)
        return residents.on(asked.layer, asked.res)

    def _check(self, question: Question) -> None:
        """Refuse what can't be answered from what there is."""
        held, what = self._source.held, f"the view {question.view} of {question.measure}"
        if question.view != "counts" or question.measure == "share":
            held.check_city(what)
        if question.view not in _PUBLIC_VIEWS or question.measure == "reporters":
            held.check_official(what)
        if question.measure == "reporters":
            held.check_reporters()
        for window in windows_of(question):
            held.check_categories(window.categories, f"the measure {question.measure}")
            held.check_days(window.first, window.last)

    def _frame(self, asked: Asked, whole: Found, query: Query, every_cell: bool, area: Any = None) -> "GeoDataFrame":
        """Give the cells that are wanted, and what they rest on: the figures of the city, and their own reports."""
        found = whole if truth_of(every_cell, "every_cell") else whole.take(whole.noteworthy)
        if area is not None:
            found = found.take(np.asarray(shapely.intersects(area, cell_polygons(found.grid.cell))))
        if asked.box is not None:
            found = found.take(cells_in(found.grid.cell, asked.box))
        attrs = hotspot_facts(whole, asked.layer) | {
            "n": found.n,
            "n_before": found.n_before,
            "n_city": whole.n,
            "cells_shown": len(found),
            "synthetic": int(found.synthetic.sum()),
            "only": asked.only_words,
            "category": category_words(asked.dispatch, whole.question.window.categories),
            **made_words(asked.dispatch.jurisdiction.territory, self._source.name),
        }
        table = self._source.published()
        if table is not None:
            attrs["hidden"] = hidden_words(told(table, query, whole.question.window), query.resolution)
        return cells_frame(found, attrs)
