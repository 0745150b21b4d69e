"""Many short rows out of the database as numpy arrays: by COPY BINARY, of columns that all have one length."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

_HEADER_BYTES = 19
_END_BYTES = 2


def read_fixed(
    connection: Connection, query: str, kinds: Mapping[str, str], given: Mapping[str, object]
) -> NDArray[np.void]:
    """Read all rows of a query.

    Parameters
    ----------
    connection : Connection
        A synchronous one (psycopg).
    query : str
        SQL with ``%(name)s`` for what is given. No value may be NULL: its place would be missing.
    kinds : mapping of str to str
        Of each column, in order, its numpy type in the server's byte order: ">i4" of an integer, ">f8", "?", "S4" or
        ">u4" of a bytea of four bytes.
    given : mapping of str to object

    Returns
    -------
    ndarray with a field for each column, shape (n,)
    """
    with connection.connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT binary)", given) as copy:
        rows = b"".join(copy)
    columns = [(f"{name} length", ">i4") for name in kinds], list(kinds.items())
    dtype = np.dtype([("columns", ">i2"), *(each for pair in zip(*columns, strict=True) for each in pair)])
    return np.frombuffer(
        rows, dtype, count=(len(rows) - _HEADER_BYTES - _END_BYTES) // dtype.itemsize, offset=_HEADER_BYTES
    )


def column(rows: NDArray[np.void], name: str) -> NDArray[Any]:
    """Give a column in this machine's own byte order."""
    found = rows[name]
    return found.astype(found.dtype.newbyteorder("="))
