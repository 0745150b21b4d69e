"""Reports come in: located, ruled and dated, committed, and only then acknowledged."""

from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

import numpy as np
from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.batch import MAX_BATCH_BYTES, take_batch
from api.body import JSON, NDJSON, media_type, parsed, read_body
from api.caller import Calling
from api.new_report import NewReport, acknowledgement, as_json, read_report, repeated_acknowledgement, submitted
from api.service import Served, Service
from geo.access import Caller
from geo.columns import utc_now
from geo.dispatch import Dispatch
from geo.errors import CoordinateError, InputError
from geo.intake import Admitted, admit
from geo.store.idempotency import Claim
from geo.store.report_intake import NoMonthError, add_report, make_month
from geo.store.report_reading import find_by_external_ids
from geo.store.session import Connection

router = APIRouter(prefix="/v1", tags=["reports"])
MAX_REPORT_BYTES = 64 * 1024
MAX_KEY = 200

IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=MAX_KEY)]
_TAKES = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": NewReport.model_json_schema()},
            NDJSON: {"schema": {"type": "string", "description": "one report a line"}},
        },
    }
}


class Answer(NamedTuple):
    """What a report was answered, now or when it was sent before."""

    body: bytes
    id: str
    repeated: bool


@router.post("/reports", status_code=HTTPStatus.CREATED, openapi_extra=_TAKES)
async def post_reports(
    request: Request, service: Served, caller: Calling, idempotency_key: IdempotencyKey = None
) -> Response:
    """Take a report (JSON) or many (NDJSON). The same Idempotency-Key, or channel and external_id, answer the same."""
    kind = media_type(request, (JSON, NDJSON))
    try:
        body = await read_body(request, MAX_REPORT_BYTES if kind == JSON else MAX_BATCH_BYTES)
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it, and nothing was taken
    if kind == NDJSON:
        lines = await run_in_threadpool(take_batch, service, body, idempotency_key is not None)
        return Response(lines, media_type=NDJSON)
    report = read_report(parsed(body))
    answer = await run_in_threadpool(_take, service, caller, report, body, idempotency_key)
    headers = {"location": f"/v1/reports/{answer.id}"}
    if answer.repeated:
        headers["idempotency-replayed"] = "true"
    return Response(answer.body, HTTPStatus.CREATED, headers, JSON)


def _take(service: Service, caller: Caller, report: NewReport, body: bytes, key: str | None) -> Answer:
    """Check a report and write it, or find what it repeats."""
    dispatch = service.dispatch
    admitted = _admit(dispatch, report)

    def write(connection: Connection) -> Answer:
        if key is None:
            return _write(connection, dispatch, admitted)
        claim = Claim(connection, caller.name, key, body)
        if (known := claim.answer()) is not None:
            return Answer(known.answer.encode(), str(known.report), True)
        answer = _write(connection, dispatch, admitted)
        claim.keep(answer.id, answer.body.decode())
        return answer

    ask = service.ask_at_once if key is None else service.ask
    try:
        return ask(write)
    except NoMonthError:
        service.ask(lambda connection: make_month(connection, admitted))
        return ask(write)


def _admit(dispatch: Dispatch, report: NewReport) -> Admitted:
    now = utc_now()
    admitted, _, problems = admit(submitted([report], now), dispatch, np.array([now]))
    for problem in problems:
        kind = CoordinateError if problem.field in ("lon", "lat") else InputError
        raise kind(problem.reason, problem.field)
    return admitted


def _write(connection: Connection, dispatch: Dispatch, admitted: Admitted) -> Answer:
    if add_report(connection, dispatch.jurisdiction.territory.id, admitted):
        told: dict[str, Any] = acknowledgement(dispatch, admitted, 0)
        return Answer(as_json(told), str(told["id"]), False)
    [stored] = find_by_external_ids(connection, [(admitted.channel[0], admitted.external_id[0])]).values()
    return Answer(as_json(repeated_acknowledgement(stored)), str(stored["id"]), True)
