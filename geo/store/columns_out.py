"""Many rows out of the database at once: what a query finds, as Arrow columns, by one COPY."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray
from sqlalchemy import Connection, Select
from sqlalchemy import types as sql

_TYPES = (
    (sql.Boolean, pa.bool_()),
    (sql.Integer, pa.int64()),
    (sql.Float, pa.float64()),
    (sql.DateTime, pa.timestamp("us", tz="UTC")),
)


def read_table(connection: Connection, query: Select[*tuple[Any, ...]]) -> pa.Table:
    """Read all rows of a query.

    Parameters
    ----------
    connection : Connection
        A synchronous one (psycopg).
    query : Select
        Each column has a name. Numbers, truths and moments come as such, everything else as text.

    Returns
    -------
    pyarrow.Table
        NULL is null. Floating-point numbers are those of the database, bit for bit.
    """
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    statement = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
    with connection.connection.cursor().copy(statement, compiled.params) as copy:
        rows = io.BytesIO(b"".join(copy))
    names = [column.name for column in query.selected_columns]
    if not rows.getbuffer().nbytes:
        return pa.table({name: pa.array([], kind) for name, kind in zip(names, _kinds(query), strict=True)})
    return pacsv.read_csv(
        rows,
        pacsv.ReadOptions(column_names=names),
        pacsv.ParseOptions(newlines_in_values=True),
        pacsv.ConvertOptions(
            column_types=dict(zip(names, _kinds(query), strict=True)),
            true_values=["t"],
            false_values=["f"],
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def read_columns(connection: Connection, query: Select[*tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    """Read all rows of a query as numpy arrays by name; integers and truths must have no NULL."""
    table = read_table(connection, query)
    return {name: table[name].to_numpy() for name in table.column_names}


def _kinds(query: Select[*tuple[Any, ...]]) -> list[pa.DataType]:
    return [
        next((arrow for kind, arrow in _TYPES if isinstance(column.type, kind)), pa.string())
        for column in query.selected_columns
    ]
