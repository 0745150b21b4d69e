"""GeoParquet: which column of a file holds its points, and what a file of points says about itself."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo.arrow_texts import check_values, is_string
from geo.arrow_values import numbers
from geo.columns import Floats, Truths
from geo.errors import FileError, InputError

KEY = b"geo"
"""Under which the metadata of a file's schema tells of its geometry."""

POINTS = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
}
"""What a file says whose column ``geometry`` has points in longitude and latitude, GeoParquet's usual CRS."""

_WGS84 = "OGC:CRS84"

_LITTLE_ENDIAN, _POINT = 1, 1
_WKB_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""Well-known binary of a point as OGC 06-103r4 lays it out, without padding."""

PointReader = Callable[[pa.RecordBatch], tuple[Floats, Floats]]
"""Gives longitudes and latitudes of a batch, WGS 84 degrees; NaN where there is no point."""


def geometry_of(path: Path, schema: pa.Schema) -> tuple[str | None, Transformer | None]:
    """Find the column of shapes, and what brings it to WGS 84 if it isn't; None for a file without one.

    Raises
    ------
    FileError
        The CRS is unknown, or the geometry is not there or not stored as WKB.
    """
    metadata = schema.metadata or {}
    if KEY not in metadata:
        return None, None
    try:
        geo = json.loads(metadata[KEY])
        name = geo["primary_column"]
        column = geo["columns"][name]
        crs = CRS.from_user_input(column.get("crs") or _WGS84)
    except (ValueError, KeyError, TypeError, CRSError) as error:
        raise FileError(f"{path}: the metadata of its geometry can't be read: {str(error).splitlines()[0]}") from None
    if column.get("encoding") != "WKB":
        raise FileError(f"{path}: the geometry is encoded as {column.get('encoding')}: write it as WKB")
    if schema.names.count(name) != 1 or not is_string(schema.field(name).type):
        raise FileError(f"{path}: the column {name} should be there once and hold the geometry as WKB")
    same = crs.equals(CRS(_WGS84), ignore_axis_order=True)
    return name, None if same else Transformer.from_crs(crs, _WGS84, always_xy=True)


def coordinates(column: pa.Array | pa.ChunkedArray, to_wgs84: Transformer | None) -> tuple[Floats, Floats, Truths]:
    """Give longitudes, latitudes, and which of the geometries are points."""
    plain = _plain_points(column)
    if plain is not None:
        lon, lat, sound = plain["x"].copy(), plain["y"].copy(), np.ones(len(plain), dtype=bool)
    else:
        shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
        lon, lat, sound = shapely.get_x(shapes), shapely.get_y(shapes), shapely.get_type_id(shapes) == 0
    if to_wgs84 is not None:
        lon, lat = to_wgs84.transform(lon, lat)
    return lon, lat, sound


def _plain_points(column: pa.Array | pa.ChunkedArray) -> NDArray[np.void] | None:
    """Read a column as it lies, if every value in it is a point as `points` writes it: far faster than one by one."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not len(whole) or whole.null_count or whole.type != pa.binary():
        return None
    _, ends, shapes = whole.buffers()
    ends = np.frombuffer(ends, np.int32)[whole.offset : whole.offset + len(whole) + 1]
    if (np.diff(ends) != _WKB_POINT.itemsize).any():
        return None
    points = np.frombuffer(shapes or b"", _WKB_POINT, len(whole), int(ends[0]))
    return points if ((points["order"] == _LITTLE_ENDIAN) & (points["type"] == _POINT)).all() else None


def point_reader(path: Path, schema: pa.Schema, lon: str = "lon", lat: str = "lat") -> PointReader | None:
    """Find out how to read the points of a table: from two columns if it has them, else from its geometry.

    Returns
    -------
    callable or None
        None if it has neither.

    Raises
    ------
    FileError
        There are no columns, and the geometry can't be read; or the columns hold lists or structures.
    """
    if lon in schema.names and lat in schema.names:
        check_values(path, schema, (lon, lat))
        return lambda batch: (numbers(batch.column(lon)), numbers(batch.column(lat)))
    name, to_wgs84 = geometry_of(path, schema)
    return None if name is None else lambda batch: coordinates(batch.column(name), to_wgs84)[:2]


def points(lon: Floats, lat: Floats) -> pa.Array:
    """Write points as WKB; null where a coordinate is not finite.

    Examples
    --------
    >>> written = points(np.array([105.85, np.nan]), np.array([21.0, 21.0]))
    >>> [shape and shapely.from_wkb(shape).wkt for shape in written.to_pylist()]
    ['POINT (105.85 21)', None]
    """
    known = np.isfinite(lon) & np.isfinite(lat)
    shapes = np.empty(int(known.sum()), dtype=_WKB_POINT)
    shapes["order"], shapes["type"], shapes["x"], shapes["y"] = _LITTLE_ENDIAN, _POINT, lon[known], lat[known]
    ends = np.concatenate([[0], np.cumsum(known)]) * _WKB_POINT.itemsize
    if ends[-1] > np.iinfo(np.int32).max:
        raise InputError(f"{len(lon):,} points are too many for one column of shapes: write them in parts")
    bits = np.packbits(known, bitorder="little")
    buffers = [pa.py_buffer(part) for part in (bits, ends.astype(np.int32), shapes)]
    return pa.Array.from_buffers(pa.binary(), len(lon), buffers)
