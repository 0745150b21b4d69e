"""Reports come in: located, ruled and dated, committed, and only then acknowledged."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.batch import MAX_BATCH_BYTES, take_batch
from api.body import JSON, NDJSON, media_type, read_body
from api.new_report import NewReport
from api.one_report import MAX_KEY
from api.service import Served
from geo.errors import InputError

router = APIRouter(prefix="/v1", tags=["reports"])

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
async def post_reports(request: Request, service: Served, idempotency_key: IdempotencyKey = None) -> Response:
    """Take a report (JSON) or many (NDJSON). The same Idempotency-Key, or channel and external_id, answer the same.

    A batch has no Idempotency-Key: each of its reports is taken once by its own channel and external_id.
    """
    media_type(request, (JSON, NDJSON))  # JSON has been answered before: api.one_report
    if idempotency_key is not None:
        raise InputError("a batch has no Idempotency-Key: leave it out, and give each report an external_id")
    try:
        body = await read_body(request, MAX_BATCH_BYTES)
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it, and nothing was taken
    batch, traffic = await run_in_threadpool(take_batch, service, body), request.app.state.traffic
    traffic.took("ndjson", again=False, n=batch.new)
    traffic.took("ndjson", again=True, n=batch.again)
    return Response(batch.lines, media_type=NDJSON)
