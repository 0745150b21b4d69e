"""Reports in files, counted by cell: CSV or Parquet of any size, batch by batch, as the cube counts those it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from geo.counting.axes import Axes
from geo.counting.cube import Cube, Query
from geo.counting.frames import facts_of_points
from geo.errors import FileError, InputError
from geo.geoparquet import PointReader, point_reader
from geo.hotspots.question import Tally, Window
from geo.hotspots.views import counting
from geo.table_files import BATCH_BYTES, Advance, open_table

_COLUMNS = ("reported_at", "category", "status", "duplicate", "synthetic")


@dataclass(frozen=True)
class Counted:
    """What is counted in each of many files.

    Parameters
    ----------
    categories : tuple of str
        All that there are.
    time_zone : str
        IANA name of the zone whose days are counted.
    query : Query
        What is counted; period and categories are those of each window.
    windows : tuple of Window
        See `geo.hotspots.views.windows_of`.
    """

    categories: tuple[str, ...]
    time_zone: str
    query: Query
    windows: tuple[Window, ...]

    @cached_property
    def axes(self) -> Axes:
        """How the reports become numbers: cells alone, without units."""
        return Axes(self.categories)


def count_file(
    counted: Counted,
    source: Path,
    advance: Advance = lambda _done, _total: None,
    batch_bytes: int = BATCH_BYTES,
    groups: Sequence[int] | None = None,
) -> list[Tally]:
    """Count the reports of a file, in constant memory.

    Parameters
    ----------
    counted : Counted
    source : Path
        Ends in .csv or .parquet. It has the columns that `geo.counting.frames.facts_of_frame` needs, but for people;
        the points are in columns lon and lat, or the geometry of GeoParquet.
    advance : callable
        Told how many bytes of how many are done.
    batch_bytes : int
        How much of a CSV file is held at a time.
    groups : sequence of int, optional
        Of a Parquet file these row groups alone.

    Returns
    -------
    list of Tally
        One for each window, of the cells with reports in this file.

    Raises
    ------
    FileError
        The file can't be read or lacks a column, or a row has no time, no point or no status.
    """
    nothing = np.empty(0, np.int64)
    total = [Tally(nothing, nothing, nothing, nothing) for _ in counted.windows]
    with open_table(source, advance, batch_bytes, groups) as table:
        there, done = ", ".join(table.schema.names), 0
        read_points = point_reader(source, table.schema)
        if read_points is None:
            raise FileError(f"{source}: no columns lon and lat, and no geometry: there are {there}")
        for batch in table.batches:
            try:
                total = added([total, _count(counted, batch, read_points)])
            except InputError as error:
                raise FileError(f"{source}: in the rows after the first {done:,}: {error}") from None
            done += len(batch)
    return total


def added(parts: Iterable[Sequence[Tally]]) -> list[Tally]:
    """Add up the tallies of many files, window by window."""
    return [_sum(of_window) for of_window in zip(*parts, strict=True)]


def _count(counted: Counted, batch: pa.RecordBatch, read_points: PointReader) -> list[Tally]:
    reports = batch.select([name for name in _COLUMNS if name in batch.schema.names])
    frame = pd.DataFrame({name: _values(name, reports.column(name)) for name in reports.schema.names})
    cube = Cube(counted.axes).extend(facts_of_points(counted.axes, frame, *read_points(batch), counted.time_zone))
    count = counting(cube, counted.query)
    return [count(window) for window in counted.windows]


def _values(name: str, column: pa.Array) -> Any:
    """Read flags from text, as CSV has them."""
    if name in ("duplicate", "synthetic") and pa.types.is_string(column.type):
        column = column.cast(pa.bool_())
    return column.to_pandas()


def _sum(tallies: Sequence[Tally]) -> Tally:
    cell, place = np.unique(np.concatenate([tally.cell for tally in tallies]), return_inverse=True)
    count, synthetic = (
        np.bincount(place, np.concatenate([getattr(tally, name) for tally in tallies]), len(cell)).astype(np.int64)
        for name in ("count", "synthetic")
    )
    return Tally(cell, count, synthetic, cell[:0])
