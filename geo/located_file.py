"""Whose is each point of a file: CSV or Parquet of any size, batch by batch, with the answers as added columns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.answers import FIELDS, INVALID, Asked, answer_many
from geo.arrow_values import days, numbers
from geo.columns import constant
from geo.dispatch import Dispatch
from geo.errors import FileError
from geo.locator import How
from geo.table_files import BATCH_BYTES, Advance, check_paths, create_table, open_table

_ADDED = ["unit_code", "unit_name", "how", "border_m", "certain"]


@dataclass(frozen=True)
class PointColumns:
    """Names of the columns that say where and, if each row has its own day, when."""

    lon: str = "lon"
    lat: str = "lat"
    at: str | None = None


@dataclass(frozen=True)
class Tally:
    """How many rows a file has, and how many of them got no unit: outside all units, or without a meaning."""

    rows: int
    outside: int
    invalid: int


def locate_file(
    dispatch: Dispatch,
    source: Path,
    out: Path,
    columns: PointColumns = PointColumns(),
    day: dt.date | None = None,
    category: str | None = None,
    advance: Advance = lambda _done, _total: None,
    batch_bytes: int = BATCH_BYTES,
) -> Tally:
    """Say whose each point of a file is, in constant memory.

    The output has the rows of the input in their order, its columns unchanged, and the columns unit_code, unit_name,
    how, border_m and certain, which mean what they do in `geo.answer.locate`. Where that would refuse the row (the
    coordinates can't be meant, the day can't be read or has no boundaries), ``how`` is "invalid" and the others are
    empty.

    Parameters
    ----------
    dispatch : Dispatch
        Boundaries and rules.
    source, out : Path
        Files that end in .csv or .parquet, in any combination.
    columns : PointColumns
        Where longitude, latitude (WGS 84 degrees) and day stand. The day of a row is an ISO 8601 date or time.
    day : date, optional
        Local date of all rows if `columns` names no day; today if not given.
    category : str, optional
        With it comes the column agency: the one that leads for reports of this category.
    advance : callable
        Told how many bytes of how many are done.
    batch_bytes : int
        How much of a CSV file is held at a time.

    Raises
    ------
    FileError
        A file can't be read or written, is named wrongly, lacks a column or has one of the added columns already.
    InputError
        The category is unknown.
    NotFoundError
        No boundaries are loaded for the day.
    """
    check_paths(source, out)
    jurisdiction = dispatch.jurisdiction
    if category is not None:
        dispatch.category(category)
    one_day = day or jurisdiction.territory.today()
    if columns.at is None:
        jurisdiction.layer_at(one_day)
    added = _ADDED if category is None else [*_ADDED, "agency"]
    counts = np.zeros(INVALID + 1, dtype=np.int64)
    with open_table(source, advance, batch_bytes) as table:
        _check_columns(source, table.schema.names, columns, added)
        schema = pa.schema([*table.schema, *(pa.field(name, FIELDS[name]) for name in added)], table.schema.metadata)
        with create_table(out, schema) as write:
            for batch in table.batches:
                lon, lat = numbers(batch.column(columns.lon)), numbers(batch.column(columns.lat))
                when = (
                    np.full(len(batch), np.datetime64(one_day, "D"))
                    if columns.at is None
                    else days(batch.column(columns.at), jurisdiction.territory.time_zone)
                )
                about = None if category is None else constant(len(batch), category)
                answers = answer_many(dispatch, Asked(lon, lat, when, category=about))
                write(pa.RecordBatch.from_arrays([*batch.columns, *answers.columns(added)], schema=schema))
                counts += np.bincount(answers.how, minlength=len(counts))
    return Tally(int(counts.sum()), int(counts[How.OUTSIDE]), int(counts[INVALID]))


def _check_columns(source: Path, there: Sequence[str], columns: PointColumns, added: Sequence[str]) -> None:
    wanted = [name for name in (columns.lon, columns.lat, columns.at) if name is not None]
    if missing := [name for name in wanted if name not in there]:
        raise FileError(f"{source}: no column {', '.join(missing)}: there are {', '.join(there)}; name the right ones")
    if doubled := [name for name in wanted if there.count(name) > 1]:
        raise FileError(f"{source}: the column {', '.join(doubled)} stands there twice: rename one")
    if taken := [name for name in added if name in there]:
        raise FileError(f"{source}: the column {', '.join(taken)} is there already and would be added: rename it")
