"""Connections to the database."""

import time
from typing import Any, NamedTuple

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

_POOL, _OVERFLOW = 5, 10
_TRUSTED_S = 1.0
"""A connection that answered so short a time ago is not asked again: that took a fifth of the time of a report."""


class PoolUse(NamedTuple):
    """Connections of a pool: in use, open but idle, and how many there may be."""

    in_use: int
    idle: int
    most: int


def open_engine(url: str) -> Engine:
    """Open an engine; a connection that lay idle is tested before it is used, so a restarted server is survived."""
    engine = create_engine(url, pool_size=_POOL, max_overflow=_OVERFLOW, pool_timeout=10)

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["answered_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def test(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("answered_at", time.monotonic()) < _TRUSTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError(str(error)) from error

    return engine


def pool_use(engine: Engine) -> PoolUse:
    """Tell how many connections are in use."""
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        raise TypeError(f"no pool of connections: {pool}")
    return PoolUse(pool.checkedout(), pool.checkedin(), _POOL + _OVERFLOW)
