"""Reports over time: by day for officials, by month for everybody."""

import datetime as dt
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bbox import bbox_of
from api.caller import Calling
from api.dropped import Dropping
from api.hotspot_answer import counter_for
from api.hotspot_formats import COLUMNS, json_bytes, respond
from api.hotspot_question import check_public_details
from api.public_counts import published
from api.routes.filters import BoundariesAt, Filters, UnitCode, ward_at
from api.routes.geojson import Bbox, generation_member
from api.service import WholeService
from geo.counting.cube import Query
from geo.counting.period import months_of
from geo.hexagons.boxes import Box, cells_in
from geo.hotspots.views import Counter
from geo.privacy.public_counting import fine, hidden_words
from geo.privacy.published import Published

router = APIRouter(prefix="/v1", tags=["maps"])
_DAY = dt.timedelta(days=1)


@router.get("/series", response_class=Response, responses={200: {"content": {COLUMNS: {}}}, 304: {}})
async def series(
    request: Request,
    service: WholeService,
    caller: Calling,
    asked: Filters,
    unit: UnitCode = None,
    boundaries_at: BoundariesAt = None,
    bbox: Bbox = None,
) -> Response:
    """Count reports by day, of the city, of a ward, or of the cells of `res` that meet a box.

    Without a key by whole month, of what everybody may see; null stands for none or fewer than five people's.
    """
    box, public = bbox_of(bbox), not caller.sees_small_counts
    window = asked.question(service.dispatch, public=public).window
    layer, ward = ward_at(service.dispatch.jurisdiction, window, unit, boundaries_at)
    query = asked.query(window, **ward)
    if public:
        check_public_details(asked, unit)
    table = await published(service) if public else None
    dropping = Dropping(request)
    counter = await counter_for(service, asked, dropping, box)

    def answer() -> Response:
        steps = _days(counter, query, box) if table is None else _months(table, query, box)
        facts = {
            "by": "day" if table is None else "month",
            "period": {"from": window.first, "to": window.last},
            "categories": window.categories,
            "only": asked.only_words,
            "unit": unit,
            "n": sum(step["count"] or 0 for step in steps),
            "series": steps,
            "generation": generation_member(layer),
            "hidden": None if table is None else hidden_words(table.counts(query), query.resolution),
        }
        body = json_bytes(facts)
        return respond(request, COLUMNS, (body,), lambda: body)

    return await dropping.run(run_in_threadpool(answer))


def _days(counter: Counter, query: Query, box: Box | None) -> list[dict[str, Any]]:
    cells = None
    if box is not None:
        known = counter.counts(query).cell
        cells = known[cells_in(known, box)]
    counts = counter.daily(query, cells).tolist()
    days = (query.first + number * _DAY for number in range(len(counts)))
    return [{"from": day, "to": day, "count": count} for day, count in zip(days, counts, strict=True)]


def _months(table: Published, query: Query, box: Box | None) -> list[dict[str, Any]]:
    cells = None
    if box is not None:
        counts = table.counts(query)
        known = counts.cell[fine(counts, query.resolution)]
        cells = known[cells_in(known, box)]
    by_month = dict(zip(*table.monthly(query, cells), strict=True))
    return [
        {"from": begin, "to": end, "count": int(by_month.get(begin, 0)) or None}
        for begin, end in months_of(query.first, query.last)
    ]
