"""Connections to the database."""

from typing import NamedTuple

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

_POOL, _OVERFLOW = 5, 10


class PoolUse(NamedTuple):
    """Connections of a pool: in use, open but idle, and how many there may be."""

    in_use: int
    idle: int
    most: int


def open_engine(url: str) -> Engine:
    """Open an engine; a connection is tested before it is used, so a restarted server is survived."""
    return create_engine(url, pool_size=_POOL, max_overflow=_OVERFLOW, pool_pre_ping=True, pool_timeout=10)


def pool_use(engine: Engine) -> PoolUse:
    """Tell how many connections are in use."""
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        raise TypeError(f"no pool of connections: {pool}")
    return PoolUse(pool.checkedout(), pool.checkedin(), _POOL + _OVERFLOW)
