"""Rows of a Parquet file, with a geometry in any CRS or with columns of coordinates."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import FileError
from geo.geoparquet import coordinates, geometry_of
from geo.report_files.rows import Rejected, Rows

BLOCK_ROWS = 20_000


class ParquetReader:
    """A Parquet or GeoParquet file, open for one reading.

    Parameters
    ----------
    path : Path
        With GeoParquet's metadata longitude and latitude come from its primary geometry, reprojected to WGS 84.
    columns : sequence of str
        The columns to read.
    block_rows : int
        How many rows are held at a time.

    Raises
    ------
    FileError
        The file is not there or no Parquet; its CRS is unknown or its geometry not as WKB.
    """

    def __init__(self, path: Path, columns: Sequence[str], block_rows: int = BLOCK_ROWS) -> None:
        try:
            self._parquet = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise FileError(f"{path}: can't be read: {str(error).splitlines()[0]}") from None
        self._block_rows = block_rows
        self.size = path.stat().st_size
        self.position = 0
        self._geometry, self._to_wgs84 = geometry_of(path, self._parquet.schema_arrow.metadata or {})
        there = self._parquet.schema_arrow.names
        if self._geometry is None:
            self.header = there
        else:
            self.header = ["lon", "lat", *(name for name in there if name not in ("lon", "lat", self._geometry))]
        self._wanted = [name for name in self.header if name in columns]

    def close(self) -> None:
        """Close the file."""
        self._parquet.close()

    def blocks(self) -> Iterator[Rows]:
        """Read the file to its end, some rows at a time."""
        stored = [name for name in self._wanted if name in self._parquet.schema_arrow.names]
        read = stored if self._geometry is None else [*(n for n in stored if n not in ("lon", "lat")), self._geometry]
        total = self._parquet.metadata.num_rows
        done = 0
        for batch in self._parquet.iter_batches(self._block_rows, columns=read):
            lines = np.arange(done + 1, done + 1 + len(batch))
            done += len(batch)
            self.position = self.size * done // total
            yield self._rows(pa.table(batch), lines)

    def _rows(self, table: pa.Table, lines: Any) -> Rows:
        if self._geometry is None:
            return Rows(table.select(self._wanted), lines, [])
        lon, lat, sound = coordinates(table.column(self._geometry), self._to_wgs84)
        table = (
            table.drop_columns([self._geometry]).append_column("lon", pa.array(lon)).append_column("lat", pa.array(lat))
        )
        rows = Rows(table.select(self._wanted), lines, [])
        reason = "a point is needed: the geometry is missing or of another kind"
        rejected = [
            Rejected(int(lines[number]), self._geometry, reason, rows.row(int(number)))
            for number in np.flatnonzero(~sound)
        ]
        return Rows(rows.table.filter(pa.array(sound)), lines[sound], rejected)
