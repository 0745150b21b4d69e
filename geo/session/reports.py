"""The part of a session that gives single reports."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from geo.counting.period import check_days
from geo.reports.columns import REPORT_COLUMNS
from geo.session.arguments import (
    Day,
    Several,
    box_of,
    cell_of,
    day_of,
    near_of,
    text_of,
    truth_of,
    unit_of,
    words_of,
)
from geo.session.asking import Asking
from geo.session.frames import category_words, made_words, reports_frame
from geo.session.source import Selection
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.vocabulary import CHANNELS, STATUSES

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_OF_UNITS = {"unit_code": "code", "unit_name": "name", "unit_name_en": "name_en"}


class Reports(Asking):
    """Single reports."""

    def reports(
        self,
        category: Several | None = None,
        *,
        since: Day | None = None,
        until: Day | None = None,
        unit: str | None = None,
        boundaries_at: Day | None = None,
        status: Several | None = None,
        channel: Several | None = None,
        overdue: bool | None = None,
        bbox: Sequence[float] | None = None,
        near: Sequence[float] | None = None,
        cell: str | None = None,
        text: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> "GeoDataFrame":
        """Give reports as points, the newest first.

        Parameters
        ----------
        category : str or sequence of str, optional
            Codes; all if left out.
        since, until : date or str, optional
            Local days, both included; from the first or to the last report if left out.
        unit : str, optional
            Code of a unit of today, or of `boundaries_at`.
        boundaries_at : date or str, optional
            Units are those of this date, found by the reports' points: `unit`, and the columns that begin with unit.
            If left out, each report has the unit that answers for it.
        status, channel : str or sequence of str, optional
            Any of these.
        overdue : bool, optional
            Whether it should have been answered by now and is not.
        bbox : (west, south, east, north), optional
            Degrees; its edges are part of it.
        near : (lon, lat, metres), optional
            All within so many metres of a point, up to 100 km.
        cell : str, optional
            Name of an H3 cell, resolution 12 or coarser.
        text : str, optional
            Words that the description has, each at the beginning of a word, with Vietnamese marks or without.
        columns : sequence of str, optional
            Which columns are wanted; all if left out.

        Returns
        -------
        GeoDataFrame
            By id: status, category, reported_at and the other columns of docs/analysts.md, geometry (lon, lat). Times
            are those of the territory's clocks.

        Raises
        ------
        InputError, NotFoundError
            Something given is not one of what there is.

        Examples
        --------
        >>> waste = db.reports("waste", since="2026-01-01", until="2026-01-31", unit="00292")
        >>> set(waste["category"]), set(waste["unit_name_en"])
        ({'waste'}, {'Bach Mai Ward'})
        >>> old = db.reports(since="2026-01-01", boundaries_at="2025-06-30", columns=["unit_name", "reported_at"])
        >>> list(old), old["reported_at"].dt.tz.key
        (['unit_name', 'reported_at', 'geometry'], 'Asia/Ho_Chi_Minh')
        """
        held = self._source.held
        held.check_official("single reports")
        held.check_unit(unit, by_point=boundaries_at is not None)
        dispatch = self._source.dispatch()
        jurisdiction = dispatch.jurisdiction
        days = day_of(since, "since"), day_of(until, "until")
        check_days(*days, ("since", "until"))
        wanted = words_of(columns, list(REPORT_COLUMNS), "columns") or tuple(REPORT_COLUMNS)
        day = day_of(boundaries_at, "boundaries_at")
        layer = None
        if day is not None or unit is not None:
            layer = jurisdiction.layer_at(day or jurisdiction.territory.today())
        selection = Selection(
            *days,
            self._categories(dispatch, category),
            words_of(status, STATUSES, "status"),
            words_of(channel, CHANNELS, "channel"),
            None if unit is None or layer is None else unit_of(layer, unit).id,
            None if day is None or layer is None else layer.generation.id,
            None if overdue is None else truth_of(overdue, "overdue"),
            box_of(bbox),
            near_of(near),
            cell_of(cell),
            text_of(text),
        )
        held.check_days(*days)
        rows = self._source.reports(selection, tuple(dict.fromkeys(("id", "synthetic", *wanted))))
        if day is not None and layer is not None:
            rows = _with_units(rows, layer, jurisdiction)
        attrs = {
            "view": "reports",
            "period": dict(zip(("from", "to"), map(_text, held.days_told(*days)), strict=True)),
            "n": len(rows),
            "category": category_words(dispatch, selection.categories),
            "categories": selection.categories,
            "unit": self._unit_told(unit),
            "generation": None if layer is None else layer.words | {"source": layer.generation.source},
            "synthetic": int(np.count_nonzero(rows["synthetic"])),
            **made_words(jurisdiction.territory, self._source.name),
        }
        shown = [name for name in wanted if columns is not None or name != "id"]
        return reports_frame(rows, shown, jurisdiction.territory.time_zone, attrs)


def _with_units(rows: pa.Table, layer: Layer, jurisdiction: Jurisdiction) -> pa.Table:
    """Name the unit of each report under given boundaries: by its point, unless it was located by them."""
    unit_id = layer.unit_ids_of(*(rows[name].to_numpy() for name in ("unit_id", "generation_id", "lon", "lat")))
    ids, place = np.unique(unit_id, return_inverse=True)
    units = [jurisdiction.units.get(int(id)) for id in ids]
    for name, attribute in _OF_UNITS.items():
        if name in rows.column_names:
            words = pa.array([None if unit is None else getattr(unit, attribute) for unit in units], pa.string())
            rows = rows.set_column(rows.column_names.index(name), name, words.take(pa.array(place)))
    return rows


def _text(day: object) -> str | None:
    return None if day is None else str(day)
