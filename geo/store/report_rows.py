"""Reports out of the database as Arrow columns: those of a selection, with the columns of `geo.reports.columns`."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Select, Text, func, select

from geo.reports.columns import REPORT_COLUMNS
from geo.session.source import Selection
from geo.store.columns_out import read_table
from geo.store.report_list import Circle, Wanted, conditions
from geo.store.schema import Report, Unit
from geo.units.territory import Territory

_NEXT = dt.timedelta(days=1)
_OF_UNITS = {"unit_code": Unit.code, "unit_name": Unit.name, "unit_name_en": Unit.name_en}


def read_reports(
    connection: Connection, territory: Territory, selection: Selection, columns: Sequence[str]
) -> pa.Table:
    """Read reports.

    Parameters
    ----------
    connection : Connection
    territory : Territory
    selection : Selection
    columns : sequence of str
        Names of `REPORT_COLUMNS`.

    Returns
    -------
    pyarrow.Table
        The columns, and beside them lon, lat (float64), unit_id and generation_id (int64); in no order.
    """
    return as_reports(read_table(connection, select_rows(territory, selection, columns)))


def select_rows(territory: Territory, selection: Selection, columns: Sequence[str]) -> Select[Any]:
    """Say in SQL what `read_reports` reads; lists come as JSON."""
    point = func.ST_X(Report.geom).label("lon"), func.ST_Y(Report.geom).label("lat")
    query = select(*map(_column, columns), *point, Report.unit_id, Report.generation_id)
    return query.join(Unit, Unit.id == Report.unit_id).where(*conditions(_wanted(territory, selection)))


def as_reports(rows: pa.Table) -> pa.Table:
    """Give columns that came as text their types."""
    for number, name in enumerate(rows.column_names):
        if name in REPORT_COLUMNS and rows[name].type != REPORT_COLUMNS[name].kind:
            rows = rows.set_column(number, name, _lists(rows[name]))
    return rows


def _column(name: str) -> Any:
    if name in _OF_UNITS:
        return _OF_UNITS[name].label(name)
    column = getattr(Report, name)
    if pa.types.is_list(REPORT_COLUMNS[name].kind):
        return func.array_to_json(column, type_=Text).label(name)
    return column


def _lists(texts: pa.ChunkedArray) -> pa.Array:
    """Read JSON arrays of texts; those that say the same are read once."""
    coded = texts.combine_chunks().dictionary_encode()
    lists = pa.array([json.loads(text) for text in coded.dictionary.to_pylist()], pa.list_(pa.string()))
    return lists.take(coded.indices)


def _wanted(territory: Territory, selection: Selection) -> Wanted:
    first, last = selection.first, selection.last
    return Wanted(
        territory.id,
        selection.unit_id,
        selection.generation_id,
        selection.categories or (),
        selection.statuses or (),
        selection.channels or (),
        overdue=selection.overdue,
        since=None if first is None else dt.datetime.combine(first, dt.time(), territory.zone),
        until=None if last is None else dt.datetime.combine(last + _NEXT, dt.time(), territory.zone),
        bbox=selection.bbox,
        circle=None if selection.near is None else Circle(*selection.near),
        cell=selection.cell,
        text=selection.text,
    )
