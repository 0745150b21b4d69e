"""Points as a stream of Arrow record batches, and answers as one."""

import io
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.lookups.arrow_messages import uncompressed_messages
from api.lookups.body import Reader
from api.lookups.points import SLICE, Batch, Lookup, read_days
from geo.arrow_values import is_text, numbers
from geo.columns import Floats, Words
from geo.errors import InputError
from geo.lookup.answers import FIELDS, Answers

_NAMES = ("lon", "lat", "at", "accuracy", "category")

_LONGEST_TEXT = 1_000
"""Bytes of a value that many points may share: each of them would hold a copy."""

_NOT_ARROW = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What Arrow raises for bytes that are none of its, for a body that ends too soon, and for the name of a column."""

_NO_STREAM = "the body is no stream of Arrow batches, or one of them is not as its metadata says"
"""In words of our own: Arrow's may tell what lies in memory beyond the body."""


def read_arrow(chunks: Iterable[bytes], lookup: Lookup) -> Iterator[Batch]:
    """Read record batches with the columns lon and lat, and if wanted at, accuracy and category."""
    try:
        with pa.ipc.open_stream(Reader(uncompressed_messages(chunks))) as stream:
            _check_names(stream.schema.names)
            for batch in stream:
                batch.validate(full=True)  # Arrow trusts lengths and offsets, and reads beyond the body where they lie
                for start in range(0, len(batch), SLICE):
                    yield _batch(batch.slice(start, SLICE), lookup)
    except _NOT_ARROW:
        raise InputError(f"{_NO_STREAM}: write it with an Arrow library, and send it whole", "") from None


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
        at=read_days(_days(batch), lookup.time_zone, unreadable) if "at" in names else None,
        accuracy=_numbers(batch, "accuracy", unreadable) if "accuracy" in names else None,
        category=_categories(batch) if "category" in names else None,
        unreadable=unreadable,
    )


def _numbers(batch: pa.RecordBatch, name: str, unreadable: dict[int, InputError]) -> Floats:
    column = _plain(batch, name, _is_number, "numbers")
    read = numbers(column)
    if name == "accuracy":
        given = column.is_valid().to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(given & np.isnan(read)).tolist():
            unreadable.setdefault(row, InputError("accuracy is not a number: leave it null", name))
    return read


def _days(batch: pa.RecordBatch) -> pa.Array:
    return _plain(batch, "at", _is_day, "dates, times or texts of them")


def _categories(batch: pa.RecordBatch) -> Words:
    texts: Words = _plain(batch, "category", is_text, "texts").to_numpy(zero_copy_only=False)
    return texts


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_day(kind: pa.DataType) -> bool:
    return pa.types.is_date(kind) or pa.types.is_timestamp(kind) or is_text(kind)


def _plain(batch: pa.RecordBatch, name: str, fits: Callable[[pa.DataType], bool], what: str) -> pa.Array:
    """Give a column of a fitting type, with each value where it belongs though many points share it."""
    column = batch.column(name)
    shared = pa.types.is_dictionary(column.type)
    kind = column.type.value_type if shared else column.type
    if not fits(kind):
        raise InputError(f"the column {name} holds {kind}, not {what}", name)
    values = column.dictionary if shared else column
    if is_text(kind):
        if shared or kind == pa.string_view():
            _check_shared(values, name)
        values = values if kind in (pa.string(), pa.large_string()) else values.cast(pa.string())
    return values.take(column.indices) if shared else values


def _check_shared(texts: pa.Array, name: str) -> None:
    if pa.types.is_null(texts.type):
        return
    if texts.type == pa.string_view():  # each value's 16 bytes begin with its length, for which Arrow has no function
        lengths = np.frombuffer(texts.buffers()[1], "<i4")[4 * texts.offset :: 4][: len(texts)]
        longest = int(lengths.max(initial=0, where=texts.is_valid().to_numpy(zero_copy_only=False)))
    else:
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest > _LONGEST_TEXT:
        raise InputError(f"the column {name} shares a text of {longest:,} bytes: shorten it", name)
