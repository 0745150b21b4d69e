"""The cube on an analyst's machine: the facts of a GeoDataFrame, or of a GeoParquet file read into one."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.columns import Floats
from geo.counting.axes import Axes, Facts, positions
from geo.errors import InputError
from geo.hexagons.cells import cells_of
from geo.local_time import local_days
from geo.vocabulary import STATUSES

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_NEEDED = ("reported_at", "category", "status")


def facts_of_frame(axes: Axes, reports: "GeoDataFrame", time_zone: str) -> Facts:
    """Code reports for `geo.counting.cube.Cube.extend`; the same reports give the same cube as from the database.

    Parameters
    ----------
    axes : Axes
    reports : GeoDataFrame
        Points in any CRS, and the columns ``reported_at`` (UTC, or with an offset), ``category`` and ``status``; if it
        has them, also ``reporter`` (bytes, None for nobody known), ``duplicate`` and ``synthetic`` (bool).
    time_zone : str
        IANA name of the zone whose days are counted.

    Raises
    ------
    InputError
        A column is missing, or a row has no time, no point or a status that there is not.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> frame = gpd.GeoDataFrame(
    ...     {"reported_at": ["2026-01-04T18:00Z"], "category": ["waste"], "status": ["waiting"]},
    ...     geometry=[shapely.Point(105.85, 21.02)], crs=4326)
    >>> facts_of_frame(Axes(("waste",)), frame, "Asia/Ho_Chi_Minh").day.astype("M8[D]")
    array(['2026-01-05'], dtype='datetime64[D]')
    """
    points = reports.geometry.to_crs(4326)
    return facts_of_points(axes, reports, points.x.to_numpy(), points.y.to_numpy(), time_zone)


def facts_of_points(axes: Axes, reports: pd.DataFrame, lon: Floats, lat: Floats, time_zone: str) -> Facts:
    """Code reports as `facts_of_frame` does, their points given as longitudes and latitudes (WGS 84), shape (n,)."""
    missing = [name for name in _NEEDED if name not in reports]
    if missing:
        raise InputError(f"the reports have no column {missing[0]!r}: it needs {', '.join(_NEEDED)}", missing[0])
    moments = pd.to_datetime(reports["reported_at"], utc=True, format="ISO8601" if _is_text(reports) else None)
    if moments.isna().any():
        raise InputError(f"report {int(moments.isna().argmax())} has no time", "reported_at")
    status = pd.Categorical(reports["status"])
    positions(STATUSES, tuple(status.categories), "status")
    if (unknown := status.codes < 0).any():
        raise InputError(f"report {int(unknown.argmax())} has no status", "status")
    n = len(reports)
    flags = [reports[name].to_numpy() if name in reports else np.zeros(n, bool) for name in ("duplicate", "synthetic")]
    return Facts(
        local_days(moments.dt.tz_localize(None).to_numpy(), time_zone).astype(np.int64),
        axes.series(
            pd.Index(axes.categories).get_indexer(pd.Index(reports["category"])) + 1,
            pd.Index(STATUSES).get_indexer(pd.Index(reports["status"])),
            *flags,
        ),
        axes.places(cells_of(lon, lat), lon, lat),
        _codes(reports["reporter"]) if "reporter" in reports else np.zeros(n, np.uint32),
        np.ones(n, np.int64),
    )


def _is_text(reports: pd.DataFrame) -> bool:
    return not pd.api.types.is_datetime64_any_dtype(reports["reported_at"])


def _codes(reporters: "pd.Series[bytes]") -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Take the first four bytes of each pseudonym, as the database does."""
    first = b"".join((reporter or b"")[:4].ljust(4, b"\0") for reporter in reporters)
    return np.frombuffer(first, ">u4").astype(np.uint32)
