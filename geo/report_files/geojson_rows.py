"""Rows of a GeoJSON file: a FeatureCollection, or one feature a line; never more than a block of it in memory."""

import codecs
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
from geo.report_files.nesting import MAX_NESTING, Nesting
from geo.report_files.rows import Rejected, Rows

BLOCK_FEATURES = 20_000
BY_LINE = (".geojsonl", ".geojsons", ".ndjson")
_LONGEST_LINE = 1_000_000
_RECORD_SEPARATOR = b"\x1e"


class GeoJsonReader:
    """A GeoJSON file, open for one reading.

    Parameters
    ----------
    path : Path
        RFC 7946; or a feature a line, with or without the separators of RFC 8142, which a name in BY_LINE says.
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
            if self._file.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
                self._file.read(len(codecs.BOM_UTF8))
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
        by_line = self._path.suffix.lower() in BY_LINE or _begins_by_line(self._file)
        features = _by_line(self._file) if by_line else self._of_collection()
        while block := list(islice(features, self._block_features)):
            yield self._rows(block)

    def _of_collection(self) -> Iterator[tuple[int, Any]]:
        number = 0
        try:
            for number, feature in enumerate(
                ijson.items(_Shallow(self._file), "features.item", use_float=True), start=1
            ):
                yield number, feature
        except (ijson.JSONError, UnicodeDecodeError, _TooDeepError) as error:
            raise FileError(f"{self._path}: is no GeoJSON after feature {number}: {_first_line(error)}") from None
        if number == 0:
            raise FileError(f"{self._path}: there are no features in it: is it a GeoJSON FeatureCollection?")

    def _rows(self, features: list[tuple[int, Any]]) -> Rows:
        rejected: list[Rejected] = []
        lines: list[int] = []
        rows: list[tuple[Any, ...]] = []
        for line, feature in features:
            texts = [""] * len(self._properties)
            try:
                texts = self._texts(feature)
                rows.append((*_point(feature), *texts))
                lines.append(line)
            except _FeatureError as fault:
                rejected.append(Rejected(line, fault.field, str(fault), ["", "", *texts]))
        lon, lat, *columns = zip(*rows, strict=True) if rows else [()] * len(self.header)
        arrays = [pa.array(lon, pa.float64()), pa.array(lat, pa.float64())]
        arrays += [pa.array(column, pa.string()) for column in columns]
        return Rows(pa.table(arrays, names=self.header), np.array(lines, dtype=np.int64), rejected)

    def _texts(self, feature: Any) -> list[str]:
        if isinstance(feature, Exception):
            raise _FeatureError("", str(feature))
        if not isinstance(feature, dict):
            return [""] * len(self._properties)
        properties = feature.get("properties")
        if not isinstance(properties, dict | None):
            raise _FeatureError("properties", "the properties of a feature are an object of names and values, or null")
        given = {"id": feature.get("id"), **(properties or {})}
        return [_text(given.get(name)) for name in self._properties]


class _FeatureError(Exception):
    """A feature that is no row: which field is to blame, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class _TooDeepError(Exception):
    def __init__(self) -> None:
        super().__init__(f"JSON is nested more than {MAX_NESTING} deep")


class _Shallow:
    """A file that is not read on where its JSON is nested too deep: ijson keeps the path of each level."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._nesting = Nesting()

    def read(self, size: int) -> bytes:
        part = self._file.read(size)
        if self._nesting.deepest(part) > MAX_NESTING:
            raise _TooDeepError
        return part


def _begins_by_line(file: io.BufferedReader) -> bool:
    """Look whether the first line that is not empty is a feature of its own."""
    begin = file.tell()
    first = b"\n"
    while first in (b"\n", b"\r\n"):
        first = file.readline(_LONGEST_LINE)
    file.seek(begin)
    try:
        value = orjson.loads(first.lstrip(_RECORD_SEPARATOR))
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and value.get("type") == "Feature"


def _by_line(file: io.BufferedReader) -> Iterator[tuple[int, Any]]:
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            while (more := file.readline(_LONGEST_LINE)) and not more.endswith(b"\n"):
                pass
            yield number, ValueError(f"the line is longer than {_LONGEST_LINE:,} bytes")
        elif text := line.strip(_RECORD_SEPARATOR + b" \t\r\n"):
            yield number, _loaded(text)


def _loaded(text: bytes) -> Any:
    """Read a line, or give the reason why it can't be read."""
    if Nesting().deepest(text) > MAX_NESTING:
        return _TooDeepError()
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return ValueError(f"the line is no JSON: {error}")


def _point(feature: Any) -> tuple[float, float]:
    try:
        geometry = feature["geometry"]
        lon, lat = geometry["coordinates"][:2]
        if geometry["type"] == "Point":
            return float(lon), float(lat)
    except (TypeError, KeyError, ValueError, IndexError):
        pass
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    raise _FeatureError("geometry", f"a feature with a Point is needed, not {kind or 'one without a geometry'}")


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return orjson.dumps(value).decode()


def _first_line(error: Exception) -> str:
    """Say what the parser says, which may be bytes."""
    said = error.args[0] if error.args else ""
    return (said.decode(errors="replace") if isinstance(said, bytes) else str(error)).splitlines()[0].strip()
