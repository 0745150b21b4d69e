"""Messages of an Arrow stream, looked at before they are decoded: what is compressed could grow beyond any limit."""

from collections.abc import Iterable, Iterator
from struct import unpack_from

import pyarrow as pa

from api.lookups.body import Reader
from api.lookups.limits import MAX_MESSAGE_BYTES, too_large
from geo.errors import InputError

_CONTINUATION = b"\xff\xff\xff\xff"
"""What every message of a stream begins with (Arrow's columnar format, "Encapsulated message format")."""

# Slots of the tables of Arrow's Message.fbs, and two values of the union MessageHeader.
_HEADER_TYPE, _HEADER, _DICTIONARY_DATA, _COMPRESSION = 1, 2, 1, 3
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


def uncompressed_messages(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into its messages.

    Raises
    ------
    HTTPException
        413: a message is larger than `MAX_MESSAGE_BYTES`.
    InputError
        It is no stream of Arrow batches, or a batch is compressed.
    """
    for message in pa.ipc.MessageReader.open_stream(_Messages(chunks)):
        if is_compressed(message.metadata.to_pybytes()):
            raise InputError("the Arrow batches are compressed: write them without compression", "")
        yield message.serialize()


def is_compressed(metadata: bytes) -> bool:
    """Tell whether the metadata of a message (a flatbuffer) names a compression of its body."""
    message = _table(metadata, 0)
    kind, header = _slot(metadata, message, _HEADER_TYPE), _slot(metadata, message, _HEADER)
    if kind is None or header is None or metadata[kind] not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return False
    batch = _table(metadata, header)
    if metadata[kind] == _DICTIONARY_BATCH:
        data = _slot(metadata, batch, _DICTIONARY_DATA)
        if data is None:
            return False
        batch = _table(metadata, data)
    return _slot(metadata, batch, _COMPRESSION) is not None


def _table(buffer: bytes, at: int) -> int:
    """Follow the offset at a place."""
    offset: int = unpack_from("<I", buffer, at)[0]
    return at + offset


def _slot(buffer: bytes, table: int, number: int) -> int | None:
    """Find a field of a table; None if it is left out."""
    vtable = table - unpack_from("<i", buffer, table)[0]
    size: int = unpack_from("<H", buffer, vtable)[0]
    place = 4 + 2 * number
    offset: int = unpack_from("<H", buffer, vtable + place)[0] if place < size else 0
    return table + offset if offset else None


class _Messages(Reader):
    """A body that Arrow reads from, and that refuses to be asked for a message of any size."""

    _begun = False

    def read(self, size: int = -1) -> bytes:
        if size > MAX_MESSAGE_BYTES:
            raise too_large(f"an Arrow batch is larger than {MAX_MESSAGE_BYTES:,} bytes: send smaller batches")
        read = super().read(size)
        if not self._begun and not read.startswith(_CONTINUATION):  # else text would be taken for a huge length
            raise InputError(f"the body is no stream of Arrow batches: it begins with {read!r}", "")
        self._begun = True
        return read
