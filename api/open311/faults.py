"""What is wrong with a request: all of it at once, as Open311 tells errors."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.open311.formats import Format, rendered
from api.problems import RETRY_AFTER_S, words_of
from geo.errors import ForbiddenError, HienTruongError, InFlightError, NotFoundError, SetupError

_log = logging.getLogger(__name__)
_STATUS: dict[type[HienTruongError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    InFlightError: HTTPStatus.CONFLICT,
    HienTruongError: HTTPStatus.BAD_REQUEST,
}
_OWN_STATUS = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


class Fault(NamedTuple):
    """One thing that is wrong: a status code, and what to do."""

    code: int
    description: str


class FaultsError(Exception):
    """A request that can't be answered, and all the reasons.

    Parameters
    ----------
    faults : sequence of Fault
        At least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.description for fault in faults))
        self.faults = tuple(faults)


def answer_with_faults(app: FastAPI) -> None:
    """Let every error of an application leave as Open311's ``errors``."""

    @app.exception_handler(FaultsError)
    async def several(request: Request, error: FaultsError) -> Response:
        return _refusal(request, error.faults)

    @app.exception_handler(HienTruongError)
    async def ours(request: Request, error: HienTruongError) -> Response:
        if isinstance(error, SetupError):
            _log.error("%s %s: %s", request.method, request.url.path, error)
            words = "the database does not answer at the moment: try again in a few seconds"
            refusal = _refusal(request, [Fault(HTTPStatus.SERVICE_UNAVAILABLE, words)])
            refusal.headers["retry-after"] = RETRY_AFTER_S
            return refusal
        status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
        refusal = _refusal(request, [Fault(status, str(error))])
        if isinstance(error, InFlightError):
            refusal.headers["retry-after"] = "1"
        return refusal

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        return _refusal(request, [Fault(HTTPStatus.BAD_REQUEST, words_of(error)["detail"])])

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        code = error.status_code if error.status_code in _OWN_STATUS else HTTPStatus.BAD_REQUEST
        words = f"nothing at {request.url.path}" if code == HTTPStatus.NOT_FOUND else str(error.detail)
        return _refusal(request, [Fault(code, words)])

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        _log.exception("%s %s", request.method, request.url.path, exc_info=error)
        words = "something went wrong here; it is in the service's log"
        return _refusal(request, [Fault(HTTPStatus.INTERNAL_SERVER_ERROR, words)])


def _refusal(request: Request, faults: Sequence[Fault]) -> Response:
    """Answer in the format that was asked for, XML if none; several kinds of errors together are a 400."""
    format: Format = "json" if request.url.path.endswith(".json") else "xml"
    codes = {int(fault.code) for fault in faults}
    status = codes.pop() if len(codes) == 1 else HTTPStatus.BAD_REQUEST
    told = [{"code": int(fault.code), "description": fault.description} for fault in faults]
    return rendered("errors", told, format, status)
