"""Units with their shapes on a day, and the generations that there are."""

import datetime as dt
from functools import lru_cache
from typing import Annotated, Any, Literal

import orjson
import shapely
from fastapi import APIRouter, Query, Response

from api.routes.geojson import MEDIA_TYPE, Bbox, bbox_of, generation_member
from api.service import Served
from geo.jurisdiction import Layer
from geo.simplify import simplify_coverage
from geo.store.boundaries import list_generations

router = APIRouter(prefix="/v1", tags=["boundaries"])


@router.get("/units", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
def units(
    service: Served,
    level: Annotated[Literal["ward"], Query(description="wards and communes")] = "ward",  # noqa: ARG001 (its type refuses others)
    at: Annotated[dt.date | None, Query(description="local date; today if left out")] = None,
    tolerance: Annotated[float, Query(ge=0, le=5000, description="metres; 0 gives every vertex")] = 0,
    bbox: Bbox = None,
) -> Response:
    """Give the units of a day as GeoJSON."""
    territory = service.dispatch.jurisdiction.territory
    layer = service.dispatch.jurisdiction.layer_at(at or territory.today())
    box = bbox_of(bbox)
    shapes = _shapes(layer, tolerance, territory.metric_srid)
    features = [
        {
            "type": "Feature",
            "id": unit.code,
            "properties": unit.words | {"schematic": layer.generation.schematic},
            "geometry": orjson.Fragment(shape),
        }
        for unit, shape, polygon in zip(layer.units, shapes, layer.locator.polygons, strict=True)
        if box is None or shapely.intersects(polygon, shapely.box(*box))
    ]
    body = {"type": "FeatureCollection", "generation": generation_member(layer), "features": features}
    return Response(orjson.dumps(body), media_type=MEDIA_TYPE)


@lru_cache(maxsize=16)
def _shapes(layer: Layer, tolerance_m: float, metric_srid: int) -> tuple[str, ...]:
    """Write each unit's shape as GeoJSON, oriented as RFC 7946 wants it."""
    polygons = layer.locator.polygons
    if tolerance_m > 0:
        polygons = simplify_coverage(polygons, tolerance_m, metric_srid)
    return tuple(shapely.to_geojson(shapely.orient_polygons(polygons)))


@router.get("/generations")
async def generations(service: Served) -> list[dict[str, Any]]:
    """List the sets of boundaries, also those that are no longer in force."""
    territory = service.dispatch.jurisdiction.territory.id
    found = await service.ask_aside(lambda connection: list_generations(connection, territory))
    hidden = {"loaded_by"}
    return [{name: value for name, value in vars(g).items() if name not in hidden} for g in found]
