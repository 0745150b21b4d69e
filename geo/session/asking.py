"""What all questions of a session share: its source, and the days that are meant when none are given."""

import datetime as dt

from geo.dispatch import Dispatch
from geo.period import period_of
from geo.session.arguments import Day, day_of
from geo.session.source import Source


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
