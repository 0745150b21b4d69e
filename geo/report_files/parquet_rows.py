"""Rows of a Parquet file, with a geometry in any CRS or with columns of coordinates."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.arrow_texts import as_texts, check_values, is_string
from geo.columns import Integers, Truths
from geo.errors import FileError
from geo.geoparquet import coordinates, geometry_of
from geo.report_files.mapping import ColumnNames
from geo.report_files.rows import Rejected, Rows

BLOCK_ROWS = 20_000


class ParquetReader:
    """A Parquet or GeoParquet file, open for one reading.

    Parameters
    ----------
    path : Path
        With GeoParquet's metadata longitude and latitude come from its primary geometry, reprojected to WGS 84.
    choose : callable
        Given the names of all columns, it says which are read.
    block_rows : int
        How many rows are held at a time.

    Raises
    ------
    FileError
        The file is not there or no Parquet; its CRS is unknown or its geometry not as WKB; a column is there twice or
        of a type that is no value: a list, a structure. While it is read, too: a part of it is broken.
    """

    def __init__(self, path: Path, choose: Callable[[list[str]], ColumnNames], block_rows: int = BLOCK_ROWS) -> None:
        self._path = path
        try:
            self._parquet = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise FileError(f"{path}: can't be read: {str(error).splitlines()[0]}") from None
        self._block_rows = block_rows
        self.size = path.stat().st_size
        self.position = 0
        schema = self._parquet.schema_arrow
        self._geometry, self._to_wgs84 = geometry_of(path, schema)
        if self._geometry is None:
            self.there = schema.names
        else:
            self.there = ["lon", "lat", *(name for name in schema.names if name not in ("lon", "lat", self._geometry))]
        columns = choose(self.there)
        self.header = [name for name in self.there if name in columns.used]
        stored = [name for name in self.header if name in schema.names]
        self._read = (
            stored if self._geometry is None else [*(n for n in stored if n not in ("lon", "lat")), self._geometry]
        )
        self._lists = [
            name for name in columns.pictures if name in stored and _is_list_of_texts(schema.field(name).type)
        ]
        self._check(schema)

    def close(self) -> None:
        """Close the file."""
        self._parquet.close()

    def blocks(self) -> Iterator[Rows]:
        """Read the file to its end, some rows at a time."""
        total = self._parquet.metadata.num_rows
        batches = self._parquet.iter_batches(self._block_rows, columns=self._read)
        done = 0
        while True:
            try:
                batch = next(batches, None)
            except (OSError, pa.ArrowException) as error:
                reason = str(error).splitlines()[0]
                raise FileError(f"{self._path}: can't be read after row {done:,}: {reason}") from None
            if batch is None:
                return
            lines = np.arange(done + 1, done + 1 + len(batch))
            done += len(batch)
            self.position = self.size * done // total
            yield self._rows(pa.table(batch), lines)

    def _check(self, schema: pa.Schema) -> None:
        times = Counter(schema.names)
        if doubled := sorted(name for name in self._read if times[name] > 1):
            raise FileError(f"{self._path}: the column {', '.join(doubled)} stands there twice")
        check_values(self._path, schema, [name for name in self._read if name not in self._lists])

    def _rows(self, table: pa.Table, lines: Integers) -> Rows:
        rejected: list[Rejected] = []
        sound = np.ones(len(lines), dtype=bool)
        faults: list[tuple[Truths, str, str]] = []
        if self._geometry is not None:
            lon, lat, is_point = coordinates(table.column(self._geometry), self._to_wgs84)
            table = table.drop_columns([self._geometry])
            table = table.append_column("lon", pa.array(lon)).append_column("lat", pa.array(lat))
            faults.append((~is_point, self._geometry, "a point is needed: the geometry is missing or of another kind"))
        for name in set(self.header) & set(self._read):
            column, broken = _readable(table.column(name).combine_chunks())
            table = table.set_column(table.column_names.index(name), name, column)
            faults.append((broken, name, "broken UTF-8: write texts, or bytes that are UTF-8"))
        rows = Rows(table.select(self.header), lines, rejected)
        for wrong, name, reason in faults:
            rejected += [
                Rejected(int(lines[number]), name, reason, rows.row(int(number)))
                for number in np.flatnonzero(wrong & sound)
            ]
            sound &= ~wrong
        return Rows(rows.table.filter(pa.array(sound)), lines[sound], rejected)


def _is_list_of_texts(kind: pa.DataType) -> bool:
    return (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and is_string(kind.value_type)


def _readable(column: pa.Array) -> tuple[pa.Array, Truths]:
    """Give a column with lists as JSON, texts that are texts, and all else as it is; say which rows are broken."""
    if _is_list_of_texts(column.type):
        texts = iter(as_texts(pc.list_flatten(column)).to_pylist())
        lengths = pc.list_value_length(column).fill_null(0).to_pylist()
        column = pa.array([orjson.dumps(list(islice(texts, n))).decode() if n else None for n in lengths], pa.string())
    if not is_string(column.type):
        return column, np.zeros(len(column), dtype=bool)
    read = as_texts(column)
    broken: Truths = pc.and_(column.is_valid(), read.is_null()).to_numpy(zero_copy_only=False)
    return read, broken
