"""What all questions of a session share: its source, which reports are meant, and the days if none are given."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import COARSEST, Query
from geo.counting.only import EVERYTHING, Only, only_words
from geo.counting.period import period_of, whole_months
from geo.errors import InputError, NotFoundError
from geo.hexagons.boxes import Box, around
from geo.hotspots.question import Window
from geo.hotspots.views import Counter
from geo.lookup.dispatch import Dispatch
from geo.session.arguments import Day, Several, box_of, categories_of, day_of, truth_of, unit_of, whole_of, words_of
from geo.session.source import Source
from geo.units.jurisdiction import Layer
from geo.units.territory import Generation, Unit
from geo.vocabulary import CHANNELS, STATUSES


@dataclass(frozen=True)
class Given:
    """Which reports are to be counted, as a caller said it: the arguments that all counts have in common."""

    category: Several | None
    since: Day | None
    until: Day | None
    res: int
    status: Several | None
    status_at: Day | None
    channel: Several | None
    overdue: bool
    duplicates: bool
    unit: str | None
    bbox: Sequence[float] | None
    boundaries_at: Day | None = None


@dataclass(frozen=True)
class Asked:
    """Which reports are to be counted, checked.

    Parameters
    ----------
    dispatch : Dispatch
    window : Window
    layer : Layer
        The boundaries by which the unit is meant: of the last day, if no other was given.
    res : int
        H3, 5 to 12; finer than 9 from the rows.
    statuses : tuple of str, optional
    duplicates : bool
    only : Only
    unit : Unit, optional
    boundaries_at : date, optional
        Day of whose boundaries the unit is, if one was given.
    box : (west, south, east, north), optional
    """

    dispatch: Dispatch
    window: Window
    layer: Layer
    res: int
    statuses: tuple[str, ...] | None
    duplicates: bool
    only: Only
    unit: Unit | None
    boundaries_at: dt.date | None
    box: Box | None

    @property
    def query(self) -> Query:
        """What is counted of the whole city."""
        return Query(
            self.window.first,
            self.window.last,
            min(self.res, CUBE_RESOLUTION),
            self.window.categories,
            self.statuses,
            duplicates=self.duplicates,
        )

    @property
    def query_of_unit(self) -> Query:
        """What is counted of the points that the unit holds, if there is one."""
        if self.unit is None:
            return self.query
        return replace(self.query, unit_id=self.unit.id, generation_id=self.layer.generation.id)

    @property
    def only_words(self) -> dict[str, object]:
        """Tell which reports are meant besides period and categories."""
        return only_words(self.only, self.statuses, duplicates=self.duplicates)

    @property
    def unit_words(self) -> dict[str, str | None]:
        """Tell which unit is meant."""
        day = self.boundaries_at
        return {
            "unit": None if self.unit is None else self.unit.code,
            "boundaries_at": None if day is None else day.isoformat(),
        }

    @property
    def near(self) -> Only:
        """What only the rows know; of a box only the rows around it are looked at, if they are."""
        if self.box is None or (self.only == EVERYTHING and self.res <= CUBE_RESOLUTION):
            return self.only
        return replace(self.only, near=around(self.box, self.res))


class Asking:
    """Base of the parts of a session.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def _asked(self, given: Given, finest: int = CUBE_RESOLUTION) -> Asked:
        """Check which reports are to be counted."""
        dispatch, window = self._window(given.category, given.since, given.until)
        statuses, status_at = words_of(given.status, STATUSES, "status"), day_of(given.status_at, "status_at")
        if status_at is not None and statuses is None:
            raise InputError("status_at says when a status is meant: give status, too", "status_at")
        if given.boundaries_at is not None and given.unit is None:
            raise InputError("boundaries_at says what a unit is: give unit, too", "boundaries_at")
        channels = words_of(given.channel, CHANNELS, "channel") or ()
        boundaries_at = day_of(given.boundaries_at, "boundaries_at")
        layer = dispatch.jurisdiction.layer_at(boundaries_at or window.last)
        asked = Asked(
            dispatch,
            window,
            layer,
            whole_of(given.res, "res", COARSEST, finest),
            statuses,
            truth_of(given.duplicates, "duplicates"),
            Only(channels, truth_of(given.overdue, "overdue"), status_at),
            None if given.unit is None else unit_of(layer, given.unit),
            boundaries_at,
            box_of(given.bbox),
        )
        for what in asked.only_words:
            self._source.held.check_official(f"counts by {what}")
        return asked

    def _counter(self, asked: Asked) -> Counter:
        """Give what counts."""
        return self._source.counter(asked.near, asked.res)

    def _period(
        self, dispatch: Dispatch, since: Day | None, until: Day | None, names: tuple[str, str] = ("since", "until")
    ) -> tuple[dt.date, dt.date]:
        """Fill in the days that were not given, as the API does: the 30 days until today, or until the last one.

        Of a folder the last day is its own.
        """
        held, last = self._source.held, day_of(until, names[1])
        if last is None and held.days is not None:
            last = held.days[1]
        period = period_of(dispatch.jurisdiction.territory, day_of(since, names[0]), last, names)
        if held.days is not None and since is None:
            period = max(period[0], held.days[0]), period[1]
        held.check_days(*period, names)
        return period

    def _categories(self, dispatch: Dispatch, value: Several | None) -> tuple[str, ...] | None:
        """Read codes of categories; None is all, if all are here."""
        categories = categories_of(dispatch, value)
        self._source.held.check_categories(categories)
        return categories

    def _unit_told(self, unit: str | None) -> str | None:
        """Say whose reports are told: those of the unit that was given, or of the only one that is here."""
        return self._source.held.unit if unit is None else unit

    def _in_force(self, level: str, at: Day, field: str = "at") -> Generation:
        """Find the boundaries of a level that are in force on a day."""
        day = day_of(at, field)
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
