"""What the import gate found of each generation, as it was stored with it."""

from typing import Any

from sqlalchemy import Connection, select

from geo.store.schema import Generation


def read_check_figures(connection: Connection, territory: str) -> dict[int, dict[str, Any]]:
    """Read the gate's figures of every generation of a territory, without the single findings; {} if it saw none."""
    figures = Generation.checks.op("-")("findings")
    query = select(Generation.id, figures.label("figures")).where(Generation.territory_id == territory)
    return {row.id: row.figures for row in connection.execute(query)}


def read_checks(connection: Connection, generation_id: int) -> dict[str, Any]:
    """Read the gate's whole report on a generation that is there."""
    return dict(connection.scalars(select(Generation.checks).where(Generation.id == generation_id)).one())
