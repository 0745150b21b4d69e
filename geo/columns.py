"""Columns: arrays of one length that belong to the same rows."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Moments = npt.NDArray[np.datetime64]


class Columns:
    """Base of frozen dataclasses whose fields are arrays of one length."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(getattr(self, dataclasses.fields(self)[0].name))  # type: ignore[arg-type]

    def take(self, rows: Truths | Integers) -> Self:
        """Pick rows by a mask or by their numbers."""
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        return type(self)(**{name: getattr(self, name)[rows] for name in names})

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Put rows one after another."""
        parts = list(parts)
        names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def column(values: Sequence[Any]) -> Words:
    """Make a column of any objects, tuples too.

    Examples
    --------
    >>> column([(), ("a", "b")]).shape
    (2,)
    """
    return np.fromiter(values, dtype=object, count=len(values))


def missing(values: Words) -> Truths:
    """Tell where a column has no value: None, or NaN.

    Examples
    --------
    >>> missing(column(["waste", None, float("nan")]))
    array([False,  True,  True])
    """
    return np.fromiter((value is None or value != value for value in values), dtype=bool, count=len(values))


def constant(n: int, value: object) -> Words:
    """Make a column that says the same in every row."""
    made = np.empty(n, dtype=object)
    made.fill(value)
    return made


def utc_now() -> np.datetime64:
    """Give this moment, UTC, to the millisecond."""
    return np.datetime64(dt.datetime.now(dt.UTC).replace(tzinfo=None), "ms")
