"""Connections to the database."""

from sqlalchemy import Engine, create_engine


def open_engine(url: str) -> Engine:
    """Open an engine; a connection is tested before it is used, so a restarted server is survived."""
    return create_engine(url, pool_pre_ping=True, pool_timeout=10)
