"""CSV and Parquet files of any size as a stream of Arrow batches: read so, and written beside their place first."""

import codecs
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from geo.errors import FileError

SUFFIXES = (".csv", ".parquet")
BATCH_BYTES = 4 << 20
"""How much of a CSV file is in one batch."""
_BLOCKS = 4
"""In how many blocks Arrow reads a batch: it is 32 of them ahead of what is asked for, however small they are."""
BATCH_ROWS = 1 << 16
"""How many rows of a Parquet file are in one batch."""
_BUFFER_BYTES = 1 << 20
"""How much of each column of a Parquet file is read at a time."""

Advance = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


@dataclass(frozen=True)
class TableReader:
    """An open file: its columns, and its batches, which can be gone through once."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


def check_paths(source: Path, out: Path) -> None:
    """Refuse two names for one file, and names that don't end in a format that can be read and written."""
    for path in (source, out):
        if path.suffix.lower() not in SUFFIXES:
            raise FileError(f"{path}: unknown format: the name must end in {' or '.join(SUFFIXES)}")
    if source.resolve() == out.resolve() or (out.exists() and source.exists() and out.samefile(source)):
        raise FileError(f"{out}: input and output are the same file: give the output another name")


@contextmanager
def open_table(
    path: Path, advance: Advance, batch_bytes: int = BATCH_BYTES, groups: Sequence[int] | None = None
) -> Iterator[TableReader]:
    """Open a CSV or Parquet file; CSV columns are text, so that no value is changed by being read.

    Parameters
    ----------
    path : Path
        Ends in .csv (UTF-8, commas, one header line) or .parquet.
    advance : callable
        Told how many bytes of how many are read; for Parquet, by the share of rows.
    batch_bytes : int
        How much of a CSV file is in one batch; a line must fit in a quarter of it.
    groups : sequence of int, optional
        Of a Parquet file these row groups alone.

    Raises
    ------
    FileError
        The file is not there or does not hold what its name says; while the batches are read, too.
    """
    try:
        file = pa.OSFile(str(path))
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror or _first_line(error)}") from None
    with file:
        with _refusing(f"{path}: can't be read"):
            is_csv = path.suffix.lower() == ".csv"
            reader = _open_csv(path, file, advance, batch_bytes) if is_csv else _open_parquet(file, advance, groups)
        yield TableReader(reader.schema, _reading(path, reader.batches))


def row_groups(path: Path) -> list[int]:
    """Count the rows of each row group of a Parquet file.

    Raises
    ------
    FileError
        The file is not there, or is none.
    """
    with _refusing(f"{path}: can't be read"):
        metadata = pq.read_metadata(path)
        return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]


@contextmanager
def create_table(path: Path, schema: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Write batches to a CSV or Parquet file, which takes its place once all are written, and not at all on an error.

    Raises
    ------
    FileError
        The folder is not there or can't be written, or the format can't hold a column.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")  # whatever else is called so stays
    open_writer = pacsv.CSVWriter if path.suffix.lower() == ".csv" else pq.ParquetWriter
    problem = f"{path}: can't be written"
    try:
        with _refusing(problem):
            writer: Any = open_writer(str(part), schema)

        def write(batch: pa.RecordBatch) -> None:
            with _refusing(problem):
                writer.write_batch(batch)

        try:
            yield write
        finally:
            with _refusing(problem):
                writer.close()
        with _refusing(problem):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _open_csv(path: Path, file: pa.NativeFile, advance: Advance, batch_bytes: int) -> TableReader:
    reading = pacsv.ReadOptions(block_size=-(-batch_bytes // _BLOCKS))
    parsing = pacsv.ParseOptions(newlines_in_values=True)
    size, begin = file.size(), file.read(batch_bytes)
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileError(f"{path}: is UTF-16: save it as UTF-8")
    file.seek(0)
    is_line = len(begin) == size and b"\n" not in begin and b"\r" not in begin

    def ended(source: Any) -> Any:
        return pa.BufferReader(begin + b"\n") if is_line else source  # in a header that nothing ends Arrow sees no line

    try:
        with pacsv.open_csv(ended(str(path)), reading, parsing) as header:
            as_text = pacsv.ConvertOptions(column_types=dict.fromkeys(header.schema.names, pa.string()))
    except UnicodeDecodeError:
        raise FileError(f"{path}, line 1: the names of the columns are no UTF-8: save the file as UTF-8") from None
    reader = pacsv.open_csv(ended(file), reading, parsing, as_text)

    def batches() -> Iterator[pa.RecordBatch]:
        while blocks := list(islice(reader, _BLOCKS)):
            yield pa.concat_batches(blocks)
            advance(file.tell(), size)

    return TableReader(reader.schema, batches())


def _open_parquet(file: pa.NativeFile, advance: Advance, groups: Sequence[int] | None) -> TableReader:
    # As it is otherwise, Arrow keeps each column that it has read until the file is closed.
    parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=_BUFFER_BYTES)
    chosen = range(parquet.num_row_groups) if groups is None else groups
    size, rows = file.size(), sum(parquet.metadata.row_group(group).num_rows for group in chosen)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in parquet.iter_batches(BATCH_ROWS, chosen):
            yield batch
            done += len(batch)
            advance(size * done // rows, size)

    return TableReader(parquet.schema_arrow, batches())


def _reading(path: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    with _refusing(f"{path}: can't be read"):
        yield from batches


@contextmanager
def _refusing(problem: str) -> Iterator[None]:
    """Turn what Arrow or the system refuses into one line."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise FileError(f"{problem}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
