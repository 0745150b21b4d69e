"""Where it keeps happening, and whether that is chance, as HTTP tells it."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.caller import Calling
from api.hotspot_answer import Shape, answered
from api.hotspot_formats import FORMATS, type_of
from api.hotspot_part import Part
from api.residents import KnownResidents
from api.routes.filters import BoundariesAt, Filters
from api.routes.geojson import Bbox
from api.service import WholeService
from geo.hotspots.question import Measure, Method, View
from maps.drawing import Size
from maps.words import Language

router = APIRouter(prefix="/v1", tags=["maps"])

UnitCode = Annotated[str | None, Query(description="code of a ward: cells that touch it, judged by the whole city")]
AnyFormat = Annotated[
    Literal["geojson", "json", "arrow", "csv", "parquet", "png", "html"] | None,
    Query(description="stronger than the Accept header; pictures and maps by name only"),
]
EveryCell = Annotated[bool, Query(description="cells without a report or finding, too")]


@router.get(
    "/hotspots",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in FORMATS.values()}}, 304: {}},
)
async def hotspots(
    request: Request,
    service: WholeService,
    residents: KnownResidents,
    caller: Calling,
    asked: Filters,
    view: View = "hotspots",
    measure: Measure = "count",
    method: Annotated[Method, Query(description="what chance would give; auto says which; rates take auto")] = "auto",
    k: Annotated[int, Query(description="rings of neighbours, 1 to 10")] = 1,
    alpha: Annotated[float, Query(description="false discovery rate, up to 0.1")] = 0.05,
    step: Annotated[int | None, Query(description="days of a step of the view emerging")] = None,
    compare_from: Annotated[dt.date | None, Query(description="of the view change; as many days before")] = None,
    compare_to: dt.date | None = None,
    unit: UnitCode = None,
    boundaries_at: BoundariesAt = None,
    bbox: Bbox = None,
    every_cell: EveryCell = False,
    format: AnyFormat = None,
    lang: Annotated[Language, Query(description="of a map")] = "vi",
    size: Annotated[Size, Query(description="of a picture")] = "slide",
) -> Response:
    """Find where reports concentrate more than chance would give, how that came about, or what changed.

    Without a key: whole months that are over, without cells of few people, as counts or hot spots.
    """
    media_type = type_of(request, format)
    asked = replace(
        asked,
        compare=(compare_from, compare_to),
        options={"view": view, "measure": measure, "method": method, "k": k, "alpha": alpha, "step_days": step},
    )
    shape = Shape(media_type, Part(unit, bbox, every_cell, boundaries_at), lang, size)
    return await answered(request, service, residents, caller, asked, shape)
