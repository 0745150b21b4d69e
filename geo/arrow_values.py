"""Numbers and local dates from Arrow columns of whatever type people keep them in; NaN and NaT for what is none."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.arrow_texts import as_texts
from geo.columns import Floats, Moments
from geo.local_time import local_days

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DATE_OR_TIME = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?)?$"
_WITH_OFFSET = r"[T ].*(Z|[+-]\d\d(:?\d\d)?)$"

_FIRST, _LAST = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")
_DAY = np.timedelta64(1, "D")


def numbers(column: pa.Array) -> Floats:
    """Read numbers, or texts of numbers, each as the nearest float.

    Examples
    --------
    >>> numbers(pa.array(["105.85", " 21 ", "", "east", None]))
    array([105.85, 21.  , nan, nan, nan])
    """
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        column = pc.utf8_ltrim(_texts(column, _NUMBER), "+")
    floats: Floats = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return floats


def days(column: pa.Array, time_zone: str) -> Moments:
    """Read local dates from dates, times, or texts of either (ISO 8601); a time without an offset is local.

    What is none, or before 0001-01-01 or after 9999-12-31, is NaT: no calendar has it, and Python no date for it.

    Examples
    --------
    >>> days(pa.array(["2025-07-01", "2025-06-30T17:30Z", "soon"]), "Asia/Ho_Chi_Minh")
    array(['2025-07-01', '2025-07-01', 'NaT'], dtype='datetime64[D]')
    """
    kind = column.type
    if pa.types.is_date(kind):
        kind = pa.timestamp("s" if pa.types.is_date32(kind) else "ms")
        column = column.cast(kind)
    if pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp(kind.unit)).to_numpy(zero_copy_only=False)
        return _local(moments, None if kind.tz is None else time_zone)
    texts = _texts(column, _DATE_OR_TIME)
    with_offset = pc.match_substring_regex(texts, _WITH_OFFSET).fill_null(False).to_numpy(zero_copy_only=False)
    import pandas as pd  # late: a service starts sooner without it

    read = pd.to_datetime(texts.to_numpy(zero_copy_only=False), format="ISO8601", errors="coerce", utc=True)
    moments = read.tz_localize(None).to_numpy()
    return np.where(with_offset, _local(moments, time_zone), _local(moments, None))


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column of this type holds texts, or nothing at all."""
    return kind in (pa.string(), pa.large_string(), pa.string_view(), pa.null())


def _local(moments: Moments, time_zone: str | None) -> Moments:
    """Give the dates of moments, UTC if a zone is given; NaT for those that no calendar has."""
    dates = moments.astype("datetime64[D]")
    if time_zone is not None:  # first without what microseconds can't count, which would be another year
        near = (dates >= _FIRST - _DAY) & (dates <= _LAST + _DAY)
        dates = local_days(np.where(near, moments, np.datetime64("NaT")), time_zone)
    known: Moments = np.where((dates >= _FIRST) & (dates <= _LAST), dates, np.datetime64("NaT"))
    return known


def _texts(column: pa.Array, pattern: str) -> pa.Array:
    """Give the texts without the spaces around them; None for those that don't match."""
    texts = pc.utf8_trim_whitespace(as_texts(column))
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, pa.scalar(None, pa.string()))
