"""What the HTTP service holds: one engine, and one dispatch that is swapped whole."""

import datetime as dt
import logging
from asyncio import Lock
from collections.abc import Callable
from copy import copy
from threading import Event
from typing import Annotated, Self, TypeVar

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from api.caller import Calling
from api.keyring import Keyring
from api.waiters import Waiters
from geo.access import Caller
from geo.counting.cube import Cube
from geo.errors import ForbiddenError, SetupError
from geo.lookup.dispatch import Dispatch
from geo.store import months
from geo.store.boundaries import read_dispatch
from geo.store.changes import CHANNEL as REPORTS
from geo.store.cube import Followed
from geo.store.engine import PoolUse, open_engine, pool_use
from geo.store.follow import Follower, boundaries_version
from geo.store.keys import CHANNEL as KEYS
from geo.store.live_cube import LiveCube
from geo.store.live_outcomes import LiveOutcomes
from geo.store.moves import has_moves, move_open_reports
from geo.store.report_intake import ReportWriter
from geo.store.row_security import act_as_officer
from geo.store.rules import rules_version
from geo.store.session import Connection, Engine, explained
from geo.units.territory import Territory
from geo.wards.recent import Recent

Result = TypeVar("Result")
_log = logging.getLogger(__name__)
_PATIENCE_S = 10.0
"""So long a request waits for counts that are being read at the start."""
_HELD_BACK_S = 0.2


