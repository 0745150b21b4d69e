"""Rows of a GeoJSON file: a FeatureCollection, or one feature a line; never more than a block of it in memory."""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import ijson
import numpy as np
import orjson
import pyarrow as pa

from geo.errors import FileError
from geo.report_files.rows import Rejected, Rows

BLOCK_FEATURES = 20_000
_LONGEST_LINE = 1_000_000
_RECORD_SEPARATOR = b"\x1e"


class GeoJsonReader:
    """A GeoJSON file, open for one reading.

    Parameters
    ----------
    path : Path
        RFC 7946; or a feature a line, with or without the separators of RFC 8142.
    properties : sequence of str
        The properties to read; "id" may be the feature's own. Longitude and latitude of its point become the columns
        "lon" and "lat".
    block_features : int
        How many features are held at a time.

    Raises
    ------
    FileError
        The file can't be opened; while it is read, too: it is no GeoJSON.
    """

    def __init__(self, path: Path, properties: Sequence[str], block_features: int = BLOCK_FEATURES) -> None:
        self._path = path
        self._block_features = block_features
        self._properties = [name for name in properties if name not in ("lon", "lat")]
        self.header = ["lon", "lat", *self._properties]
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise FileError(f"{path}: can't be read: {error.strerror}") from None
        self.size = path.stat().st_size

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self) -> Iterator[Rows]:
        """Read the file to its end, some features at a time."""
        features = _by_line(self._file) if _is_by_line(self._file) else self._of_collection()
        while block := list(islice(features, self._block_features)):
            yield self._rows(block)

    def _of_collection(self) -> Iterator[tuple[int, Any]]:
        number = 0
        try:
            for number, feature in enumerate(ijson.items(self._file, "features.item", use_float=True), start=1):
                yield number, feature
        except (ijson.JSONError, UnicodeDecodeError) as error:
            reason = str(error).splitlines()[0]
            raise FileError(f"{self._path}: is no GeoJSON after feature {number}: {reason}") from None
        if number == 0:
            raise FileError(f"{self._path}: there are no features in it: is it a GeoJSON FeatureCollection?")

    def _rows(self, features: list[tuple[int, Any]]) -> Rows:
        points = [_point(feature) for _, feature in features]
        rejected = [
            Rejected(line, "geometry", _why_no_point(feature), ["", "", *self._texts(feature)])
            for (line, feature), point in zip(features, points, strict=True)
            if point is None
        ]
        kept = [(line, feature) for (line, feature), point in zip(features, points, strict=True) if point is not None]
        lon, lat = np.array([point for point in points if point is not None], dtype=np.float64).reshape(-1, 2).T
        texts = (
            zip(*(self._texts(feature) for _, feature in kept), strict=True) if kept else [()] * len(self.header[2:])
        )
        columns = [pa.array(lon), pa.array(lat), *(pa.array(column, pa.string()) for column in texts)]
        lines = np.array([line for line, _ in kept], dtype=np.int64)
        return Rows(pa.table(columns, names=self.header), lines, rejected)

    def _texts(self, feature: Any) -> list[str]:
        if not isinstance(feature, dict):
            return [""] * len(self._properties)
        given = {"id": feature.get("id"), **(feature.get("properties") or {})}
        return [_text(given.get(name)) for name in self._properties]


def _is_by_line(file: io.BufferedReader) -> bool:
    """Look whether the first line is a feature of its own."""
    first = file.readline(_LONGEST_LINE).lstrip(_RECORD_SEPARATOR)
    file.seek(0)
    try:
        value = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and value.get("type") == "Feature"


def _by_line(file: io.BufferedReader) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, start=1):
        if text := line.strip(_RECORD_SEPARATOR + b" \t\r\n"):
            try:
                yield number, orjson.loads(text)
            except orjson.JSONDecodeError as error:
                yield number, error


def _point(feature: Any) -> tuple[float, float] | None:
    try:
        geometry = feature["geometry"]
        lon, lat = geometry["coordinates"][:2]
        return (float(lon), float(lat)) if geometry["type"] == "Point" else None
    except (TypeError, KeyError, ValueError, IndexError):
        return None


def _why_no_point(feature: Any) -> str:
    if isinstance(feature, Exception):
        return f"the line is no JSON: {feature}"
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return f"a feature with a Point is needed, not {kind or 'one without a geometry'}"


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return orjson.dumps(value).decode()
