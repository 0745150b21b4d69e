"""Bodies of requests: of the kinds that are taken, and no longer than allowed."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

JSON = "application/json"
NDJSON = "application/x-ndjson"


def kind_of(headers: Headers) -> str:
    """Give the kind of a body, as its sender says; "" if nothing is said."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def media_type(request: Request, taken: Collection[str]) -> str:
    """Give the kind of a body; HTTPException 415 names those that are taken."""
    kind = kind_of(request.headers)
    if kind not in taken:
        said = request.headers.get("content-type", "")
        given = f"content-type {said!r:.60} is not taken" if said else "the request has no content-type"
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"{given}: send {' or '.join(taken)}",
            {"accept-post": ", ".join(taken)},
        )
    return kind


async def read_body(request: Request, limit: int) -> bytes:
    """Read a whole body; HTTPException 413 as soon as it is known to be longer than the limit."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def parsed(body: bytes) -> Any:
    """Read JSON; RequestValidationError if it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        found = {"type": "json_invalid", "loc": ("body", error.pos), "ctx": {"error": error.msg}, "msg": error.msg}
        raise RequestValidationError([found]) from None


def _too_large(limit: int) -> HTTPException:
    return HTTPException(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is longer than {limit:,} bytes: send less at once"
    )
