"""Alembic's environment: our metadata, our connection, and blindness to what is not ours to migrate."""

from typing import Any

import geoalchemy2.alembic_helpers as spatial
from alembic import context
from sqlalchemy import Connection, text

from geo.store.schema import Base

_EXTENSION_TABLES = text(
    "SELECT relname FROM pg_depend JOIN pg_class ON pg_class.oid = objid"
    " WHERE classid = 'pg_class'::regclass AND deptype = 'e'"
)


def _run(connection: Connection) -> None:
    owned = set(connection.scalars(_EXTENSION_TABLES))
    connection.commit()

    def ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
        if kind == "table" and reflected and name in owned:
            return False
        return bool(spatial.include_object(thing, name, kind, reflected, compared))  # type: ignore[no-untyped-call]

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=ours,
        render_item=spatial.render_item,
        process_revision_directives=spatial.writer,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
