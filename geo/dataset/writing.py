"""Writing a folder: beside its place first, month by month, so that it is there whole or not at all."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.counting.period import each_month
from geo.dataset.columns import UNIT_COLUMNS, report_schema
from geo.dataset.content import COUNTS, REPORTS, RULES, UNITS, Content, read_content, write_content
from geo.errors import FileError, HienTruongError
from geo.geoparquet import points
from geo.responsibility.rules import RuleSet
from geo.units.territory import Generation

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Rows = Callable[[dt.date, dt.date], Iterable[pa.Table]]
"""Gives the reports from one local day to another, both included, as tables with the columns of `geo.reports.columns`,
lon, lat, unit_id, generation_id and, if they are to be written, reporter."""

Advance = Callable[[int, int], None]
"""Told how many months of how many are done."""


@dataclass(frozen=True)
class _Tally:
    """How many reports were written, and how many of them are demo data."""

    reports: int = 0
    synthetic: int = 0


_TALLIED = ("reports", "synthetic")


@dataclass(frozen=True)
class Parts:
    """Where what is to be written comes from.

    Parameters
    ----------
    rules : RuleSet
    units : callable
        Gives the units of a generation: a GeoDataFrame with `UNIT_COLUMNS`.
    rows : callable or pyarrow.Table
        As of `Rows`; or for the public counts: the columns of `COUNT_COLUMNS`.
    """

    rules: RuleSet
    units: Callable[[Generation], "GeoDataFrame"]
    rows: Rows | pa.Table


def write_folder(
    path: Path, content: Content, parts: Parts, *, replaces: bool = False, advance: Advance = lambda *_: None
) -> Content:
    """Write a folder with reports; no more of them is held than one table.

    Parameters
    ----------
    path : Path
        Its parent must be there.
    content : Content
        What it is to be; reports are counted here.
    parts : Parts
    replaces : bool
        Whether it may take the place of another folder that was exported.
    advance : callable
        Told how many months of how many are done.

    Returns
    -------
    Content
        As it was written.

    Raises
    ------
    FileError
        Something is there that may not be replaced, or the folder can't be written.
    """
    with new_folder(path, replaces=replaces) as folder:
        for generation in content.generations:
            _write_units(folder, generation, parts.units(generation))
        if parts.rules.rules:
            (folder / RULES).write_text(parts.rules.to_toml(), encoding="utf-8")
        if isinstance(parts.rows, pa.Table):
            months = _write_counts(folder, parts.rows)
        else:
            months = _write_months(folder, content, parts.rows, advance)
        reports, synthetic = (sum(getattr(tally, name) for tally in months.values()) for name in _TALLIED)
        counted = {month: tally.reports for month, tally in months.items()}
        written = replace(content, months=counted, reports=reports, synthetic=synthetic)
        write_content(folder, written)
    return written


def _write_counts(folder: Path, counts: pa.Table) -> dict[str, _Tally]:
    pq.write_table(counts, folder / COUNTS, compression="zstd")
    months = counts.group_by("month").aggregate([("count", "sum"), ("synthetic", "sum")]).sort_by("month").to_pylist()
    return {row["month"]: _Tally(row["count_sum"], row["synthetic_sum"]) for row in months}


def _write_months(folder: Path, content: Content, rows: Rows, advance: Advance) -> dict[str, _Tally]:
    days, months = each_month(content.first, content.last), {}
    for done, (first, last) in enumerate(days, start=1):
        month = f"{first:%Y-%m}"
        months[month] = _write_reports(folder, month, rows(first, last), reporters=content.reporters)
        advance(done, len(days))
    return months


@contextmanager
def new_folder(path: Path, *, replaces: bool) -> Iterator[Path]:
    """Give an empty folder that takes its place when all is written, and is gone after an error.

    Parameters
    ----------
    path : Path
        Its parent must be there.
    replaces : bool
        Whether it may take the place of another folder that was exported.

    Raises
    ------
    FileError
        Something is there that may not be replaced, or the folder can't be written.
    """
    _check_place(path, replaces=replaces)
    try:
        made = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    except OSError as error:
        raise FileError(f"{path} can't be written: {error.strerror}") from error
    try:
        yield made
        made.chmod(0o755)
        old = made.with_name(f"{made.name}.old")
        if path.exists():
            path.rename(old)
        made.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise FileError(f"{path} can't be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write_reports(folder: Path, month: str, rows: Iterable[pa.Table], *, reporters: bool) -> _Tally:
    """Write the reports of a month, a row group for each table; a month without any has no file."""
    schema, writer, tally = report_schema(reporters=reporters), None, _Tally()
    path = folder / REPORTS / f"month={month}" / "part.parquet"
    try:
        for table in rows:
            if writer is None:
                path.parent.mkdir(parents=True)
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            shapes = points(*(table[name].to_numpy() for name in ("lon", "lat")))
            writer.write_table(table.append_column("geometry", shapes).select(schema.names).cast(schema))
            made = pc.sum(table["synthetic"]).as_py() or 0
            tally = _Tally(tally.reports + len(table), tally.synthetic + made)
    finally:
        if writer is not None:
            writer.close()
    return tally


def _write_units(folder: Path, generation: Generation, units: "GeoDataFrame") -> None:
    (folder / UNITS).mkdir(exist_ok=True)
    path = folder / UNITS / f"generation={generation.id}.parquet"
    units[list(UNIT_COLUMNS)].to_parquet(path, index=False, compression="zstd", schema_version="1.1.0")


def _check_place(path: Path, *, replaces: bool) -> None:
    if not path.parent.is_dir():
        raise FileError(f"{path}: there is no folder {path.parent}: make it first")
    if not path.exists():
        return
    if not replaces:
        raise FileError(f"{path} is there already: give another name, or --replace to write it anew")
    try:
        read_content(path)
    except HienTruongError:
        raise FileError(f"{path} is no folder that was exported, so it is not replaced: give another name") from None
