"""Ids for rows that have none: made from what a row says, so that a second run knows it again."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from geo.columns import Integers, Words, column


class RowIds:
    """Gives rows ids by their content; the same row for the second time is the second such row.

    It remembers eight bytes a row, so that rows which stand far apart are told from each other.

    Examples
    --------
    >>> table = pa.table({"a": ["x", "y", "x"], "b": ["", "", ""]})
    >>> [id[-2:] for id in RowIds().give(table)]
    ['-1', '-1', '-2']
    """

    def __init__(self) -> None:
        self._seen = np.empty(0, dtype=np.uint64)

    def give(self, table: pa.Table) -> Words:
        """Give an id for each row of a table."""
        if not len(table):
            return column([])
        texts = [values.combine_chunks().cast(pa.string()).fill_null("") for values in table.columns]
        rows = pc.binary_join_element_wise(*texts, "\x1f").cast(pa.binary()).to_pylist()
        digests = [hashlib.sha256(row).hexdigest()[:32] for row in rows]
        keys = np.array([int(digest[:16], 16) for digest in digests], dtype=np.uint64)
        return column([f"row-{digest}-{times}" for digest, times in zip(digests, self._times(keys), strict=True)])

    def _times(self, keys: NDArray[np.uint64]) -> Integers:
        """Count for how many times each key has come now."""
        order = np.argsort(keys, kind="stable")
        ascending = keys[order]
        earlier_here = np.arange(len(keys)) - np.searchsorted(ascending, ascending)
        earlier = np.searchsorted(self._seen, ascending, "right") - np.searchsorted(self._seen, ascending)
        times = np.empty(len(keys), dtype=np.int64)
        times[order] = earlier + earlier_here + 1
        self._seen = np.sort(np.concatenate([self._seen, ascending]), kind="stable")  # merges what is sorted
        return times
