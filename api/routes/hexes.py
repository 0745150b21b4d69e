"""Counts of reports by H3 cell."""

from typing import Annotated, Any, Literal, get_args

import numpy as np
import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bbox import bbox_of
from api.caller import Calling, require
from api.dropped import Dropping
from api.hotspot_answer import counter_for
from api.hotspot_formats import TABLES, respond_table, type_of
from api.hotspot_question import check_public_details
from api.public_counts import published
from api.residents import KnownResidents
from api.routes.filters import BoundariesAt, Filters, TableFormat, UnitCode, ward_at
from api.routes.geojson import Bbox, generation_member
from api.service import WholeService
from api.settings import ServiceSettings
from geo.access import SEES_SMALL_COUNTS
from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import Counts
from geo.counting.cube import Query as CubeQuery
from geo.counting.period import months_of
from geo.errors import InputError
from geo.hexagons.boxes import cells_in
from geo.hexagons.cells import cell_texts
from geo.hotspots.question import Measure
from geo.hotspots.views import Counter
from geo.privacy.public_counting import fine, hidden_words
from geo.store.settings import read_settings
from geo.vocabulary import CHANNELS, STATUSES

router = APIRouter(prefix="/v1", tags=["maps"])
_ROWS = pa.schema({"cell": pa.string(), "count": pa.int64()})


@router.get(
    "/hexes", response_class=Response, responses={200: {"content": {kind: {} for kind in TABLES.values()}}, 304: {}}
)
async def hexes(
    request: Request,
    service: WholeService,
    caller: Calling,
    asked: Filters,
    unit: UnitCode = None,
    boundaries_at: BoundariesAt = None,
    measure: Annotated[Literal["count", "reporters"], Query(description="reports, or people who reported")] = "count",
    bbox: Bbox = None,
    format: TableFormat = None,
) -> Response:
    """Count reports by cell. Without dates: the last 30 days. ``n`` counts the reports of the cells that are given.

    Without a key: whole months that are over; what few people reported is told of coarser cells, in ``hidden``.
    """
    media_type, box, public = type_of(request, format), bbox_of(bbox), not caller.sees_small_counts
    window = asked.question(service.dispatch, public=public).window
    layer, ward = ward_at(service.dispatch.jurisdiction, window, unit, boundaries_at)
    query = asked.query(window, **ward)
    if public:
        check_public_details(asked, unit)
        if measure == "reporters":
            require(caller, SEES_SMALL_COUNTS, "the measure reporters")
    if asked.resolution > CUBE_RESOLUTION and box is None and unit is None:
        raise InputError(
            f"cells finer than resolution {CUBE_RESOLUTION} are counted in a bbox or a unit: give one", "res"
        )
    table = await published(service) if public else None
    dropping = Dropping(request)
    counter = await counter_for(service, asked, dropping, box)

    def answer() -> Response:
        hidden, months = None, {}
        if table is None:
            counts = counter.counts(query) if measure == "count" else counter.reporters(query)
            if unit is not None:
                months = {"months": _by_month(counter, query)}
        else:
            told = table.counts(query)
            shown, hidden = fine(told, query.resolution), hidden_words(told, query.resolution)
            counts = Counts(told.cell[shown], told.count[shown], told.synthetic[shown])
        if box is not None:
            counts = counts.take(cells_in(counts.cell, box))
        facts = {
            "period": {"from": window.first, "to": window.last},
            "category": window.categories[0] if window.categories and len(window.categories) == 1 else None,
            "categories": window.categories,
            "only": asked.only_words,
            "unit": unit,
            "measure": measure,
            "resolution": asked.resolution,
            "generation": generation_member(layer),
            "hidden": hidden,
            "n": counts.n,
            "synthetic": int(counts.synthetic.sum()),
        }
        rows = pa.table({"cell": cell_texts(counts.cell), "count": counts.count}, _ROWS)
        return respond_table(request, media_type, rows, facts | months, f"hexes-{window.first}-{window.last}")

    return await dropping.run(run_in_threadpool(answer))


def _by_month(counter: Counter, query: CubeQuery) -> list[dict[str, Any]]:
    """Count the reports of a query by month."""
    months = months_of(query.first, query.last)
    starts = [(begin - query.first).days for begin, _ in months]
    counts = np.add.reduceat(counter.daily(query), starts).tolist()
    return [{"from": begin, "to": end, "count": count} for (begin, end), count in zip(months, counts, strict=True)]


@router.get("/categories")
async def categories(service: WholeService) -> list[dict[str, str]]:
    """List what a report may be about."""
    return [{"code": c.code, "name": c.name, "name_en": c.name_en} for c in service.dispatch.categories]


@router.get("/extent")
async def extent(service: WholeService, residents: KnownResidents, caller: Calling) -> dict[str, object]:
    """Say where the territory lies, from when to when there are reports, what they can be asked by, and on which map.

    ``measures`` are those that the caller may ask for; ``per_1000`` is there if the operator gave the residents.
    """
    jurisdiction = service.dispatch.jurisdiction
    territory = jurisdiction.territory
    first, last = (await service.cube()).days or (None, None)
    names = {"id": territory.id, "name": territory.name, "name_en": territory.name_en, "time_zone": territory.time_zone}
    left_out = set() if caller.sees_small_counts else {"reporters"}
    left_out |= {"per_1000"} if residents is None else set()
    settings = read_settings(ServiceSettings)
    return {
        "bbox": jurisdiction.extent,
        "territory": names,
        "first_report": first,
        "last_report": last,
        "measures": [measure for measure in get_args(Measure) if measure not in left_out],
        "boundaries": [generation_member(layer) for layer in jurisdiction.layers],
        "channels": CHANNELS,
        "statuses": STATUSES,
        "basemap": settings.basemap and {"url": settings.basemap, "credit": settings.basemap_credit},
    }
