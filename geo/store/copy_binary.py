"""Rows in the binary format of PostgreSQL's COPY, made of Arrow columns and without a loop over rows.

Each field of a row is its length in four bytes, -1 for NULL, and its value; all numbers are big-endian. A column
becomes one or two columns of such bytes, and Arrow joins them row by row.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.columns import Integers, Words

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_EPOCH = np.datetime64("2000-01-01", "us").astype(np.int64)
_TEXT_OID = 25


def copy_rows(connection: psycopg.Connection[Any], table: str, columns: Mapping[str, pa.Array]) -> None:
    """Write rows to a table by COPY BINARY.

    Parameters
    ----------
    connection : psycopg.Connection
    table : str
    columns : mapping of str to pyarrow.Array
        By the names of the table's columns. bool, int32, int64, float64 and timestamp (UTC) become boolean, integer,
        bigint, double precision and timestamptz; string and binary are sent as they are, which is right for text,
        bytea, uuid (16 bytes), geometry (EWKB) and what `text_arrays` makes.

    Raises
    ------
    TypeError
        A column is of another type.
    """
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(_SIGNATURE)
        copy.write(encode(list(columns.values())))
        copy.write(_END)


def encode(columns: Sequence[pa.Array]) -> memoryview:
    """Give the bytes of rows, without what begins and ends the stream."""
    fields = np.full(len(columns[0]), len(columns), dtype=">i2").view(np.uint8).reshape(-1, 2)
    pieces = [_fixed(fields), *(piece for column in columns for piece in _pieces(column))]
    rows = pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary()))
    _, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[rows.offset :][: len(rows) + 1]
    return memoryview(data)[ends[0] : ends[-1]]


def text_arrays(values: Words) -> pa.Array:
    """Encode tuples of texts as text[]; those that say the same are encoded once."""
    import pandas as pd  # late: a service starts a second sooner without it

    codes, distinct = pd.factorize(values)
    return pa.array([_text_array(texts) for texts in distinct], pa.binary()).take(pa.array(codes))


def _text_array(texts: Sequence[str]) -> bytes:
    if not texts:
        return struct.pack("!iii", 0, 0, _TEXT_OID)
    encoded = [text.encode() for text in texts]
    head = struct.pack("!iiiii", 1, 0, _TEXT_OID, len(encoded), 1)
    return head + b"".join(struct.pack("!i", len(text)) + text for text in encoded)


def _pieces(column: pa.Array) -> list[pa.Array]:
    """Give the bytes of a column's fields: of lengths and values together, or apart where values differ in length."""
    known = column.is_valid().to_numpy(zero_copy_only=False)
    if column.type.id in _AS_THEY_ARE:
        values = column.cast(pa.large_binary()).fill_null(b"")
        lengths = np.where(known, pc.binary_length(values).to_numpy(zero_copy_only=False), -1).astype(">i4")
        return [_fixed(lengths.view(np.uint8).reshape(-1, 4)), values]
    if column.type.id not in _ENCODINGS:
        raise TypeError(f"a column of {column.type} can't be sent: cast it to one of the types of copy_rows")
    dtype, read = _ENCODINGS[column.type.id]
    fields = np.empty(len(column), dtype=[("length", ">i4"), ("value", dtype)])
    fields["length"] = np.where(known, fields.dtype["value"].itemsize, -1)
    fields["value"] = read(column)
    return [_fixed(fields.view(np.uint8).reshape(len(column), fields.itemsize), known)]


def _fixed(rows: NDArray[np.uint8], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Make binary values of an array's rows; of a row that is not known only the length is kept."""
    width = rows.shape[1]
    lengths = np.full(len(rows), width) if known is None else np.where(known, width, 4)
    kept = rows if known is None or known.all() else rows[np.arange(width) < lengths[:, None]]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(kept))]
    return pa.Array.from_buffers(pa.large_binary(), len(rows), buffers)


def _numbers(column: pa.Array) -> NDArray[Any]:
    numbers: NDArray[Any] = column.fill_null(0).to_numpy(zero_copy_only=False)
    return numbers


def _moments(column: pa.Array) -> Integers:
    return _numbers(column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())) - _EPOCH


_AS_THEY_ARE = {kind.id for kind in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.binary(1))}
_ENCODINGS: dict[int, tuple[str, Callable[[pa.Array], NDArray[Any]]]] = {
    pa.bool_().id: ("?", lambda column: column.fill_null(False).to_numpy(zero_copy_only=False)),
    pa.int16().id: (">i2", _numbers),
    pa.int32().id: (">i4", _numbers),
    pa.int64().id: (">i8", _numbers),
    pa.float64().id: (">f8", _numbers),
    pa.timestamp("us").id: (">i8", _moments),
}
