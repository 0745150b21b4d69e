"""The change log for outside systems: in pages, by long poll, or as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from api.caller import Calling
from api.gate import REFUSED
from api.identity import Identities, UnknownCallerError
from api.new_report import as_json
from api.service import Served, Service
from geo.access import Caller
from geo.hexagons.cells import cell_names
from geo.store.changes import Changes, Cursor, Page, read_changes

router = APIRouter(prefix="/v1", tags=["changes"])
MAX_PAGE = 10_000
MAX_WAIT_S = 60
_STREAM = "text/event-stream"
_KEEP_ALIVE_S = 15.0
_HELD_BACK_S = 0.5
"""What waits for an older transaction is looked for again so soon: nobody announces that transaction's end."""


@router.get("/changes")
async def get_changes(
    request: Request,
    service: Served,
    caller: Calling,
    after: Annotated[str, Query(description="the `next` of an earlier answer; 0 is the beginning")] = "0",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1000,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S, description="seconds to wait for something new")] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Tell what happened to reports, in an order in which nothing is missed; nothing personal is in it."""
    if _STREAM in request.headers.get("accept", ""):
        start = Cursor.parse(after if last_event_id is None else last_event_id)
        return StreamingResponse(
            _stream(request, service, caller, start, limit), media_type=_STREAM, headers={"cache-control": "no-store"}
        )
    page = await _next_page(service, Cursor.parse(after), limit, wait)
    if wait and not await _is_still(request, caller):
        words = "the key or token was revoked or expired while this request waited"
        raise HTTPException(HTTPStatus.UNAUTHORIZED, words, {"www-authenticate": REFUSED})
    body = {
        "changes": _told(page.changes),
        "next": str(page.next),
        "horizon": str(page.horizon),
    }
    return Response(as_json(body), media_type="application/json", headers={"cache-control": "no-store"})


async def _next_page(service: Service, after: Cursor, limit: int, wait: float) -> Page:
    """Read a page; if there is nothing in it, wait for something new."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while True:
        ticket = service.waiters.ticket()
        page = await service.ask_aside(partial(read_changes, territory=service.territory, after=after, limit=limit))
        left = until - loop.time()
        if len(page.changes) or left <= 0:
            return page
        after = page.next
        await service.waiters.wait(ticket, min(left, _HELD_BACK_S) if page.held_back else left)


async def _is_still(request: Request, caller: Caller) -> bool:
    """Tell whether a key or token still opens what it opened when the request began."""
    identities: Identities = request.app.state.identities
    try:
        return await identities.of_headers(request.scope["headers"]) == caller
    except UnknownCallerError:
        return False


async def _stream(
    request: Request, service: Service, caller: Caller, after: Cursor, limit: int
) -> AsyncIterator[bytes]:
    """Tell changes as they happen, until the caller's key or token opens nothing any more."""
    # Something at once, so that a client knows it is connected.
    yield b"retry: 2000\n\n"
    while True:
        page = await _next_page(service, after, limit, _KEEP_ALIVE_S)
        if not await _is_still(request, caller):
            return
        after = page.next
        told = _told(page.changes)
        yield (
            b"".join(
                b"id: %s\nevent: change\ndata: %s\n\n" % (each["cursor"].encode(), orjson.dumps(each)) for each in told
            )
            or b": nothing new\n\n"
        )


def _told(changes: Changes) -> list[dict[str, Any]]:
    cells = cell_names(changes.cell).tolist() if len(changes) else []
    return [
        {
            "cursor": f"{changes.xact[i]}-{changes.event[i]}",
            "at": f"{changes.at[i]}Z",
            "kind": changes.kind[i],
            "report": str(changes.report[i]),
            "reported_at": f"{changes.reported_at[i]}Z",
            "category": changes.category[i],
            "cell": cells[i],
            "unit_code": changes.unit_code[i],
            "before": changes.before[i],
            "status": changes.status[i],
        }
        for i in range(len(changes))
    ]
