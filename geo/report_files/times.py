"""Moments of reports from Arrow columns: ISO 8601, the formats that a mapping names, and times of Parquet."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.columns import Moments

_ISO = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?)?$"
_WITH_OFFSET = r"[T ].*(Z|[+-]\d\d(:?\d\d)?)$"
_DIRECTIVE = re.compile(r"(?:[^%]|%%)*%[A-Za-z]")
_WITH_ZONE = re.compile(r"(?:[^%]|%[^zZ])*%[zZ]")


def check_format(form: str) -> None:
    """Refuse what is no format of times, or a word by which pandas would guess one; ValueError says why.

    Examples
    --------
    >>> check_format("%d/%m/%Y %H:%M")
    >>> check_format("mixed")
    Traceback (most recent call last):
    ValueError: 'mixed' is no format of times: write one such as '%d/%m/%Y %H:%M'
    """
    said = f"{form!r} is no format of times: write one such as '%d/%m/%Y %H:%M'"
    if _DIRECTIVE.match(form) is None:
        raise ValueError(said)
    try:
        pd.to_datetime(np.empty(0, dtype=object), format=form, errors="coerce")
    except (ValueError, re.error) as error:
        raise ValueError(f"{said} ({error})") from None


def moments(column: pa.Array, time_zone: str, formats: Sequence[str] = ()) -> Moments:
    """Read times as UTC; NaT where there is none, or where the clock skipped that time or showed it twice.

    Parameters
    ----------
    column : pyarrow.Array
        Texts, times or dates; without an offset they are local.
    time_zone : str
        IANA name of the zone of local times.
    formats : sequence of str
        As of ``datetime.strptime``, tried one after the other on the texts; ISO 8601 if there are none.

    Returns
    -------
    ndarray of datetime64[ms]

    Examples
    --------
    >>> moments(pa.array(["2026-01-05 08:00", "2026-01-05T08:00Z", "soon"]), "Asia/Ho_Chi_Minh")
    array(['2026-01-05T01:00:00.000', '2026-01-05T08:00:00.000', 'NaT'], dtype='datetime64[ms]')
    >>> moments(pa.array(["01/05/2026 08:00:00 PM"]), "America/New_York", ["%m/%d/%Y %I:%M:%S %p"])
    array(['2026-01-06T01:00:00.000'], dtype='datetime64[ms]')
    """
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        read = pd.DatetimeIndex(column.cast(pa.timestamp("ms", getattr(kind, "tz", None)), safe=False).to_pandas())
        return _utc(read, time_zone)
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()).fill_null(""))
    return _formatted(texts, time_zone, formats) if formats else _iso(texts, time_zone)


def _iso(texts: pa.Array, time_zone: str) -> Moments:
    found = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[ms]")
    # pandas would take "today" and the year 2026 for times, too.
    is_time = _matches(texts, _ISO)
    with_offset = is_time & _matches(texts, _WITH_OFFSET)
    local = is_time & ~with_offset
    for rows, is_utc in ((with_offset, True), (local, False)):
        if rows.any():
            some = texts.filter(pa.array(rows)).to_numpy(zero_copy_only=False)
            read = pd.to_datetime(some, format="ISO8601", errors="coerce", utc=is_utc)
            found[rows] = _utc(pd.DatetimeIndex(read), time_zone)
    return found


def _formatted(texts: pa.Array, time_zone: str, formats: Sequence[str]) -> Moments:
    words = texts.to_numpy(zero_copy_only=False)
    found = np.full(len(words), np.datetime64("NaT"), dtype="datetime64[ms]")
    for form in formats:
        missing = np.isnat(found)
        if missing.any():
            read = pd.to_datetime(words[missing], format=form, errors="coerce", utc=_WITH_ZONE.match(form) is not None)
            found[missing] = _utc(pd.DatetimeIndex(read), time_zone)
    return found


def _matches(texts: pa.Array, pattern: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = pc.match_substring_regex(texts, pattern).to_numpy(
        zero_copy_only=False
    )
    return found


def _utc(read: pd.DatetimeIndex, time_zone: str) -> Moments:
    if read.tz is None:
        read = read.tz_localize(time_zone, ambiguous="NaT", nonexistent="NaT")
    moments: Moments = read.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[ms]")
    return moments
