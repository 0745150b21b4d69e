"""Numbers and local dates from Arrow columns of whatever type people keep them in; NaN and NaT for what is none."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.columns import Floats, Moments
from geo.local_time import local_days

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DATE_OR_TIME = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)?)?$"
_WITH_OFFSET = r"[T ].*(Z|[+-]\d\d(:?\d\d)?)$"


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

    Examples
    --------
    >>> days(pa.array(["2025-07-01", "2025-06-30T17:30Z", "soon"]), "Asia/Ho_Chi_Minh")
    array(['2025-07-01', '2025-07-01', 'NaT'], dtype='datetime64[D]')
    """
    kind = column.type
    if pa.types.is_date(kind):
        dates: Moments = column.cast(pa.date32()).to_numpy(zero_copy_only=False)
        return dates.astype("datetime64[D]")
    if pa.types.is_timestamp(kind):
        moments = column.cast(pa.timestamp(kind.unit)).to_numpy(zero_copy_only=False)
        return moments.astype("datetime64[D]") if kind.tz is None else local_days(moments, time_zone)
    texts = _texts(column, _DATE_OR_TIME)
    with_offset = pc.match_substring_regex(texts, _WITH_OFFSET).fill_null(False).to_numpy(zero_copy_only=False)
    import pandas as pd  # late: a service starts sooner without it

    read = pd.to_datetime(texts.to_numpy(zero_copy_only=False), format="ISO8601", errors="coerce", utc=True)
    moments = read.tz_localize(None).to_numpy()
    return np.where(with_offset, local_days(moments, time_zone), moments.astype("datetime64[D]"))


def _texts(column: pa.Array, pattern: str) -> pa.Array:
    """Give the texts without the spaces around them; None for those that don't match."""
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, pa.scalar(None, pa.string()))
