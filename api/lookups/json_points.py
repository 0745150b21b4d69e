"""Points as JSON objects: all in one document, or each on a line of its own (NDJSON)."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from fastapi import HTTPException

from api.lookups.limits import MAX_JSON_BYTES, MAX_JSON_POINTS, MAX_LINE_BYTES, too_large
from api.lookups.points import Batch, Lookup, read_days
from api.problems import problem_of
from geo.columns import Floats, column
from geo.errors import HienTruongError, InputError
from geo.lookup.answers import Answers

_NAMES = {"lon", "lat", "at", "accuracy", "category"}
_ABSENT: dict[str, Any] = {}


def read_json(chunks: Iterable[bytes], lookup: Lookup) -> Iterator[Batch]:
    """Read ``{"points": [{"lon": 105.87, "lat": 21.0}, ...]}``."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_JSON_BYTES:
            raise too_large(f"the JSON document is larger than {MAX_JSON_BYTES:,} bytes: send fewer points, or NDJSON")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(f"the body is not JSON: {error}", "") from None
    if not isinstance(document, dict) or document.keys() != {"points"} or not isinstance(document["points"], list):
        raise InputError('the body must be {"points": [...]}, with a list of points and nothing else', "points")
    points = document["points"]
    if len(points) > MAX_JSON_POINTS:
        raise too_large(f"{len(points):,} points are more than {MAX_JSON_POINTS:,}: send fewer, or NDJSON")
    yield batch_of(points, lookup)


def write_json(answered: Iterable[Answers], lookup: Lookup) -> Iterator[bytes]:
    """Write ``{"answers": [{"unit_code": ...}, ...]}``, in the order of the points."""
    before = b'{"answers":['
    for each in answered:
        rows = orjson.dumps(_rows(each, lookup))[1:-1]
        if rows:
            yield before + rows
            before = b","
    yield b"]}" if before == b"," else before + b"]}"


def read_lines(chunks: Iterable[bytes], lookup: Lookup) -> Iterator[Batch]:
    """Read one point a line, as the lines come; a line that can't be read is told in its place."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if max(map(len, (*lines, rest))) > MAX_LINE_BYTES:
            raise too_large(f"a line is longer than {MAX_LINE_BYTES:,} bytes: end each point with a newline")
        if lines:
            yield batch_of([_line(line) for line in lines], lookup)
    if rest:
        yield batch_of([_line(rest)], lookup)


def write_lines(answered: Iterable[Answers], lookup: Lookup) -> Iterator[bytes]:
    """Write one answer a line; what ends the request after the first answers is told in a last line."""
    begun = False
    try:
        for each in answered:
            begun = True
            yield b"\n".join([*map(orjson.dumps, _rows(each, lookup)), b""])
    except (HTTPException, HienTruongError) as error:
        if not begun:
            raise
        yield orjson.dumps({"how": "invalid", "problem": problem_of(error)}, option=orjson.OPT_APPEND_NEWLINE)


def batch_of(points: list[Any], lookup: Lookup) -> Batch:
    """Make a batch of values that JSON gave; what is no point, or has members that no point has, is unreadable."""
    unreadable: dict[int, InputError] = {}
    if set(map(type, points)) != {dict} or not set().union(*points) <= _NAMES:
        points = [_checked(point, row, unreadable) for row, point in enumerate(points)]
    at, category = (_texts(points, name, unreadable) for name in ("at", "category"))
    return Batch(
        lon=_numbers(points, "lon", unreadable),
        lat=_numbers(points, "lat", unreadable),
        at=None if at is None else read_days(pa.array(at, pa.string()), lookup.time_zone, unreadable),
        accuracy=_numbers(points, "accuracy", unreadable) if _any(points, "accuracy") else None,
        category=None if category is None else column(category),
        unreadable=unreadable,
    )


def _line(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return InputError(f"the line is not JSON: {error}", "")


def _checked(point: Any, row: int, unreadable: dict[int, InputError]) -> dict[str, Any]:
    if not isinstance(point, dict):
        wrong = point if isinstance(point, InputError) else InputError("a point is an object with lon and lat", "")
        unreadable[row] = wrong
        return _ABSENT
    if unknown := point.keys() - _NAMES:
        name = min(unknown)
        unreadable[row] = InputError(f"a point has no {name[:40]!r}: it has lon, lat, at, accuracy, category", name)
    return point


def _numbers(points: list[dict[str, Any]], name: str, unreadable: dict[int, InputError]) -> Floats:
    values = [point.get(name) for point in points]
    if not set(map(type, values)) <= {float, int, type(None)}:
        for row, value in enumerate(values):
            if type(value) not in (float, int, type(None)):
                unreadable.setdefault(row, InputError(f"{name} {value!r:.40} is not a number", name))
                values[row] = None
    return np.array(values, dtype=np.float64)


def _texts(points: list[dict[str, Any]], name: str, unreadable: dict[int, InputError]) -> list[str | None] | None:
    if not _any(points, name):
        return None
    values = [point.get(name) for point in points]
    for row, value in enumerate(values):
        if type(value) not in (str, type(None)):
            unreadable.setdefault(row, InputError(f"{name} {value!r:.40} is not a text", name))
            values[row] = None
    return values


def _any(points: list[dict[str, Any]], name: str) -> bool:
    return any(name in point for point in points)


def _rows(answers: Answers, lookup: Lookup) -> list[dict[str, Any]]:
    rows = answers.rows(lookup.fields)
    for row, error in answers.refusals():
        rows[row] = {"how": "invalid", "problem": problem_of(error)}
    return rows
