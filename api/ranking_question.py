"""Which ward figures are asked for, the same way at both doors, and what is told of them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.routes.geojson import generation_member
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import LEAST_PEOPLE
from geo.store.ranking import read_cases
from geo.store.session import Connection
from geo.wards.ranking import Period, Ranking, period_before


@dataclass(frozen=True)
class Asked:
    """Which figures are asked for.

    Parameters
    ----------
    period : tuple of date
        Local days of the reports, both included.
    boundaries_at : date
        The wards are those in force on this day.
    category : str, optional
        All categories if not given.
    public : bool
        Whether to count only what the public may see.
    """

    period: tuple[dt.date, dt.date]
    boundaries_at: dt.date
    category: str | None = None
    public: bool = False

    def read(self, connection: Connection, dispatch: Dispatch, now: np.datetime64) -> Ranking:
        """Count from the rows; NotFoundError if there are no boundaries on the day, InputError for another category."""
        if self.category is not None:
            dispatch.category(self.category)
        jurisdiction = dispatch.jurisdiction
        units = sorted(jurisdiction.layer_at(self.boundaries_at).units, key=lambda unit: unit.id)
        count = Period.public if self.public else Period.exact
        this, previous = (
            count(
                read_cases(connection, jurisdiction, *days, self.boundaries_at, self.category, by_point=self.public),
                [unit.id for unit in units],
                dispatch.calendar,
                now,
            )
            for days in (self.period, period_before(*self.period))
        )
        return Ranking(units, this, previous, hides=self.public)

    def words(self, found: Ranking, dispatch: Dispatch, now: np.datetime64, by: str) -> dict[str, Any]:
        """Tell what was found, and of what it is; the wards in the order of a figure."""
        before = period_before(*self.period)
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
