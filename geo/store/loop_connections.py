"""Connections on an event loop, for statements that are prepared once and run often.

For one short statement a thread, a pool and a cursor take more of a core than PostgreSQL.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine

from geo.errors import SetupError
from geo.store.engine import PoolUse
from geo.store.loop_connection import LoopConnection
from geo.store.session import explained

_PATIENCE_S = 10.0


class LoopConnections:
    """Up to so many connections, opened when they are needed; each statement is a transaction of its own.

    Parameters
    ----------
    engine : Engine
        Of the database.
    statements : mapping of bytes to str
        SQL with ``$1``, ``$2`` ..., by a name.
    most : int
    """

    def __init__(self, engine: Engine, statements: Mapping[bytes, str], most: int) -> None:
        self._engine = engine
        self._statements = statements
        self._most = most
        self._free = asyncio.Semaphore(most)
        self._idle: list[LoopConnection] = []
        self._in_use = 0

    @property
    def use(self) -> PoolUse:
        """How many connections are in use."""
        return PoolUse(self._in_use, sum(not each.closed for each in self._idle), self._most)

    async def run(self, name: bytes, values: Sequence[Any]) -> int:
        """Run a statement, wait until it is committed, and count the rows that it wrote.

        Parameters
        ----------
        name : bytes
        values : sequence
            What stands for ``$1``, ``$2`` ...

        Raises
        ------
        psycopg.Error
            PostgreSQL refused it, and nothing was written.
        SetupError
            The database does not answer. If it went away meanwhile, the statement may have been committed.
        """
        await self._turn()
        self._in_use += 1
        try:
            with explained():
                connection = self._kept() or LoopConnection(await asyncio.to_thread(self._connect))
                try:
                    return await connection.run(name, values)
                finally:
                    self._idle.append(connection)
        finally:
            self._in_use -= 1
            self._free.release()

    def close(self) -> None:
        """Give the connections back."""
        while (connection := self._kept()) is not None:
            connection.close()

    async def _turn(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._free.acquire()
        except TimeoutError:
            raise SetupError("all connections to the database are busy: try again") from None

    def _kept(self) -> LoopConnection | None:
        while self._idle:
            if not (connection := self._idle.pop()).closed:
                return connection
        return None

    def _connect(self) -> psycopg.Connection[Any]:
        arguments, named = self._engine.dialect.create_connect_args(self._engine.url)
        driver = psycopg.connect(*arguments, **named, autocommit=True)
        try:
            # To plan each run anew took a third of PostgreSQL's time, for the same plan.
            driver.execute("SET plan_cache_mode = force_generic_plan")
            for name, statement in self._statements.items():
                prepared = driver.pgconn.prepare(name, statement.encode())
                if prepared.status != psycopg.pq.ExecStatus.COMMAND_OK:
                    raise psycopg.errors.error_from_result(prepared)
        except psycopg.Error:
            driver.close()
            raise
        return driver
