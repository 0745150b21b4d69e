"""Counts from the rows: by what the cube does not hold, as channel or time limit, and by cells finer than its own.

The database groups. For a unit it groups by point, and the points are located in memory as the cube locates them: what
both can count, both count alike.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Integer, Label, and_, any_, case, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from geo.columns import Integers
from geo.counting.cube import Counts, Query
from geo.counting.only import EVERYTHING, Only
from geo.errors import InputError
from geo.hexagons.cells import parent_masks
from geo.store.columns_out import read_columns
from geo.store.moves import still_open
from geo.store.report_list import Wanted, conditions
from geo.store.schema import Report, ReportEvent
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.vocabulary import STATUSES

_DAY = dt.timedelta(days=1)
_EPOCH = dt.date(1970, 1, 1)
_NEAR_DEGREES = 0.001  # 50 m and more in each direction, up to 60 degrees from the equator
_LON, _LAT = func.ST_X(Report.geom), func.ST_Y(Report.geom)
_COUNT, _SYNTHETIC = func.count().label("count"), func.count().filter(Report.synthetic).label("synthetic")
# A 64-bit hash of the pseudonym tells people apart; two who share one would only be taken for fewer people.
_REPORTER = func.hashtextextended(func.encode(Report.reporter, "hex"), 0, type_=BigInteger).label("reporter")

__all__ = ["EVERYTHING", "Only", "RowCounts"]


@dataclass(frozen=True)
class RowCounts:
    """Counts that the database makes of its rows, with the methods of `geo.counting.cube.Cube`.

    Parameters
    ----------
    ask : callable
        Runs a function in a transaction.
    jurisdiction : Jurisdiction
    only : Only, optional
    resolution : int, optional
        Of the cells, 0 to 12, whatever the query says.
    """

    ask: Callable[[Callable[..., Any]], Any]
    jurisdiction: Jurisdiction
    only: Only = EVERYTHING
    resolution: int | None = None

    def counts(self, query: Query) -> Counts:
        """Count reports by cell, as `geo.counting.cube.Cube.counts` does."""
        found = self._grouped(query, [self._cell(query)])
        cells, of_row = np.unique(found["cell"], return_inverse=True)
        count, synthetic = (np.bincount(of_row, found[name], len(cells)) for name in ("count", "synthetic"))
        return Counts(cells, count.astype(np.int64), synthetic.astype(np.int64))

    def reporters(self, query: Query) -> Counts:
        """Count the people who reported, each once a cell; those who are not known are not counted."""
        found = self._grouped(query, [self._cell(query), _REPORTER], Report.reporter.is_not(None))
        pairs = np.unique(np.stack([found["cell"], found["reporter"]]), axis=1)
        cells, count = np.unique(pairs[0], return_counts=True)
        return Counts(cells, count, np.zeros(len(cells), np.int64))

    def daily(self, query: Query, cells: Integers | None = None) -> Integers:
        """Count reports by day, as `geo.counting.cube.Cube.daily` does."""
        local = func.timezone(self.jurisdiction.territory.time_zone, Report.reported_at)
        day = (func.date(local) - literal(_EPOCH)).cast(Integer).label("day")
        within = () if cells is None else (_in(self._cell(query), cells),)
        found = self._grouped(query, [day], *within)
        first, days = (query.first - _EPOCH).days, (query.last - query.first).days + 1
        return np.bincount(found["day"] - first, found["count"], days).astype(np.int64)

    def _cell(self, query: Query) -> Label[int]:
        keep, fill = parent_masks(query.resolution if self.resolution is None else self.resolution)
        return Report.cell.op("&")(literal(keep)).op("|")(literal(fill)).label("cell")

    def _grouped(self, query: Query, keys: list[Label[Any]], *more: ColumnElement[bool]) -> dict[str, NDArray[Any]]:
        """Count by some keys; of a unit, only the points that it holds."""
        where = [*_conditions(self.jurisdiction, query, self.only), *more]
        if query.unit_id is None:
            return self._read(keys, where)
        layer, number = self._unit(query)
        polygon = layer.locator.polygons[number]
        west, south, east, north = shapely.bounds(shapely.buffer(shapely.envelope(polygon), _NEAR_DEGREES)).tolist()
        near = and_(_LON.between(west, east), _LAT.between(south, north))
        found = self._read([*keys, _LON.label("lon"), _LAT.label("lat")], [*where, near])
        held = layer.place(found["lon"], found["lat"])[0] == query.unit_id
        return {name: values[held] for name, values in found.items()}

    def _unit(self, query: Query) -> tuple[Layer, int]:
        for layer in reversed(self.jurisdiction.layers):
            found = np.flatnonzero(layer.unit_ids[:-1] == query.unit_id)
            if len(found) and query.generation_id in (None, layer.generation.id):
                return layer, int(found[0])
        raise InputError(f"unit {query.unit_id} is in no boundaries", "unit")

    def _read(self, keys: list[Label[Any]], where: list[ColumnElement[bool]]) -> dict[str, NDArray[Any]]:
        statement = select(*keys, _COUNT, _SYNTHETIC).where(*where).group_by(*keys)
        found: dict[str, NDArray[Any]] = self.ask(partial(read_columns, query=statement))
        return found


def _in(cell: ColumnElement[int], cells: Integers) -> ColumnElement[bool]:
    return cell == any_(literal(cells.tolist(), ARRAY(BigInteger)))


def _conditions(jurisdiction: Jurisdiction, query: Query, only: Only) -> Iterator[ColumnElement[bool]]:
    territory = jurisdiction.territory
    since, until = (dt.datetime.combine(day, dt.time(), territory.zone) for day in (query.first, query.last + _DAY))
    yield from conditions(
        Wanted(
            territory.id,
            categories=query.categories or (),
            statuses=(query.statuses or ()) if only.status_at is None else (),
            channels=only.channels,
            overdue=only.overdue or None,
            since=since,
            until=until,
            bbox=only.near,
        )
    )
    if only.overdue:
        # It follows from what is said above; but so the index of open reports finds them.
        yield still_open()
    if not query.duplicates:
        yield Report.duplicate_of.is_(None)
    if only.status_at is not None:
        end = dt.datetime.combine(only.status_at + _DAY, dt.time(), territory.zone)
        yield _status_before(end).in_(query.statuses or STATUSES)


def _status_before(moment: dt.datetime) -> ColumnElement[str]:
    """Say which status a report had: its own, if nothing has happened since, else that of its last event until then."""
    last = (
        select(ReportEvent.status)
        .where(ReportEvent.report_id == Report.id, ReportEvent.at < moment)
        .order_by(ReportEvent.id.desc())
        .limit(1)
        .correlate(Report)
        .scalar_subquery()
    )
    return case((Report.updated_at < moment, Report.status), else_=last)
