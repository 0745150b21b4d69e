"""Many rows out of the database at once: what a query finds, as Arrow columns, by one COPY."""

import io
from collections.abc import Iterable, Iterator, Mapping
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


BLOCK_BYTES = 8 << 20
_PARSING = pacsv.ParseOptions(newlines_in_values=True)


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
    with connection.connection.cursor().copy(*_statement(connection, query)) as copy:
        rows = io.BytesIO(b"".join(copy))
    kinds = _kinds(query)
    if not rows.getbuffer().nbytes:
        return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})
    return pacsv.read_csv(rows, pacsv.ReadOptions(column_names=list(kinds)), _PARSING, _converting(kinds))


def read_tables(
    connection: Connection, query: Select[*tuple[Any, ...]], block_bytes: int = BLOCK_BYTES
) -> Iterator[pa.Table]:
    """Read the rows of a query as `read_table` does, a table after the other: no more than some are held at a time.

    Parameters
    ----------
    connection : Connection
        Busy until the last table is read.
    query : Select
    block_bytes : int, optional
        How much of the answer is in one table.
    """
    kinds = _kinds(query)
    with connection.connection.cursor().copy(*_statement(connection, query)) as copy:
        # Of a short read the reader would make a table of its own: a COPY sends row by row.
        rows = io.BufferedReader(_Stream(copy), block_bytes)
        if not rows.peek(1):
            return
        reading = pacsv.ReadOptions(column_names=list(kinds), block_size=block_bytes)
        for batch in pacsv.open_csv(rows, reading, _PARSING, _converting(kinds)):
            yield pa.Table.from_batches([batch])


def read_columns(connection: Connection, query: Select[*tuple[Any, ...]]) -> dict[str, NDArray[Any]]:
    """Read all rows of a query as numpy arrays by name; integers and truths must have no NULL."""
    table = read_table(connection, query)
    return {name: table[name].to_numpy() for name in table.column_names}


def _statement(connection: Connection, query: Select[*tuple[Any, ...]]) -> tuple[str, Any]:
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    return f"COPY ({compiled}) TO STDOUT (FORMAT csv)", compiled.params


def _kinds(query: Select[*tuple[Any, ...]]) -> dict[str, pa.DataType]:
    """Give the type of each column by its name."""
    return {
        column.name: next((arrow for kind, arrow in _TYPES if isinstance(column.type, kind)), pa.string())
        for column in query.selected_columns
    }


def _converting(kinds: Mapping[str, pa.DataType]) -> pacsv.ConvertOptions:
    return pacsv.ConvertOptions(
        column_types=kinds,
        true_values=["t"],
        false_values=["f"],
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )


class _Stream(io.RawIOBase):
    """The blocks that a COPY sends as a file that can be read once."""

    def __init__(self, blocks: Iterable[Any]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block).cast("B")
        size = min(len(target), len(self._rest))
        target[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
