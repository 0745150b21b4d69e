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

    @staticmethod
    def _period(dispatch: Dispatch, since: Day | None, until: Day | None) -> tuple[dt.date, dt.date]:
        """Fill in the days that were not given, as the API does: the 30 days until today, or until the last one."""
        return period_of(dispatch.jurisdiction.territory, day_of(since, "since"), day_of(until, "until"))
