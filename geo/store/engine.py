"""Connections: one URL, for code that waits and for code that doesn't."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def open_engine(url: str) -> Engine:
    """Engine for the command line and for bulk work."""
    return create_engine(url, pool_pre_ping=True)


def open_async_engine(url: str, pool_size: int = 10) -> AsyncEngine:
    """Engine for the HTTP service; a connection is tested before it is used, so a restarted server is survived."""
    return create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, pool_timeout=10)
