"""The analysts' session: one object that answers as the API and the command line do, with GeoDataFrames.

`geo.connect` opens one, over a database or over a folder that `hientruong export` wrote.
"""

from types import TracebackType
from typing import Self

from geo.session.findings import Findings
from geo.session.hexes import Hexes
from geo.session.places import Places
from geo.session.reports import Reports
from geo.session.series import Series
from geo.session.successions import Successions
from geo.session.wards import Wards

__all__ = ["Session"]


class Session(Places, Reports, Hexes, Findings, Series, Wards, Successions):
    """Answers from one territory's boundaries and reports; `geo.connect` opens one.

    Every answer is a table whose ``attrs`` say what it rests on: period, n, category, method, parameters, boundaries,
    what is hidden, how much of it is synthetic, when it was made and from what.
    """

    def close(self) -> None:
        """Give back connections; a private database that nobody else uses is stopped."""
        self._source.close()

    def __enter__(self) -> Self:
        """Begin a ``with``."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the session."""
        self.close()

    def __repr__(self) -> str:
        """Say what it is a session of."""
        return f"<{type(self).__name__} of {self._source.name}>"