class Service:
    """The state of one serving process.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of the database.
    territory : str
        Id of the territory that is served.
    today : callable, optional
        Gives the local date of a territory; by default the clock's.
    read_url : str, optional
        SQLAlchemy URL of a replica that answers what reads many reports.
    """

    def __init__(
        self,
        url: str,
        territory: str,
        today: Callable[[Territory], dt.date] = Territory.today,
        read_url: str | None = None,
    ) -> None:
        self._engine = open_engine(url)
        self._replica = None if read_url is None else open_engine(read_url)
        self.writer = ReportWriter(self._engine)
        self.territory = territory
        self._unit_id: int | None = None
        self._version, self.dispatch = self.ask(self._read)
        self._clock = today
        self.dispatch.jurisdiction.prepare(self._today())
        self._stopped = Event()
        self._live = LiveCube(self._engine, lambda: self.dispatch)
        self._outcomes = LiveOutcomes(self._engine, lambda: self.dispatch, self._today)
        self._follower = Follower(self._engine, self._refresh, today=self._today)
        self.waiters = Waiters()
        self.one_from_rows = Lock()
        self._reports = Follower(self._engine, self.waiters.wake, REPORTS)
        self._counting = Follower(self._engine, self._count, REPORTS)
        self.keyring = Keyring(self.ask, territory)
        self._keys = Follower(self._engine, self.keyring.refresh, KEYS)

    def _read(self, connection: Connection) -> tuple[tuple[str, int], Dispatch]:
        return self._read_version(connection), read_dispatch(connection, self.territory)

    def _read_version(self, connection: Connection) -> tuple[str, int]:
        return boundaries_version(connection, self.territory), rules_version(connection, self.territory)

    def _refresh(self) -> None:
        """Swap the dispatch whole if boundaries or rules changed; a request under way keeps the one it began with."""
        version, dispatch = self._version, self.dispatch
        if self.ask(self._read_version) != version:
            version, dispatch = self.ask(self._read)
        dispatch.jurisdiction.prepare()  # at the start what answers for other days than today: it is not waited for
        self._version, self.dispatch = version, dispatch
        self._move_open_reports()
        self._follow_log()
        self.ask(lambda connection: months.ensure(connection, months.coming(self._today())))

    def _count(self) -> None:
        """Follow the log, again and again as long as a transaction that runs holds some of it back."""
        while self._follow_log() and not self._stopped.wait(_HELD_BACK_S):
            pass

    def _follow_log(self) -> bool:
        """Bring the cube up to the log, and then what became of the newest reports; the map comes first."""
        held_back = self._live.refresh()
        return self._outcomes.refresh() or held_back

    async def cube(self) -> Cube:
        """Give the counts of all reports; a problem with Retry-After while they are being read at the start."""
        followed = self._live.followed
        cube = followed.cube if followed else await run_in_threadpool(self._live.wait, _PATIENCE_S)
        if cube is None:
            words = "the reports are still being counted: try again in a few seconds"
            raise HTTPException(503, words, {"retry-after": "5"})
        return cube

    @property
    def counted(self) -> Followed | None:
        """The counts of all reports and how far in the log they are; None while they are being read at the start."""
        return self._live.followed

    def recent(self) -> Recent | None:
        """Give what became of the newest reports, if it is held; it is read when all are counted, and waited for."""
        return self._outcomes.wait(_PATIENCE_S if self.counted else 0)

    @property
    def followers(self) -> dict[str, Follower]:
        """What listens to the database, by what it follows."""
        return {"boundaries": self._follower, "changes": self._reports, "cube": self._counting, "keys": self._keys}

    @property
    def pool(self) -> PoolUse:
        """Connections to the database, those that write new reports included."""
        return PoolUse(*map(sum, zip(pool_use(self._engine), self.writer.use, strict=True)))

    def _today(self) -> dt.date:
        return self._clock(self.dispatch.jurisdiction.territory)

    def _move_open_reports(self) -> None:
        """Let open reports follow boundaries that came into force at midnight, or while nobody served."""
        day = self._today()
        if self.ask(lambda connection: has_moves(connection, self.territory, day)):
            move_open_reports(self.ask, self.dispatch, day)

    def ask(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function in a transaction of its own."""
        return self._ask_of(self._engine, question)

    def _ask_of(self, engine: Engine, question: Callable[[Connection], Result]) -> Result:
        with explained(), engine.begin() as connection:
            if self._unit_id is not None:
                act_as_officer(connection, self._unit_id)
            return question(connection)

    def ask_at_once(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function each of whose statements is a transaction of its own: for one, it saves two round trips."""
        if self._unit_id is not None:
            return self.ask(question)
        with explained(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return question(connection)

    async def ask_aside(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function in a transaction, in a thread: other requests go on meanwhile."""
        return await run_in_threadpool(self.ask, question)

    async def ask_replica(self, question: Callable[[Connection], Result]) -> Result:
        """Run a function that only reads, and much, in a thread: on the replica, or if it can't on the database itself.

        What the replica has not got yet is missing, as if it were asked a moment earlier.
        """
        return await run_in_threadpool(self._ask_replica, question)

    def _ask_replica(self, question: Callable[[Connection], Result]) -> Result:
        if self._replica is not None:
            try:
                return self._ask_of(self._replica, question)
            except SetupError as error:
                _log.warning("the replica can't answer, so the database does: %s", error)
        return self.ask(question)

    def seen_by(self, caller: Caller) -> Self:
        """Give the service as a caller may see it: for an officer, the database itself shows one unit's reports only.

        Raises
        ------
        ForbiddenError
            No unit of today has the officer's code.
        """
        if caller.role != "officer":
            return self
        unit = self.dispatch.jurisdiction.layer_at(self._today()).unit_with(caller.unit_code or "")
        if unit is None:
            raise ForbiddenError(f"no unit of today has the code {caller.unit_code}: ask for a key of today's unit")
        view = copy(self)
        view._unit_id = unit.id
        return view

    def close(self) -> None:
        """Give the connections back."""
        self._stopped.set()
        for follower in self.followers.values():
            follower.stop()
        self.keyring.close()
        self.writer.close()
        for engine in filter(None, (self._engine, self._replica)):
            engine.dispose()


# Async, though nothing is waited for: others FastAPI runs in a thread, which costs more than the work.
async def _whole(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _seen(request: Request, caller: Calling) -> Service:
    service: Service = request.app.state.service
    return service.seen_by(caller)


Served = Annotated[Service, Depends(_seen)]
"""The service as the caller may see it."""

WholeService = Annotated[Service, Depends(_whole)]
"""The service without row-level security: for places and for what is told of all units, never for single reports."""
