"""Many short rows out of the database as numpy arrays: as one binary array a column, of values that have one length.

A driver makes an object of every row, which takes longer than the database and more memory than the rows. Of arrays
there is one object a column, and its bytes are the numbers.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

_HEADER_BYTES = 20
_LARGE_BYTES = 1 << 20
"""Room that the driver needs for a larger answer it would keep for good: such a connection goes back to no pool."""
Table = Mapping[str, NDArray[Any]]
"""Columns of one length by name."""


def read_fixed(connection: Connection, query: str, kinds: Mapping[str, str], given: Mapping[str, object]) -> Table:
    """Read all rows of a query.

    Parameters
    ----------
    connection : Connection
        A synchronous one (psycopg).
    query : str
        SQL with ``%(name)s`` for what is given. No value may be NULL.
    kinds : mapping of str to str
        Of each column that is wanted, by its name in the query, the numpy type of its binary form: ">i4" of an integer,
        ">f8", "?", ">u4" of a bytea of four bytes.
    given : mapping of str to object

    Returns
    -------
    mapping of str to ndarray, shape (n,)
        In this machine's own byte order; in the query's order of rows.
    """
    columns = ", ".join(f"array_agg({name})" for name in kinds)
    cursor = connection.connection.cursor(binary=True)
    cursor.execute(f"SELECT {columns} FROM ({query}) AS found", given)  # noqa: S608 - no value is in it
    found = cursor.pgresult
    rows = {name: _values(found.get_value(0, number), kind) for number, (name, kind) in enumerate(kinds.items())}
    if sum(values.nbytes for values in rows.values()) > _LARGE_BYTES:
        connection.detach()
    return rows


def taken(rows: Table, which: NDArray[Any]) -> Table:
    """Pick rows by a mask or by their numbers."""
    return {name: values[which] for name, values in rows.items()}


def _values(array: bytes | None, kind: str) -> NDArray[Any]:
    """Read an array's values, each of which stands behind its length; of no rows there is no array."""
    field = np.dtype([("length", ">i4"), ("value", kind)])
    values = np.frombuffer(array or bytes(_HEADER_BYTES), field, offset=_HEADER_BYTES)["value"]
    return values.astype(values.dtype.newbyteorder("="))
