"""Some rows of a file as they stand in it, and those that can't be read: what every reader gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import pyarrow as pa

from geo.columns import Integers


class Rejected(NamedTuple):
    """A row that was not taken: where it begins, which column is to blame, why, and what the row says."""

    line: int
    field: str
    reason: str
    row: list[str]


@dataclass(frozen=True)
class Rows:
    """Some rows of a file.

    Parameters
    ----------
    table : pyarrow.Table, n rows
        The columns as they stand in the file: texts, or whatever type a Parquet file has.
    lines : ndarray of int64, shape (n,)
        The line on which each row begins, or the number of the feature or row where a file has no lines; from 1.
    rejected : list of Rejected
        What could not be read as a row at all.
    """

    table: pa.Table
    lines: Integers
    rejected: list[Rejected]

    def row(self, number: int) -> list[str]:
        """Give the fields of a row as texts, as the list of rejected rows shows them."""
        return ["" if value is None else str(value) for value in self.table.slice(number, 1).to_pylist()[0].values()]


class Reader(Protocol):
    """A file of reports, open for one reading."""

    @property
    def header(self) -> list[str]:
        """Names of the columns, in the order of a rejected row."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    @property
    def position(self) -> int:
        """How many bytes have been read."""

    def blocks(self) -> Iterator[Rows]:
        """Read the file to its end, some rows at a time."""

    def close(self) -> None:
        """Close the file."""
