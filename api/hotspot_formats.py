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
from maps.exports import Facts, to_arrow, to_columns, to_csv, to_geojson, to_parquet

COLUMNS, ARROW, CSV = "application/json", "application/vnd.apache.arrow.stream", "text/csv"
PARQUET = "application/vnd.apache.parquet"
TABLES: Final[Mapping[str, str]] = {"geojson": GEOJSON, "json": COLUMNS, "arrow": ARROW, "csv": CSV, "parquet": PARQUET}
WRITERS: Final[Mapping[str, Callable[[pa.Table, Facts], bytes]]] = {
    GEOJSON: to_geojson,
    COLUMNS: to_columns,
    ARROW: lambda rows, _: to_arrow(rows),
    CSV: lambda rows, _: to_csv(rows),
    PARQUET: to_parquet,
}


def table_type(request: Request, format: str | None) -> str:
    """Choose the format of a table: by its name, else by the Accept header."""
    return TABLES[format] if format else negotiated(request, tuple(TABLES.values()))


def respond_table(request: Request, media_type: str, rows: pa.Table, facts: Facts) -> Response:
    """Answer with a table in one of the formats."""
    headers = {}
    if media_type == CSV:
        address = request.url.include_query_params(format="json")
        headers["link"] = f'<{address.path}?{address.query}>; rel="describedby"; type="{COLUMNS}"'
    content = json_bytes(facts), to_arrow(rows.replace_schema_metadata(None))
    return respond(request, media_type, content, lambda: WRITERS[media_type](rows, facts), headers)


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
