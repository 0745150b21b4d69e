"""What a session reads from a database: what it has at the moment of each question."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
from sqlalchemy.engine import make_url

from geo.columns import utc_now
from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import Cube
from geo.counting.only import EVERYTHING, Only
from geo.errors import SetupError
from geo.hotspots.views import Counter
from geo.location.locator import Locator
from geo.lookup.dispatch import Dispatch
from geo.privacy.published import Published
from geo.session.source import Held, Selection
from geo.store.boundaries import list_generations, read_dispatch
from geo.store.counts import RowCounts
from geo.store.follow import boundaries_version
from geo.store.live_cube import LiveCube
from geo.store.ranking import read_cases
from geo.store.report_rows import read_reports
from geo.store.rules import rules_version
from geo.store.session import Connection, database, explained, opened
from geo.store.settings import sqlalchemy_url, territory_settings
from geo.store.succession import count_shared_reports
from geo.store.unit_frames import read_boundaries
from geo.units.shared_reports import SharedReports
from geo.units.territory import Generation
from geo.wards.cases import Cases

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Result = TypeVar("Result")


class StoredSource:
    """A database, as a session reads it.

    Parameters
    ----------
    url : str, optional
        ``postgresql://...``; if not given, that of DATABASE_URL, else the private one, which is started if need be.
    territory : str, optional
        Id of a territory; HIENTRUONG_TERRITORY, else hanoi, if not given.
    """

    def __init__(self, url: str | None, territory: str | None) -> None:
        self._open = ExitStack()
        try:
            address = self._open.enter_context(database()) if url is None else _address(url)
            self._engine = self._open.enter_context(opened(address))
            self._territory = territory or territory_settings().territory
            self._version, self._dispatch = self._ask(self._read)
        except BaseException:
            self._open.close()
            raise
        self._live = LiveCube(self._engine, self.dispatch)
        self._name = f"{make_url(address).database} ({self._territory})"

    @property
    def name(self) -> str:
        """The database and the territory."""
        return self._name

    @property
    def held(self) -> Held:
        """All reports."""
        return Held()

    def dispatch(self) -> Dispatch:
        """Give the boundaries, categories and rules of now, read again if they changed."""
        if self._ask(self._read_version) != self._version:
            self._version, self._dispatch = self._ask(self._read)
        return self._dispatch

    def now(self) -> np.datetime64:
        """Give this moment, UTC."""
        return utc_now()

    def counter(self, only: Only, resolution: int) -> Counter:
        """Give the cube, read once and kept up with the log of changes, or the rows if it does not know enough."""
        if only == EVERYTHING and resolution <= CUBE_RESOLUTION:
            return self._cube()
        return RowCounts(self._ask, self._dispatch.jurisdiction, only, resolution)

    def residents(self) -> Path | None:
        """Give the file that HIENTRUONG_POPULATION names."""
        return territory_settings().population

    def _cube(self) -> Cube:
        with explained():
            self._live.refresh()
        cube = self._live.wait(0)
        if cube is None:
            raise AssertionError("a cube that was refreshed is there")
        return cube

    def published(self) -> Published | None:
        """Give nothing: there are all counts."""
        return None

    def generations(self) -> Sequence[Generation]:
        """List the sets of boundaries, by level and period."""
        return self._ask(lambda connection: list_generations(connection, self._territory))

    def units(self, generation: Generation) -> "GeoDataFrame":
        """Read the units of a generation."""
        rows = self._ask(lambda connection: read_boundaries(connection, generation.id))
        return rows.drop(columns=["unit_id", "parent_id"])

    def reports(self, selection: Selection, columns: Sequence[str]) -> pa.Table:
        """Read columns of reports."""
        territory = self._dispatch.jurisdiction.territory
        return self._ask(lambda connection: read_reports(connection, territory, selection, columns))

    def cases(self, first: dt.date, last: dt.date, boundaries_at: dt.date, category: str | None) -> Cases:
        """Read what ward figures are made of."""
        asked = (self._dispatch.jurisdiction, first, last, boundaries_at, category)
        return self._ask(lambda connection: Cases.joined(read_cases(connection, *asked)))

    def shared_reports(self, old: Locator, new: Locator) -> SharedReports:
        """Count all reports by the units that hold their points in two generations."""
        territory = self._dispatch.jurisdiction.territory
        return self._ask(lambda connection: count_shared_reports(connection, territory, old, new))

    def close(self) -> None:
        """Give the connections back, and the private database."""
        self._open.close()

    def _ask(self, question: Callable[[Connection], Result]) -> Result:
        with explained(), self._engine.begin() as connection:
            return question(connection)

    def _read(self, connection: Connection) -> tuple[tuple[str, int], Dispatch]:
        return self._read_version(connection), read_dispatch(connection, self._territory)

    def _read_version(self, connection: Connection) -> tuple[str, int]:
        return boundaries_version(connection, self._territory), rules_version(connection, self._territory)


def _address(url: str) -> str:
    try:
        return sqlalchemy_url(url)
    except ValueError as error:
        raise SetupError(str(error)) from None
