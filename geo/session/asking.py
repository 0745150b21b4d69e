"""What all questions of a session share: its source, and the days that are meant when none are given."""

import datetime as dt

from geo.counting.cube import Query
from geo.counting.period import period_of, whole_months
from geo.errors import InputError, NotFoundError
from geo.hotspots.question import Window
from geo.lookup.dispatch import Dispatch
from geo.session.arguments import Day, Several, categories_of, day_of, unit_of, words_of
from geo.session.source import Source
from geo.units.jurisdiction import Layer
from geo.units.territory import Generation
from geo.vocabulary import STATUSES


class Asking:
    """Base of the parts of a session.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def _period(self, dispatch: Dispatch, since: Day | None, until: Day | None) -> tuple[dt.date, dt.date]:
        """Fill in the days that were not given, as the API does: the 30 days until today, or until the last one.

        Of a folder the last day is its own.
        """
        held, last = self._source.held, day_of(until, "until")
        if last is None and held.days is not None:
            last = held.days[1]
        period = period_of(dispatch.jurisdiction.territory, day_of(since, "since"), last)
        if held.days is not None and since is None:
            period = max(period[0], held.days[0]), period[1]
        held.check_days(*period)
        return period

    def _categories(self, dispatch: Dispatch, value: Several | None) -> tuple[str, ...] | None:
        """Read codes of categories; None is all, if all are here."""
        categories = categories_of(dispatch, value)
        self._source.held.check_categories(categories)
        return categories

    def _unit_told(self, unit: str | None) -> str | None:
        """Say whose reports are told: those of the unit that was given, or of the only one that is here."""
        return self._source.held.unit if unit is None else unit

    def _in_force(self, level: str, at: Day) -> Generation:
        """Find the boundaries of a level that are in force on a day."""
        day = day_of(at, "at")
        active = [each for each in self._source.generations() if each.level == level and each.state == "active"]
        for generation in active:
            if day is not None and generation.holds(day):
                return generation
        periods = ", ".join(f"[{each.valid_from}, {each.valid_to or '...'})" for each in active) or "none"
        raise NotFoundError(f"no boundaries are loaded for level {level} on {day}; loaded periods: {periods}")

    def _window(self, category: Several | None, since: Day | None, until: Day | None) -> tuple[Dispatch, Window]:
        dispatch = self._source.dispatch()
        days = self._period(dispatch, since, until)
        if self._source.held.public:
            days = whole_months(*days, dispatch.jurisdiction.territory.today())
        return dispatch, Window(*days, self._categories(dispatch, category))


def ward_of(
    dispatch: Dispatch, window: Window, unit: str | None, boundaries_at: Day | None
) -> tuple[Layer, tuple[int | None, int | None]]:
    """Find the boundaries that are meant, and the ids of the ward and of its generation, as a query takes them."""
    if boundaries_at is not None and unit is None:
        raise InputError("boundaries_at says what a unit is: give unit, too", "boundaries_at")
    layer = dispatch.jurisdiction.layer_at(day_of(boundaries_at, "boundaries_at") or window.last)
    return layer, (None, None) if unit is None else (unit_of(layer, unit).id, layer.generation.id)


def query_of(
    window: Window,
    res: int,
    status: Several | None,
    duplicates: bool,
    unit_id: int | None = None,
    generation_id: int | None = None,
) -> Query:
    """Say what the cube is to count."""
    statuses = words_of(status, STATUSES, "status")
    return Query(
        window.first, window.last, res, window.categories, statuses, unit_id, generation_id, duplicates=duplicates
    )
