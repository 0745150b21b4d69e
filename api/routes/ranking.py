"""Ward figures: who gets how many reports, and how they are dealt with, beside the city and the period before."""

import datetime as dt
from asyncio import gather
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.caller import Calling
from api.dropped import Dropping
from api.etag import negotiated
from api.new_report import as_json
from api.ranking_question import Asked, Days
from api.service import WholeService
from geo.access import Caller
from geo.columns import utc_now
from geo.counting.period import period_of
from geo.errors import ForbiddenError
from geo.units.territory import Territory
from geo.wards.ranking import Period, as_csv, public_period

router = APIRouter(prefix="/v1/wards", tags=["wards"])
_JSON, _CSV = "application/json", "text/csv"
_FORMATS = {"json": _JSON, "csv": _CSV}


@router.get("/ranking", response_class=Response, responses={200: {"content": {_JSON: {}, _CSV: {}}}})
async def ranking(
    request: Request,
    service: WholeService,
    caller: Calling,
    category: Annotated[str | None, Query(description="all categories if left out", examples=["waste"])] = None,
    first: Annotated[dt.date | None, Query(alias="from", description="first local day")] = None,
    last: Annotated[dt.date | None, Query(alias="to", description="last local day, included")] = None,
    boundaries_at: Annotated[dt.date | None, Query(description="wards of this date; today's if left out")] = None,
    sort: Annotated[str, Query(description="a figure; with a - the largest first")] = "-received",
    format: Annotated[Literal["json", "csv"] | None, Query(description="stronger than the Accept header")] = None,
) -> Response:
    """Compare the wards. Without dates: the last 30 days; for the public, whole months that are over."""
    media_type = _FORMATS[format] if format else negotiated(request, (_JSON, _CSV))
    dispatch, now = service.dispatch, utc_now()
    territory, public = dispatch.jurisdiction.territory, not caller.sees_small_counts
    asked = Asked(
        period=(public_period if public else period_of)(territory, first, last),
        boundaries_at=_boundaries_day(territory, caller, boundaries_at)
        if public
        else boundaries_at or territory.today(),
        category=category,
        public=public,
    )
    dropping = Dropping(request)

    async def count(days: Days) -> Period:
        held = await run_in_threadpool(asked.count_recent, service.recent, dispatch, now, days)
        if held is not None:
            return held
        # One after the other: a year of many reports takes seconds of a core, and much memory.
        async with service.one_from_rows:
            counting = partial(asked.count, dispatch=dispatch, now=now, days=days)
            return await service.ask_replica(dropping.cancellable(counting))

    found = asked.ranking(dispatch, *await dropping.run(gather(*map(count, asked.periods))))
    headers = {"cache-control": "no-store", "vary": "Accept"}
    body = as_csv(found, sort) if media_type == _CSV else as_json(asked.words(found, dispatch, now, sort))
    return Response(body, media_type=media_type, headers=headers)


def _boundaries_day(territory: Territory, caller: Caller, asked: dt.date | None) -> dt.date:
    """Let the public have the wards of today alone: two sets of wards could be subtracted from each other."""
    today = territory.today()
    if asked is not None and asked != today:
        raise ForbiddenError(f"{caller.role} may ask for the wards of today only: leave boundaries_at out")
    return today
