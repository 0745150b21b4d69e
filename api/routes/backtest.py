"""Which map would have foretold best, as HTTP tells it."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.backtest import backtest_words
from api.caller import Calling
from api.dropped import Dropping
from api.hotspot_answer import counter_for
from api.hotspot_formats import COLUMNS, json_bytes, respond
from api.hotspot_question import check_public_details
from api.public_counts import published
from api.routes.filters import Filters
from api.routes.geojson import generation_member
from api.service import WholeService
from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.period import whole_months
from geo.errors import InputError
from geo.hexagons.grids import grid_of
from geo.hotspots.foretelling import foretell
from geo.hotspots.question import Window
from geo.hotspots.views import counting
from geo.privacy.public_counting import hidden_words, public_counting

router = APIRouter(prefix="/v1", tags=["maps"])
_YEAR = dt.timedelta(days=365)


@router.get("/backtest", response_class=Response, responses={200: {"content": {COLUMNS: {}}}, 304: {}})
async def backtest(
    request: Request,
    service: WholeService,
    caller: Calling,
    asked: Filters,
    train: Annotated[int, Query(ge=1, le=24, description="how many months each map is made of")] = 6,
) -> Response:
    """Compare maps of some months by where the next month's reports came from: PAI and PEI, whole months that are over.

    Without dates: a year.

    Without a key the maps are made of, and judged by, what everybody may see.
    """
    if asked.resolution > CUBE_RESOLUTION:
        raise InputError(f"a backtest has the resolutions 5 to {CUBE_RESOLUTION}, not {asked.resolution}", "res")
    first, last = asked.period
    if first is None:
        asked = replace(asked, period=((last or service.dispatch.jurisdiction.territory.today()) - _YEAR, last))
    public, jurisdiction = not caller.sees_small_counts, service.dispatch.jurisdiction
    if public:
        check_public_details(asked)
    asked_window = asked.question(service.dispatch, public=public).window
    period = whole_months(asked_window.first, asked_window.last, jurisdiction.territory.today())
    window = Window(*period, asked_window.categories)
    layer, query = jurisdiction.layer_at(window.last), asked.query(window)
    table = await published(service) if public else None
    dropping = Dropping(request)
    count = public_counting(table, query) if table else counting(await counter_for(service, asked, dropping), query)

    def answer() -> Response:
        srid = jurisdiction.territory.metric_srid
        found = foretell(grid_of(layer, asked.resolution), count, window, train, srid)
        facts: dict[str, Any] = backtest_words(found, window, asked.resolution, train) | {
            "only": asked.only_words,
            "generation": generation_member(layer),
            "hidden": None if table is None else hidden_words(table.counts(query), asked.resolution),
        }
        body = json_bytes(facts)
        return respond(request, COLUMNS, (body,), lambda: body)

    return await dropping.run(run_in_threadpool(answer))
