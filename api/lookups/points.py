"""Points as they come in any format, made the questions that the core answers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from api.lookups.questions import DEFAULT_FIELDS, Many, refused_query
from geo.arrow_values import days
from geo.columns import Floats, Moments, Words, column, constant
from geo.errors import InputError
from geo.lookup.answer import layer_on
from geo.lookup.answers import Answers, Asked, answer_many
from geo.lookup.dispatch import Dispatch

SLICE = 16_384
"""Points that are answered together: enough that Python does not count, few enough to let others in."""


@dataclass(frozen=True)
class Batch:
    """Points whose values are read, and what is wrong with those that could not be.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
    at : ndarray of datetime64[D], shape (n,), optional
        NaT where a point has no day of its own; None if no point has.
    accuracy : ndarray of float64, shape (n,), optional
        NaN where a point has none.
    category : ndarray of str or None, shape (n,), optional
    unreadable : dict of int to InputError
        By the number of the point.
    """

    lon: Floats
    lat: Floats
    at: Moments | None
    accuracy: Floats | None
    category: Words | None
    unreadable: dict[int, InputError]


@dataclass(frozen=True)
class Lookup:
    """One request for many points: who answers, and what holds for all of them."""

    dispatch: Dispatch
    common: Many

    @property
    def fields(self) -> Sequence[str]:
        """What is answered about each point."""
        if self.common.fields is not None:
            return self.common.fields
        return DEFAULT_FIELDS if self.common.category is None else (*DEFAULT_FIELDS, "agency")

    @property
    def time_zone(self) -> str:
        """In which the days are."""
        return self.dispatch.jurisdiction.territory.time_zone

    def check(self) -> None:
        """Refuse what no point could be answered with, before the first is read."""
        layer_on(self.dispatch.jurisdiction, self._day)
        try:
            if self.common.category is not None:
                self.dispatch.category(self.common.category)
        except InputError as error:
            raise refused_query(error) from None

    @property
    def _day(self) -> dt.date:
        return self.common.at or self.dispatch.jurisdiction.territory.today()

    def answer(self, batch: Batch) -> Answers:
        """Answer the points of a batch."""
        day = np.full(len(batch.lon), np.datetime64(self._day, "D"))
        if batch.at is not None:
            day = np.where(np.isnat(batch.at), day, batch.at)
        asked = Asked(batch.lon, batch.lat, day, self._accuracy(batch), self._category(batch), batch.unreadable)
        return answer_many(self.dispatch, asked)

    def _accuracy(self, batch: Batch) -> Floats | None:
        if self.common.accuracy is None:
            return batch.accuracy
        given = np.full(len(batch.lon), np.nan) if batch.accuracy is None else batch.accuracy
        return np.where(np.isnan(given), self.common.accuracy, given)

    def _category(self, batch: Batch) -> Words | None:
        if self.common.category is None:
            return batch.category
        if batch.category is None:
            return constant(len(batch.lon), self.common.category)
        return column([self.common.category if each is None else each for each in batch.category])


def read_days(texts: pa.Array, time_zone: str, unreadable: dict[int, InputError]) -> Moments:
    """Read the days of points; those that can't be read are named in `unreadable`."""
    read = days(texts, time_zone)
    given = texts.is_valid().to_numpy(zero_copy_only=False)
    for row in np.flatnonzero(given & np.isnat(read)).tolist():
        told = texts[row].cast(pa.string())  # Python has no date for some that Arrow has
        words = f"at {told.as_py()!r:.40}: give a local date or a time as ISO 8601, such as 2026-01-05"
        unreadable.setdefault(row, InputError(words, "at"))
    return read
