"""Points as a stream of Arrow record batches, and answers as one."""

import io
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.lookups.arrow_messages import uncompressed_messages
from api.lookups.body import Reader
from api.lookups.points import SLICE, Batch, Lookup, read_days
from geo.arrow_values import numbers
from geo.columns import Floats, Words
from geo.errors import InputError
from geo.lookup.answers import FIELDS, Answers

_NAMES = ("lon", "lat", "at", "accuracy", "category")

_LONGEST_TEXT = 1_000
"""Characters of a value that many points may share: each of them would hold a copy."""


def read_arrow(chunks: Iterable[bytes], lookup: Lookup) -> Iterator[Batch]:
    """Read record batches with the columns lon and lat, and if wanted at, accuracy and category."""
    try:
        with pa.ipc.open_stream(Reader(uncompressed_messages(chunks))) as stream:
            _check_names(stream.schema.names)
            for batch in stream:
                for start in range(0, len(batch), SLICE):
                    yield _batch(batch.slice(start, SLICE), lookup)
    except pa.ArrowException as error:
        raise InputError(f"the body is no stream of Arrow batches: {str(error).splitlines()[0]}", "") from None


def write_arrow(answered: Iterable[Answers], lookup: Lookup) -> Iterator[bytes]:
    """Write a record batch with the fields asked for after each that was read."""
    schema = pa.schema([pa.field(name, FIELDS[name]) for name in lookup.fields])
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as stream:
        for each in answered:
            stream.write_batch(pa.RecordBatch.from_arrays(each.columns(lookup.fields), schema=schema))
            yield sink.getvalue()
            sink.seek(0)
            sink.truncate()
    yield sink.getvalue()


def _check_names(names: list[str]) -> None:
    for name in ("lon", "lat"):
        if name not in names:
            raise InputError(f"no column {name}: there are {', '.join(names) or 'none'}", name)
    for name in names:
        if name not in _NAMES or names.count(name) > 1:
            raise InputError(f"the column {name!r} is not one of {', '.join(_NAMES)}, each once", name)


def _batch(batch: pa.RecordBatch, lookup: Lookup) -> Batch:
    unreadable: dict[int, InputError] = {}
    lon, lat = (_numbers(batch, name, unreadable) for name in ("lon", "lat"))
    names = batch.schema.names
    return Batch(
        lon,
        lat,
        at=read_days(_plain(batch, "at"), lookup.time_zone, unreadable) if "at" in names else None,
        accuracy=_numbers(batch, "accuracy", unreadable) if "accuracy" in names else None,
        category=_categories(batch) if "category" in names else None,
        unreadable=unreadable,
    )


def _plain(batch: pa.RecordBatch, name: str) -> pa.Array:
    column = batch.column(name)
    if not pa.types.is_dictionary(column.type):
        return column
    if column.type.value_type in (pa.string(), pa.large_string()):
        longest = pc.max(pc.binary_length(column.dictionary)).as_py() or 0
        if longest > _LONGEST_TEXT:
            raise InputError(f"the column {name} shares a text of {longest:,} characters: shorten it", name)
    return column.dictionary_decode()


def _numbers(batch: pa.RecordBatch, name: str, unreadable: dict[int, InputError]) -> Floats:
    column = _plain(batch, name)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise InputError(f"the column {name} holds {column.type}, not numbers", name)
    read = numbers(column)
    if name == "accuracy":
        given = column.is_valid().to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(given & np.isnan(read)).tolist():
            unreadable.setdefault(row, InputError("accuracy is not a number: leave it null", name))
    return read


def _categories(batch: pa.RecordBatch) -> Words:
    column = _plain(batch, "category")
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        raise InputError(f"the column category holds {column.type}, not texts", "category")
    texts: Words = column.to_numpy(zero_copy_only=False)
    return texts
