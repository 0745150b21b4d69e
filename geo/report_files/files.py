"""Open a file of reports by what its name ends in, and with it the mapping that it is read by."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from geo.errors import FileError
from geo.report_files.csv_rows import CsvReader
from geo.report_files.geojson_rows import BY_LINE, GeoJsonReader
from geo.report_files.mapping import OPTIONAL, CsvForm, Mapping, ours
from geo.report_files.parquet_rows import ParquetReader
from geo.report_files.rows import Reader, Rows

CSV = (".csv", ".tsv", ".txt")
GEOJSON = (".geojson", ".json", *BY_LINE)
PARQUET = (".parquet", ".geoparquet")
_OURS = ("category", "reported_at", *OPTIONAL)


@contextmanager
def open_reports(path: Path, mapping: Mapping | None = None) -> Iterator[tuple[Reader, Mapping]]:
    """Open a file of reports.

    Parameters
    ----------
    path : Path
        Ends in .csv, .tsv, .txt, .geojson, .json, .geojsonl, .geojsons, .ndjson, .parquet or .geoparquet.
    mapping : Mapping, optional
        Without it the file must name its columns as we do.

    Raises
    ------
    FileError
        The file can't be read, is of another format, or lacks a column.
    """
    with closing(_open(path, mapping)) as reader:
        mapping = mapping or ours(_OURS if isinstance(reader, GeoJsonReader) else reader.header)
        if missing := [name for name in mapping.columns.used if name not in reader.header]:
            line = ", line 1" if isinstance(reader, CsvReader) else ""
            there = reader.there if isinstance(reader, ParquetReader) else reader.header
            raise FileError(
                f"{path}{line}: no column {', '.join(missing)}: found {', '.join(there)};"
                f" needed are {', '.join(mapping.columns.used)}"
            )
        yield reader, mapping


def rows_of(path: Path, reader: Reader) -> Iterator[Rows]:
    """Read an open file to its end; FileError if that ends before it: a disk that fails, a share that went away."""
    try:
        yield from reader.blocks()
    except OSError as error:
        raise FileError(f"{path}: can't be read on: {error.strerror}") from None


def _open(path: Path, mapping: Mapping | None) -> CsvReader | GeoJsonReader | ParquetReader:
    suffix = path.suffix.lower()
    used = mapping.columns.used if mapping else list(_OURS)
    if suffix in CSV:
        form = mapping.csv if mapping else CsvForm()
        return CsvReader(path, form.delimiter, form.encoding)
    if suffix in GEOJSON:
        return GeoJsonReader(path, used)
    if suffix in PARQUET:
        return ParquetReader(path, lambda names: (mapping or ours(names)).columns)
    raise FileError(f"{path}: unknown format: the name must end in one of {', '.join(CSV + GEOJSON + PARQUET)}")
