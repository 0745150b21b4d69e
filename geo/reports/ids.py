"""UUIDs of version 7 (RFC 9562) for many reports at once."""

import datetime as dt
import os
from uuid import UUID

import numpy as np
import numpy.typing as npt


def report_ids(moment: npt.NDArray[np.datetime64], random: np.random.Generator | None = None) -> list[UUID]:
    """Make an id for each moment; the id's time is the moment, to the millisecond.

    Parameters
    ----------
    moment : ndarray of datetime64, shape (n,)
        UTC, from 1970 on.
    random : numpy.random.Generator, optional
        Makes the ids repeatable (for demo data). Without it the random bits come from the operating system.

    Returns
    -------
    list of UUID, length n

    Notes
    -----
    RFC 9562, section 5.7: 48 bits of Unix milliseconds, version 7, 12 random bits, variant 10, 62 random bits.

    Examples
    --------
    >>> [id] = report_ids(np.array(["2026-01-05T08:00"], dtype="datetime64[ms]"))
    >>> id.version, id.int >> 80 == 1767600000000
    (7, True)
    """
    milliseconds = moment.astype("datetime64[ms]").astype(np.uint64)
    n = len(milliseconds)
    source = os.urandom(16 * n) if random is None else random.bytes(16 * n)
    words = np.frombuffer(source, dtype=">u8").reshape(n, 2).astype(np.uint64)
    words[:, 0] = (milliseconds << np.uint64(16)) | np.uint64(0x7000) | (words[:, 0] & np.uint64(0x0FFF))
    words[:, 1] = (words[:, 1] >> np.uint64(2)) | np.uint64(1 << 63)
    data = words.astype(">u8").tobytes()
    return [UUID(bytes=data[i : i + 16]) for i in range(0, 16 * n, 16)]


def report_id(moment: dt.datetime) -> UUID:
    """Make one id, as `report_ids` makes many.

    Examples
    --------
    >>> id = report_id(dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC))
    >>> id.version, moment_of(id).isoformat()
    (7, '2026-01-05T08:00:00+00:00')
    """
    random = int.from_bytes(os.urandom(10))
    milliseconds = (moment - _EPOCH) // dt.timedelta(milliseconds=1)
    high = milliseconds << 16 | 0x7000 | random >> 62 & 0x0FFF
    return UUID(int=high << 64 | 1 << 63 | random & (1 << 62) - 1)


def moment_of(id: UUID) -> dt.datetime:
    """Moment that an id carries, to the millisecond; that of an id which is none of ours is far off, never an error.

    Examples
    --------
    >>> moment_of(UUID("019b8d2b-8c00-7000-8000-000000000000")).isoformat()
    '2026-01-05T08:00:00+00:00'
    """
    return _EPOCH + min(dt.timedelta(milliseconds=id.int >> 80), _LAST - _EPOCH)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
