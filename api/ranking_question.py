"""Which ward figures are asked for, the same way at both doors, and what is told of them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.routes.geojson import generation_member
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import LEAST_PEOPLE
from geo.store.freed_memory import give_back
from geo.store.ranking import read_cases
from geo.store.session import Connection
from geo.units.territory import Unit
from geo.wards.cases import Cases
from geo.wards.outcomes import Outcomes
from geo.wards.ranking import Period, Ranking, period_before
from geo.wards.recent import Basis, Recent

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Asked:
    """Which figures are asked for.

    Parameters
    ----------
    period : (date, date)
        Local days of the reports, both included.
    boundaries_at : date
        The wards are those in force on this day.
    category : str, optional
        All categories if not given.
    public : bool
        Whether to count only what the public may see.
    """

    period: Days
    boundaries_at: dt.date
    category: str | None = None
    public: bool = False

    @property
    def periods(self) -> tuple[Days, Days]:
        """The period that is asked for, and the one before."""
        return self.period, period_before(*self.period)

    def count(self, connection: Connection, dispatch: Dispatch, now: np.datetime64, days: Days) -> Period:
        """Count a period from the rows.

        Raises
        ------
        NotFoundError
            There are no boundaries on the day.
        InputError
            There is no such category.
        """
        self._check(dispatch)
        asked = (connection, dispatch.jurisdiction, *days, self.boundaries_at, self.category)
        unit_ids, calendar = [unit.id for unit in self._units(dispatch)], dispatch.calendar
        if self.public:
            period = Period.public(Cases.joined(read_cases(*asked, by_point=True)), unit_ids, calendar, now)
        else:
            outcomes = Outcomes.joined(Outcomes.of(cases, unit_ids, calendar) for cases in read_cases(*asked))
            period = Period.exact(outcomes, len(unit_ids), now)
        give_back()
        return period

    def count_recent(
        self, recent: Callable[[], Recent | None], dispatch: Dispatch, now: np.datetime64, days: Days
    ) -> Period | None:
        """Count a period from what is held in memory, as `count` does; None if that has not all that is asked for."""
        self._check(dispatch)
        layer = dispatch.jurisdiction.layer_at(self.boundaries_at)
        # What the public may see is told by points and people, which are not held.
        held = None if self.public else recent()
        if held is None or held.basis != Basis.of(dispatch, layer):
            return None
        outcomes = held.outcomes(*days, self.category)
        return None if outcomes is None else Period.exact(outcomes, len(layer.units), now)

    def _check(self, dispatch: Dispatch) -> None:
        if self.category is not None:
            dispatch.category(self.category)

    def ranking(self, dispatch: Dispatch, this: Period, before: Period) -> Ranking:
        """Set the wards beside each other."""
        return Ranking(self._units(dispatch), this, before, hides=self.public)

    def _units(self, dispatch: Dispatch) -> list[Unit]:
        return sorted(dispatch.jurisdiction.layer_at(self.boundaries_at).units, key=lambda unit: unit.id)

    def words(self, found: Ranking, dispatch: Dispatch, now: np.datetime64, by: str) -> dict[str, Any]:
        """Tell what was found, and of what it is; the wards in the order of a figure."""
        _, before = self.periods
        return {
            "period": {"from": self.period[0], "to": self.period[1]},
            "previous": {"from": before[0], "to": before[1]},
            "category": self.category,
            "boundaries_at": self.boundaries_at,
            "generation": generation_member(dispatch.jurisdiction.layer_at(self.boundaries_at)),
            "as_of": f"{now}Z",
            "least_people": LEAST_PEOPLE if self.public else None,
            "city": found.city,
            "median": found.median,
            "wards": found.wards(by),
        }
