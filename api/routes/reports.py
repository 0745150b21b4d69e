"""Reports come in: located, ruled and dated, committed, and only then acknowledged."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.batch import MAX_BATCH_BYTES, take_batch
from api.body import JSON, NDJSON, media_type, parsed, read_body
from api.caller import Calling
from api.intake import take_report
from api.new_report import NewReport, duplicates_link, read_report
from api.service import Served
from geo.errors import InputError

router = APIRouter(prefix="/v1", tags=["reports"])
MAX_REPORT_BYTES = 64 * 1024
MAX_KEY = 200

IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=MAX_KEY, description="of one report (JSON); with a batch (NDJSON) it is a 422"),
]
_TAKES = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": NewReport.model_json_schema()},
            NDJSON: {
                "schema": {"type": "string", "description": "a report a line; one with an external_id is taken once"}
            },
        },
    }
}


@router.post("/reports", status_code=HTTPStatus.CREATED, openapi_extra=_TAKES)
async def post_reports(
    request: Request, service: Served, caller: Calling, idempotency_key: IdempotencyKey = None
) -> Response:
    """Take a report (JSON) or many (NDJSON). The same Idempotency-Key, or channel and external_id, answer the same.

    A batch has no Idempotency-Key: each of its reports is taken once by its own channel and external_id.
    """
    kind, traffic = media_type(request, (JSON, NDJSON)), request.app.state.traffic
    if kind == NDJSON and idempotency_key is not None:
        raise InputError("a batch has no Idempotency-Key: leave it out, and give each report an external_id")
    try:
        body = await read_body(request, MAX_REPORT_BYTES if kind == JSON else MAX_BATCH_BYTES)
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it, and nothing was taken
    if kind == NDJSON:
        batch = await run_in_threadpool(take_batch, service, body)
        traffic.took("ndjson", again=False, n=batch.new)
        traffic.took("ndjson", again=True, n=batch.again)
        return Response(batch.lines, media_type=NDJSON)
    report = read_report(parsed(body))
    answer = await run_in_threadpool(take_report, service, caller, report, body, idempotency_key)
    traffic.took("json", again=answer.repeated)
    headers = {"location": f"/v1/reports/{answer.id}", "link": duplicates_link(answer.id)}
    if answer.repeated:
        headers["idempotency-replayed"] = "true"
    return Response(answer.body, HTTPStatus.CREATED, headers, JSON)
