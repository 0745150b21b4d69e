"""One report as a row of values, beside the columns of many in :mod:`geo.reports.intake`."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from geo.columns import Moments, column
from geo.reports.intake import Admitted, Submitted


class SubmittedOne(NamedTuple):
    """A report as it was handed in: a row of `Submitted`. Moments are in UTC, to the millisecond."""

    category: str
    lon: float
    lat: float
    accuracy_m: float | None
    reported_at: dt.datetime
    channel: str
    external_id: str | None
    description: str
    reporter: bytes | None
    media: tuple[str, ...]


class AdmittedOne(NamedTuple):
    """A report that may be stored: a row of `Admitted`. Moments are in UTC."""

    id: UUID
    reported_at: dt.datetime
    received_at: dt.datetime
    category: str
    lon: float
    lat: float
    accuracy_m: float | None
    cell: int
    unit_id: int
    generation_id: int
    how: str
    channel: str
    external_id: str | None
    description: str
    reporter: bytes | None
    media: tuple[str, ...]
    rule: str
    lead: str
    cooperating: tuple[str, ...]
    urgency: str
    intake_due_at: dt.datetime
    due_at: dt.datetime


def columns_of(reports: Sequence[SubmittedOne]) -> Submitted:
    """Give reports as columns."""
    return Submitted(
        category=column([each.category for each in reports]),
        lon=np.array([each.lon for each in reports], dtype=float),
        lat=np.array([each.lat for each in reports], dtype=float),
        accuracy_m=np.array([np.nan if each.accuracy_m is None else each.accuracy_m for each in reports], dtype=float),
        reported_at=moments_of([each.reported_at for each in reports]),
        channel=column([each.channel for each in reports]),
        external_id=column([each.external_id for each in reports]),
        description=column([each.description for each in reports]),
        reporter=column([each.reporter for each in reports]),
        media=column([each.media for each in reports]),
    )


def row_of(reports: Admitted, row: int) -> AdmittedOne:
    """Give one of many reports."""
    values = {name: getattr(reports, name)[row] for name in AdmittedOne._fields}
    for name, value in values.items():
        if isinstance(value, np.datetime64):
            values[name] = value.astype("datetime64[us]").item().replace(tzinfo=dt.UTC)
        elif isinstance(value, np.generic):
            values[name] = value.item()
    if np.isnan(values["accuracy_m"]):
        values["accuracy_m"] = None
    return AdmittedOne(**values)


def moments_of(moments: Sequence[dt.datetime]) -> Moments:
    """Give moments in UTC as a column, to the millisecond."""
    return np.array([moment.replace(tzinfo=None) for moment in moments], dtype="datetime64[ms]")


def to_millisecond(moment: dt.datetime) -> dt.datetime:
    """Cut a moment to the millisecond, as it is stored.

    Examples
    --------
    >>> to_millisecond(dt.datetime(2026, 1, 5, 8, microsecond=1999)).isoformat()
    '2026-01-05T08:00:00.001000'
    """
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
