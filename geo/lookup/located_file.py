"""Whose is each point of a file: CSV or Parquet of any size, batch by batch, with the answers as added columns."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.arrow_texts import check_values
from geo.arrow_values import days
from geo.columns import constant
from geo.errors import FileError
from geo.geoparquet import KEY, POINTS, PointReader, point_reader, points
from geo.location.locator import How
from geo.lookup.answers import FIELDS, INVALID, Asked, answer_many
from geo.lookup.dispatch import Dispatch
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
    *,
    with_points: bool = False,
    groups: Sequence[int] | None = None,
) -> Tally:
    """Say whose each point of a file is, in constant memory.

    The output has the rows of the input in their order, its columns unchanged, and the columns unit_code, unit_name,
    how, border_m and certain, which mean what they do in `geo.lookup.answer.locate`. Where that would refuse the row
    (the coordinates can't be meant, the day can't be read or has no boundaries), ``how`` is "invalid" and the others
    are empty.

    Parameters
    ----------
    dispatch : Dispatch
        Boundaries and rules.
    source, out : Path
        Files that end in .csv or .parquet, in any combination.
    columns : PointColumns
        Where longitude, latitude (WGS 84 degrees) and day stand. The day of a row is an ISO 8601 date or time. The
        points of a GeoParquet file without these two columns are those of its geometry.
    day : date, optional
        Local date of all rows if `columns` names no day; today if not given.
    category : str, optional
        With it comes the column agency: the one that leads for reports of this category.
    advance : callable
        Told how many bytes of how many are done.
    batch_bytes : int
        How much of a CSV file is in one batch.
    with_points : bool
        Add the column geometry, too, unless the input has a geometry: the output, which ends in .parquet, is
        GeoParquet.
    groups : sequence of int, optional
        Of a Parquet file these row groups alone.

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
    with open_table(source, advance, batch_bytes, groups) as table:
        read_points = _checked(source, table.schema, columns, added)
        shaped = with_points and KEY not in (table.schema.metadata or {})
        schema = _schema(table.schema, added, shaped)
        with create_table(out, schema) as write:
            for batch in table.batches:
                lon, lat = read_points(batch)
                when = (
                    np.full(len(batch), np.datetime64(one_day, "D"))
                    if columns.at is None
                    else days(batch.column(columns.at), jurisdiction.territory.time_zone)
                )
                about = None if category is None else constant(len(batch), category)
                answers = answer_many(dispatch, Asked(lon, lat, when, category=about))
                shapes = [points(lon, lat)] if shaped else []
                write(pa.RecordBatch.from_arrays([*batch.columns, *answers.columns(added), *shapes], schema=schema))
                counts += np.bincount(answers.how, minlength=len(counts))
    return Tally(int(counts.sum()), int(counts[How.OUTSIDE]), int(counts[INVALID]))


def _schema(there: pa.Schema, added: Sequence[str], shaped: bool) -> pa.Schema:
    """Put the added columns behind those of the input; with points of our own it is GeoParquet's."""
    answers = [pa.field(name, FIELDS[name]) for name in added]
    if not shaped:
        return pa.schema([*there, *answers], there.metadata)
    metadata = (there.metadata or {}) | {KEY: json.dumps(POINTS).encode()}
    return pa.schema([*there, *answers, pa.field("geometry", pa.binary())], metadata)


def _checked(source: Path, schema: pa.Schema, columns: PointColumns, added: Sequence[str]) -> PointReader:
    """Refuse a table without what is needed, or with what would be added; give what reads its points."""
    there = schema.names
    read_points = point_reader(source, schema, columns.lon, columns.lat)
    wanted = [name for name in (columns.lon, columns.lat, columns.at) if name is not None]
    missing = [name for name in wanted if name not in there and (read_points is None or name == columns.at)]
    if read_points is None or missing:
        raise FileError(f"{source}: no column {', '.join(missing)}: there are {', '.join(there)}; name the right ones")
    if doubled := [name for name in wanted if there.count(name) > 1]:
        raise FileError(f"{source}: the column {', '.join(doubled)} stands there twice: rename one")
    if taken := [name for name in added if name in there]:
        raise FileError(f"{source}: the column {', '.join(taken)} is there already and would be added: rename it")
    check_values(source, schema, wanted)
    return read_points
