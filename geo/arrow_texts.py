"""Texts from Arrow columns of whatever type people keep them in."""

import pyarrow as pa

_TEXTS = (pa.string(), pa.large_string(), pa.string_view())
_BYTES = (pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(1))
_STRINGS = {kind.id for kind in _TEXTS + _BYTES}


def is_string(kind: pa.DataType) -> bool:
    """Tell whether values of a type are texts or bytes, which may be no UTF-8 in either case."""
    return (kind.value_type if pa.types.is_dictionary(kind) else kind).id in _STRINGS


def can_be_text(kind: pa.DataType) -> bool:
    """Tell whether values of a type can be written as texts: those of lists and structures can't.

    Examples
    --------
    >>> can_be_text(pa.date32()), can_be_text(pa.list_(pa.string()))
    (True, False)
    """
    try:
        pa.array([], kind).cast(pa.string())
    except pa.ArrowNotImplementedError:
        return False
    return True


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
