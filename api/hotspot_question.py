"""A question about hot spots, as both front doors ask it, and its answer from the stored reports."""

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geo.cube import Query
from geo.cube_axes import CUBE_RESOLUTION
from geo.dispatch import Dispatch
from geo.errors import InputError
from geo.hexgrid import HexGrid
from geo.hotspots import Question, Window
from geo.jurisdiction import Layer
from geo.period import period_of, whole_months
from geo.store.counts import EVERYTHING, Only
from geo.territory import Generation, Territory

Period = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True)
class Asked:
    """What was asked, before it is checked.

    Parameters
    ----------
    categories : tuple of str or None
        All if None.
    period, compare : (date or None, date or None)
        First and last day of what is looked at, and of what it is compared with.
    resolution : int
        H3, 5 to 12; finer than 9 from the rows.
    options : mapping
        The other fields of `geo.hotspots.Question`.
    statuses : tuple of str or None
    duplicates : bool
        Whether reports that were merged into others count.
    only : Only
        What is counted from the rows alone.
    """

    categories: tuple[str, ...] | None = None
    period: Period = (None, None)
    compare: Period = (None, None)
    resolution: int = 8
    options: dict[str, Any] = field(default_factory=dict)
    statuses: tuple[str, ...] | None = None
    duplicates: bool = True
    only: Only = EVERYTHING

    @property
    def from_rows(self) -> bool:
        """Whether only the rows can answer: the cube does not know what is asked for."""
        return self.only != EVERYTHING or self.resolution > CUBE_RESOLUTION

    def question(self, dispatch: Dispatch, *, public: bool = False) -> Question:
        """Check it, and fill in what was left out; the public has whole months. InputError names the parameter."""
        territory = dispatch.jurisdiction.territory
        for code in self.categories or ():
            dispatch.category(code)
        period = period_of(territory, *self.period)
        if public:
            period = whole_months(*period, territory.today())
        return Question(Window(*period, self.categories), before=self._before(territory), **self.options)

    def _before(self, territory: Territory) -> Window | None:
        first, last = self.compare
        if first is None and last is None:
            return None
        if first is None or last is None:
            raise InputError("give both days of the period to compare with, or none", "compare_from")
        return Window(*period_of(territory, first, last), self.categories)

    def query(self, window: Window, unit_id: int | None = None, generation_id: int | None = None) -> Query:
        """Tell the cube what to count: of a unit, those that it holds in a generation."""
        return Query(
            window.first,
            window.last,
            min(self.resolution, CUBE_RESOLUTION),
            window.categories,
            self.statuses,
            unit_id,
            generation_id,
            duplicates=self.duplicates,
        )


@dataclass(frozen=True)
class Boundaries:
    """Polygons that are told apart by their generation: they never change under it."""

    generation: Generation
    polygons: Any = field(compare=False)


def boundaries_of(layer: Layer) -> Boundaries:
    """Give the boundaries of a layer, by which what is made of them is kept."""
    return Boundaries(layer.generation, layer.locator.polygons)


def grid_of(layer: Layer, resolution: int) -> HexGrid:
    """Give the grid of a generation; made once."""
    return grid_at(boundaries_of(layer), resolution)


@lru_cache(maxsize=16)
def grid_at(boundaries: Boundaries, resolution: int) -> HexGrid:
    """Give the grid of boundaries; made once."""
    return HexGrid.of(boundaries.polygons, resolution)
