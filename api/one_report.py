"""`POST /v1/reports` with one report, as ASGI: checked, located, ruled and dated, committed, only then acknowledged."""

from http import HTTPStatus
from types import SimpleNamespace

from fastapi import Request, Response
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from api.access import roles_for
from api.body import JSON, kind_of, parsed, read_body
from api.caller import require
from api.intake import take_new
from api.new_report import duplicates_link, read_report

REPORTS_PATH = "/v1/reports"
MAX_REPORT_BYTES = 64 * 1024
MAX_KEY = 200
_ROUTE = SimpleNamespace(path=REPORTS_PATH)
"""By which requests are counted."""


def is_one_report(scope: Scope) -> bool:
    """Tell whether a request is to bring one report; one with a key that can't be is refused by FastAPI."""
    if scope["path"] != REPORTS_PATH or scope["method"] != "POST":
        return False
    headers = Headers(scope=scope)
    return kind_of(headers) == JSON and 0 < len(headers.get("idempotency-key", "-")) <= MAX_KEY


async def one_report(scope: Scope, receive: Receive, send: Send) -> None:
    """Take a report. Errors leave as exceptions, for the application's handlers."""
    scope["route"] = _ROUTE
    require(scope["caller"], roles_for("POST", REPORTS_PATH), f"POST {REPORTS_PATH}")
    request = Request(scope, receive)
    try:
        body = await read_body(request, MAX_REPORT_BYTES)
    except ClientDisconnect:
        response = Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it, and nothing was taken
    else:
        state = request.app.state
        report = read_report(parsed(body))
        answer = await take_new(state.service, scope["caller"], report, body, request.headers.get("idempotency-key"))
        state.traffic.took("json", again=answer.repeated)
        headers = {"location": f"{REPORTS_PATH}/{answer.id}", "link": duplicates_link(answer.id)}
        if answer.repeated:
            headers["idempotency-replayed"] = "true"
        response = Response(answer.body, HTTPStatus.CREATED, headers, JSON)
    await response(scope, receive, send)
