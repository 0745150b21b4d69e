"""Units of a level with their shapes on a day."""

import datetime as dt
from typing import Annotated, Any, Literal

import numpy as np
import orjson
import shapely
from fastapi import APIRouter, Query, Request, Response

from api.bbox import bbox_of
from api.etag import negotiated, tagged
from api.routes.geojson import MEDIA_TYPE, Bbox, generation_words
from api.service import WholeService
from api.shapes import features, shapes_of
from geo.store.units import generation_in_force

router = APIRouter(prefix="/v1", tags=["boundaries"])

Level = Annotated[
    Literal["ward", "district", "city", "area"], Query(description="areas are named places such as parks")
]
Day = Annotated[dt.date | None, Query(description="local date; today if left out", examples=["2026-01-05"])]
Tolerance = Annotated[
    float,
    Query(
        ge=0, le=5000, allow_inf_nan=False, description="metres by which shapes are simplified; 0 gives every vertex"
    ),
]


@router.head("/units", include_in_schema=False)
@router.get("/units", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}, 304: {}})
def units(
    request: Request,
    service: WholeService,
    level: Level = "ward",
    at: Day = None,
    tolerance: Tolerance = 0,
    bbox: Bbox = None,
) -> Response:
    """Give the units of a day as GeoJSON. However they are simplified, neighbours keep one border."""
    media_type = negotiated(request, (MEDIA_TYPE, "application/json"))
    territory, box = service.dispatch.jurisdiction.territory, bbox_of(bbox)
    day = at or territory.today()
    generation = service.ask(lambda connection: generation_in_force(connection, territory.id, level, day))

    def body() -> bytes:
        polygons = shapes_of(service, generation.id).polygons
        shown = np.arange(len(polygons)) if box is None else np.flatnonzero(_meet(polygons, box))
        collection = {
            "type": "FeatureCollection",
            "generation": generation_words(generation),
            "features": features(service, generation, tolerance, shown),
        }
        return orjson.dumps(collection)

    return tagged(request, media_type, ("units", generation.id, generation.state, tolerance, box), body)


def _meet(polygons: Any, box: tuple[float, float, float, float]) -> Any:
    return shapely.intersects(polygons, shapely.box(*box))
