"""A question about hot spots, as both front doors ask it, and its answer from the stored reports."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import Query
from geo.counting.only import EVERYTHING, Only, only_words
from geo.counting.period import period_of, whole_months
from geo.errors import ForbiddenError, InputError
from geo.hotspots.question import Question, Window
from geo.lookup.dispatch import Dispatch
from geo.units.territory import Territory

PUBLIC_VIEWS: Final = ("counts", "hotspots")
"""The others compare periods or time limits: what is hidden in one and not in the other would look like a change."""
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
        The other fields of `geo.hotspots.question.Question`.
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
    def only_words(self) -> dict[str, Any]:
        """Tell which reports are meant besides period and categories: parameters and values, those that were given."""
        return only_words(self.only, self.statuses, duplicates=self.duplicates)

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


class OfficialsOnlyError(ForbiddenError):
    """A count that the public is not told; `field` names the parameter that asks for it."""

    def __init__(self, what: str, field: str) -> None:
        super().__init__(
            f"counts by {what} are for officials, as a few people could be told from them: leave {field} out, or send a"
            " planner's, officer's, analyst's or admin's key as X-API-Key"
        )
        self.field = field


def check_public_details(asked: Asked, unit: str | None = None) -> None:
    """Refuse the public what is not published: whatever would need a table of its own."""
    refused = {
        "channel": (asked.only.channels, "channel"),
        "overdue": (asked.only.overdue, "time limit"),
        "status_at": (asked.only.status_at, "status"),
        "status": (asked.statuses, "status"),
        "duplicates": (not asked.duplicates, "what was merged"),
        "unit": (unit, "ward"),
        "res": (asked.resolution > CUBE_RESOLUTION, f"cells finer than resolution {CUBE_RESOLUTION}"),
    }
    for parameter, (given, what) in refused.items():
        if given:
            raise OfficialsOnlyError(what, parameter)


def check_public(asked: Asked, question: Question) -> None:
    """Refuse the public what can't be found from published counts: see docs/hotspots.md for why."""
    check_public_details(asked)
    if question.view not in PUBLIC_VIEWS:
        raise OfficialsOnlyError(f"the view {question.view}", "view")
    if question.measure == "reporters":
        raise OfficialsOnlyError("people", "measure")
