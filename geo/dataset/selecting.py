"""Which reports of a folder are asked for: by their columns as the files are read, by their points afterwards."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyproj import Geod

from geo.columns import Floats, Truths
from geo.counting.only import Only
from geo.folded import folded_words, word_pattern
from geo.hexagons.cells import cells_of, parents
from geo.hexagons.search import resolution_of
from geo.session.source import Selection

_NEXT = dt.timedelta(days=1)
_WGS84 = Geod(ellps="WGS84")


def filter_of(selection: Selection, zone: dt.tzinfo, now: np.datetime64) -> ds.Expression:
    """Say which reports are meant, by their columns; of a unit under given boundaries, that is seen from the points.

    Parameters
    ----------
    selection : Selection
    zone : tzinfo
        Of its days.
    now : datetime64
        The moment, UTC, as of which something is overdue.
    """
    wanted = ds.scalar(True)
    if selection.first is not None:
        wanted &= ds.field("reported_at") >= _midnight(selection.first, zone)
    if selection.last is not None:
        wanted &= ds.field("reported_at") < _midnight(selection.last + _NEXT, zone)
    words = {"category": selection.categories, "status": selection.statuses, "channel": selection.channels}
    for name, values in words.items():
        if values is not None:
            wanted &= ds.field(name).isin(list(values))
    if selection.unit_id is not None and selection.generation_id is None:
        wanted &= ds.field("unit_id") == selection.unit_id
    if selection.overdue is not None:
        wanted &= _overdue(now) if selection.overdue else ~_overdue(now)
    for word in folded_words(selection.text):
        wanted &= pc.match_substring_regex(ds.field("description"), word_pattern(word))
    return wanted


def filter_of_only(only: Only, zone: dt.tzinfo, now: np.datetime64) -> ds.Expression:
    """Say which reports are counted: of a channel, or overdue."""
    return filter_of(Selection(channels=only.channels or None, overdue=only.overdue or None), zone, now)


def lies_there(selection: Selection, lon: Floats, lat: Floats) -> Truths:
    """Tell which points lie in the box, circle and cell that are asked for.

    Parameters
    ----------
    selection : Selection
    lon, lat : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    there = np.ones(len(lon), dtype=bool)
    if selection.bbox is not None:
        west, south, east, north = selection.bbox
        there &= (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    if selection.near is not None:
        x, y, radius = selection.near
        _, _, metres = _WGS84.inv(np.full(len(lon), x), np.full(len(lat), y), lon, lat)
        there &= metres <= radius
    if selection.cell is not None:
        there &= parents(cells_of(lon, lat), resolution_of(selection.cell)) == selection.cell
    return there


def _overdue(now: np.datetime64) -> ds.Expression:
    moment = pa.scalar(now.astype("datetime64[us]").astype(dt.datetime), pa.timestamp("us")).cast(_UTC)
    never = ~ds.field("answered_at").is_valid() & ~ds.field("closed_at").is_valid()
    return never & ds.field("due_at").is_valid() & (ds.field("due_at") < moment)


_UTC = pa.timestamp("us", tz="UTC")


def _midnight(day: dt.date, zone: dt.tzinfo) -> pa.Scalar:
    return pa.scalar(dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC), _UTC)
