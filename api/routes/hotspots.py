"""Where it keeps happening, and whether that is chance, as HTTP tells it."""

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.caller import Calling
from api.hotspot_answer import ARROW, COLUMNS, CSV, answered, media_type_of
from api.hotspot_question import Asked
from api.routes.geojson import MEDIA_TYPE as GEOJSON
from api.routes.geojson import Bbox
from api.service import WholeService
from geo.cube import COARSEST
from geo.cube_axes import CUBE_RESOLUTION
from geo.hotspots import Measure, Method, View

router = APIRouter(prefix="/v1", tags=["maps"])

Categories = Annotated[
    list[str] | None, Query(description="may be repeated; all categories if left out", examples=[["waste"]])
]
First = Annotated[dt.date | None, Query(alias="from", description="first local day")]
Last = Annotated[dt.date | None, Query(alias="to", description="last local day, included")]
Resolution = Annotated[int, Query(ge=COARSEST, le=CUBE_RESOLUTION, description="H3 resolution")]
Format = Annotated[
    Literal["geojson", "json", "arrow", "csv"] | None, Query(description="stronger than the Accept header")
]
Statuses = Annotated[
    list[Literal["waiting", "in_progress", "resolved", "rejected"]] | None,
    Query(description="as it is now; may be repeated"),
]
UnitCode = Annotated[str | None, Query(description="code of a ward: cells that touch it, judged by the whole city")]
EveryCell = Annotated[bool, Query(description="cells without a report or finding, too")]


@router.get(
    "/hotspots",
    response_class=Response,
    responses={200: {"content": {GEOJSON: {}, COLUMNS: {}, ARROW: {}, CSV: {}}}, 304: {}},
)
async def hotspots(
    request: Request,
    service: WholeService,
    caller: Calling,
    category: Categories = None,
    first: First = None,
    last: Last = None,
    view: View = "hotspots",
    measure: Measure = "count",
    method: Annotated[Method, Query(description="what chance would give; auto says which")] = "auto",
    k: Annotated[int, Query(description="rings of neighbours, 1 to 10")] = 1,
    alpha: Annotated[float, Query(description="false discovery rate, up to 0.1")] = 0.05,
    step: Annotated[int | None, Query(description="days of a step of the view emerging")] = None,
    compare_from: Annotated[dt.date | None, Query(description="of the view change; as many days before")] = None,
    compare_to: dt.date | None = None,
    res: Resolution = 8,
    status: Statuses = None,
    duplicates: Annotated[bool, Query(description="count reports, too, that were merged into others")] = True,
    unit: UnitCode = None,
    bbox: Bbox = None,
    every_cell: EveryCell = False,
    format: Format = None,
) -> Response:
    """Find where reports concentrate more than chance would give, how that came about, or what changed.

    Without a key: whole months that are over, without cells of few people, as counts or hot spots.
    """
    media_type = media_type_of(request, format)
    asked = Asked(
        categories=tuple(category) if category else None,
        period=(first, last),
        compare=(compare_from, compare_to),
        resolution=res,
        options={"view": view, "measure": measure, "method": method, "k": k, "alpha": alpha, "step_days": step},
        statuses=tuple(status) if status else None,
        duplicates=duplicates,
    )
    return await answered(request, service, caller, asked, media_type, (unit, bbox), every_cell=every_cell)
