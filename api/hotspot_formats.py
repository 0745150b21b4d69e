"""The formats of answers about hot spots over HTTP, and the tag that says whether an answer changed."""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Final

import orjson
import pyarrow as pa
from fastapi import Request, Response

from api.etag import entity_tag, is_known, negotiated
from api.routes.geojson import MEDIA_TYPE as GEOJSON
from maps.exports import FACTS_KEY, Facts, to_arrow, to_columns, to_csv, to_geojson, to_parquet

COLUMNS, ARROW, CSV = "application/json", "application/vnd.apache.arrow.stream", "text/csv"
PARQUET = "application/vnd.apache.parquet"
PNG, HTML = "image/png", "text/html; charset=utf-8"
MAPS: Final[Mapping[str, str]] = {"png": PNG, "html": HTML}
TABLES: Final[Mapping[str, str]] = {"geojson": GEOJSON, "json": COLUMNS, "arrow": ARROW, "csv": CSV, "parquet": PARQUET}
FORMATS: Final[Mapping[str, str]] = {**TABLES, **MAPS}
WRITERS: Final[Mapping[str, Callable[[pa.Table, Facts], bytes]]] = {
    GEOJSON: to_geojson,
    COLUMNS: to_columns,
    ARROW: lambda rows, facts: to_arrow(rows.replace_schema_metadata({FACTS_KEY: json_bytes(facts)})),
    CSV: lambda rows, _: to_csv(rows),
    PARQUET: to_parquet,
}


def type_of(request: Request, format: str | None) -> str:
    """Choose the format: by its name, else that of a table by the Accept header."""
    return FORMATS[format] if format else negotiated(request, tuple(TABLES.values()))


def respond_table(request: Request, media_type: str, rows: pa.Table, facts: Facts, name: str) -> Response:
    """Answer with a table in one of the formats; `name` is that of a file of it, without a suffix."""
    content, write = content_of(rows, facts), lambda: WRITERS[media_type](rows, facts)
    if media_type == PARQUET:
        return respond_file(request, media_type, content, write, name)
    headers = {}
    if media_type == CSV:
        address = request.url.include_query_params(format="json")
        headers["link"] = f'<{address.path}?{address.query}>; rel="describedby"; type="{COLUMNS}"'
    return respond(request, media_type, content, write, headers)


def respond_file(
    request: Request, media_type: str, content: tuple[bytes, ...], body: Callable[[], bytes], name: str
) -> Response:
    """Answer with what is kept as a file; see `respond`."""
    suffix = next(format for format, kind in FORMATS.items() if kind == media_type)
    return respond(
        request, media_type, content, body, {"content-disposition": f'attachment; filename="{name}.{suffix}"'}
    )


def content_of(rows: pa.Table, facts: Facts) -> tuple[bytes, ...]:
    """Give all that an answer tells, whatever its format."""
    return json_bytes(facts), to_arrow(rows.replace_schema_metadata(None))


def respond(
    request: Request,
    media_type: str,
    content: tuple[bytes, ...],
    body: Callable[[], bytes],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer 304 to who has an answer of the same content, else write it.

    Parameters
    ----------
    request : Request
    media_type : str
    content : tuple of bytes
        All that the answer tells: its tag is made of that, and changes only with it.
    body : callable
        Writes the answer; only if it is needed.
    headers : mapping of str to str, optional
        Further ones.
    """
    digest = blake2b(digest_size=16)
    for part in content:
        digest.update(part)
    tag = entity_tag(media_type, digest.hexdigest())
    # Who has another key may be told other figures.
    told = {"etag": tag, "cache-control": "private, no-cache", "vary": "Accept, Authorization, X-API-Key"}
    told |= headers or {}
    if is_known(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=told)
    return Response(body(), media_type=media_type, headers=told)


def json_bytes(value: Any) -> bytes:
    """Write JSON."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
