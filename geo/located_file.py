"""Whose is each point of a file: CSV or Parquet of any size, batch by batch, with the answers as added columns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.arrow_values import days, numbers
from geo.columns import Floats, Integers, Moments
from geo.coordinates import coordinate_faults
from geo.dispatch import Dispatch
from geo.errors import FileError
from geo.locator import How
from geo.table_files import BATCH_BYTES, Advance, check_paths, create_table, open_table

_INVALID = len(How)
_HOW_WORDS = pa.array([how.word for how in sorted(How)] + ["invalid"])
_ADDED = {
    "unit_code": pa.string(),
    "unit_name": pa.string(),
    "how": pa.string(),
    "border_m": pa.float64(),
    "certain": pa.bool_(),
}


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
    added = _ADDED if category is None else _ADDED | {"agency": pa.string()}
    counts = np.zeros(_INVALID + 1, dtype=np.int64)
    with open_table(source, advance, batch_bytes) as table:
        _check_columns(source, table.schema.names, columns, list(added))
        schema = pa.schema([*table.schema, *(pa.field(*field) for field in added.items())], table.schema.metadata)
        with create_table(out, schema) as write:
            for batch in table.batches:
                lon, lat = numbers(batch.column(columns.lon)), numbers(batch.column(columns.lat))
                when = (
                    np.full(len(batch), np.datetime64(one_day, "D"))
                    if columns.at is None
                    else days(batch.column(columns.at), jurisdiction.territory.time_zone)
                )
                places = _place(dispatch, lon, lat, when)
                answers = _answers(dispatch, places, lon, lat)
                if category is not None:
                    answers.append(_agencies(dispatch, category, places, lon, lat, when))
                write(pa.RecordBatch.from_arrays([*batch.columns, *answers], schema=schema))
                counts += np.bincount(places.how, minlength=len(counts))
    return Tally(int(counts.sum()), int(counts[How.OUTSIDE]), int(counts[_INVALID]))


@dataclass(frozen=True)
class _Places:
    """Unit and generation of each row, 0 for none; a `How`, or `_INVALID`."""

    unit_id: Integers
    generation_id: Integers
    how: NDArray[np.uint8]


def _check_columns(source: Path, there: Sequence[str], columns: PointColumns, added: Sequence[str]) -> None:
    wanted = [name for name in (columns.lon, columns.lat, columns.at) if name is not None]
    if missing := [name for name in wanted if name not in there]:
        raise FileError(f"{source}: no column {', '.join(missing)}: there are {', '.join(there)}; name the right ones")
    if doubled := [name for name in wanted if there.count(name) > 1]:
        raise FileError(f"{source}: the column {', '.join(doubled)} stands there twice: rename one")
    if taken := [name for name in added if name in there]:
        raise FileError(f"{source}: the column {', '.join(taken)} is there already and would be added: rename it")


def _place(dispatch: Dispatch, lon: Floats, lat: Floats, when: Moments) -> _Places:
    sane = np.flatnonzero(coordinate_faults(lon, lat, dispatch.jurisdiction.extent) == 0)
    placed = dispatch.jurisdiction.place(lon[sane], lat[sane], when[sane])
    unit_id, generation_id = np.zeros((2, len(lon)), dtype=np.int64)
    how = np.full(len(lon), _INVALID, dtype=np.uint8)
    unit_id[sane], generation_id[sane] = placed.unit_id, placed.generation_id
    how[sane] = np.where(placed.generation_id == 0, _INVALID, placed.how)
    return _Places(unit_id, generation_id, how)


def _answers(dispatch: Dispatch, places: _Places, lon: Floats, lat: Floats) -> list[pa.Array]:
    """Make the added columns but the agency."""
    border = np.full(len(lon), np.nan)
    for generation_id in np.unique(places.generation_id[places.how != _INVALID]):
        rows = places.generation_id == generation_id
        locator = dispatch.jurisdiction.layer_of(generation_id).locator
        border[rows] = locator.border_distance(lon[rows], lat[rows])
    invalid = places.how == _INVALID
    ids, place = np.unique(places.unit_id, return_inverse=True)
    units = [dispatch.jurisdiction.units.get(int(unit_id)) for unit_id in ids]
    return [
        pa.array([unit and unit.code for unit in units], pa.string()).take(pa.array(place)),
        pa.array([unit and unit.name for unit in units], pa.string()).take(pa.array(place)),
        _HOW_WORDS.take(pa.array(places.how)),
        pa.array(np.round(border, 1), mask=invalid),
        pa.array(places.how == How.INSIDE, mask=invalid),
    ]


def _agencies(dispatch: Dispatch, category: str, places: _Places, lon: Floats, lat: Floats, when: Moments) -> pa.Array:
    """Name the leading agency of each row; there are few pairs of unit and rule, however many rows."""
    ids, place = np.unique(places.unit_id, return_inverse=True)
    units = [dispatch.jurisdiction.units.get(int(each)) for each in ids]
    codes = np.array([unit and unit.code for unit in units], dtype=object)[place]
    levels = np.array([unit and unit.level for unit in units], dtype=object)[place]
    found = np.flatnonzero(places.unit_id)
    areas = dispatch.jurisdiction.areas_of(lon[found], lat[found], when[found])
    rules = np.full(len(lon), -1)
    rules[found] = dispatch.rules.match_many(category, codes[found], levels[found], when[found], areas.masks)
    pairs, pair = np.unique((rules + 1) * len(ids) + place, return_inverse=True)
    leads = [
        unit and dispatch.rules.rule(int(rule) - 1).lead.names(unit)[0]
        for rule, unit in zip(pairs // len(ids), (units[at] for at in pairs % len(ids)), strict=True)
    ]
    return pa.array(leads, pa.string()).take(pa.array(pair))
