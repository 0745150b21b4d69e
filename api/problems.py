"""Errors as RFC 9457 problem+json: one table from our errors to status codes, and never a driver's words."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from geo.errors import (
    ChangedError,
    FileError,
    ForbiddenError,
    HienTruongError,
    InFlightError,
    InputError,
    NotFoundError,
    RefusedError,
    SetupError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "2"
"""A database that was killed is back by then, as a rule."""

_STATUS: dict[type[HienTruongError], HTTPStatus] = {
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FileError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ChangedError: HTTPStatus.PRECONDITION_FAILED,
    RefusedError: HTTPStatus.CONFLICT,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    SetupError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_log = logging.getLogger(__name__)


def problem_of(error: HienTruongError | HTTPException) -> dict[str, Any]:
    """Give the members of a problem about one item of a body, where it stands among the answers."""
    if isinstance(error, HTTPException):
        return _members(error.status_code, str(error.detail))
    field = getattr(error, "field", None)
    return _members(_status_of(error), str(error)) | ({} if field is None else {"pointer": _pointer(field)})


def problem(status: int, detail: str, **more: Any) -> Response:
    """Make a response that says what was wrong.

    Parameters
    ----------
    status : int
        HTTP status.
    detail : str
        One line: what was wrong and what to do.
    **more
        Further members, as ``pointer`` (a JSON Pointer into the body) or ``parameter`` (of the query).
    """
    return Response(orjson.dumps(_members(status, detail) | more), status, media_type=MEDIA_TYPE)


def words_of(error: RequestValidationError) -> dict[str, Any]:
    """Say what is wrong with a value, as the members of a problem."""
    status, found = HTTPStatus.UNPROCESSABLE_ENTITY, error.errors()
    if found[0]["type"] == "json_invalid":
        words = f"the body is not JSON: {found[0]['ctx']['error']} at character {found[0]['loc'][1]}"
        return {"status": status, "detail": words, "pointer": "#"}
    problems = [{"detail": e["msg"], **_location(e["loc"])} for e in found]
    words = "; ".join(f"{'.'.join(map(str, e['loc'][1:])) or e['loc'][0]}: {e['msg']}" for e in found)
    return {"status": status, "detail": words, **_location(found[0]["loc"]), "errors": problems}


def answer_with_problems(app: FastAPI) -> None:
    """Let every error of an application leave as problem+json."""

    @app.exception_handler(HienTruongError)
    async def ours(request: Request, error: HienTruongError) -> Response:
        status = _status_of(error)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            _log.error("%s %s: %s", request.method, request.url.path, error)
            answer = problem(status, "the database does not answer at the moment: try again in a few seconds")
            answer.headers["retry-after"] = RETRY_AFTER_S
            return answer
        more: dict[str, Any] = {} if (allowed := getattr(error, "allowed", None)) is None else {"allowed": allowed}
        response = problem(status, str(error), **more, **_place(request, getattr(error, "field", None)))
        if isinstance(error, InFlightError):
            response.headers["retry-after"] = "1"
        return response

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        return problem(**words_of(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        words = {404: f"nothing at {request.url.path}", 405: f"{request.method} is not possible here"}
        response = problem(error.status_code, words.get(error.status_code, str(error.detail)))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        _log.exception("%s %s", request.method, request.url.path, exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here; it is in the service's log")


def _members(status: int, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status), "detail": detail}


def _status_of(error: HienTruongError) -> HTTPStatus:
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


def _place(request: Request, field: str | None) -> dict[str, str]:
    """Say where a field stands: in the query, or else in the body of a POST."""
    if field is None:
        return {}
    in_body = request.method == "POST" and field not in request.query_params
    return {"pointer": _pointer(field)} if in_body else {"parameter": field}


def _pointer(field: str) -> str:
    """Point to a member of a body; the field "" is the whole."""
    return f"#/{field}" if field else "#"


def _location(location: Sequence[int | str]) -> dict[str, str]:
    where, *path = location
    if where == "body":
        return {"pointer": "#" + "".join(f"/{step}" for step in path)}
    return {"parameter": str(path[0])} if path else {}
