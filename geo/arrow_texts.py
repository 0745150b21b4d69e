"""Texts from Arrow columns of whatever type people keep them in."""

from collections.abc import Container
from pathlib import Path

import pyarrow as pa

from geo.errors import FileError

_TEXTS = (pa.string(), pa.large_string(), pa.string_view())
_BYTES = (pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(1))
_STRINGS = {kind.id for kind in _TEXTS + _BYTES}


def is_string(kind: pa.DataType) -> bool:
    """Tell whether values of a type are texts or bytes, which may be no UTF-8 in either case."""
    return (kind.value_type if pa.types.is_dictionary(kind) else kind).id in _STRINGS


def check_values(path: Path, schema: pa.Schema, names: Container[str]) -> None:
    """Refuse columns whose values can't be written as texts: lists, structures and their like.

    Raises
    ------
    FileError
        Names the column and what it holds.
    """
    for field in schema:
        try:
            if field.name in names:
                pa.array([], field.type).cast(pa.string())
        except pa.ArrowNotImplementedError:
            said = f"the column {field.name} holds {field.type}: a text, a number or a time is needed"
            raise FileError(f"{path}: {said}") from None


def as_texts(column: pa.Array) -> pa.Array:
    r"""Write values as texts; null, too, where bytes are no UTF-8, which Arrow does not look at in a file of texts.

    Examples
    --------
    >>> as_texts(pa.array([b"R\xc3\xa1c", b"R\xe1c"])).to_pylist()
    ['Rác', None]
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not is_string(column.type):
        return column.cast(pa.string())
    raw = column.cast(pa.binary())
    try:
        return raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([None if value is None else _decoded(value) for value in raw.to_pylist()], pa.string())


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
