"""Counts of reports by H3 cell, as GeoJSON."""

import datetime as dt
from typing import Annotated

import orjson
import shapely
from fastapi import APIRouter, Query, Response

from api.period import period_of
from api.routes.geojson import MEDIA_TYPE, Bbox, bbox_of, generation_member
from api.service import WholeService
from geo.cells import cell_names, cell_polygons
from geo.cube import Query as Window
from geo.cube_axes import CUBE_RESOLUTION
from geo.store.counts import count_cells

router = APIRouter(prefix="/v1", tags=["maps"])
_COARSEST, _FINEST = 5, 10
_DECIMALS = 6  # 0.1 m


@router.get("/hexes", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
async def hexes(
    service: WholeService,
    category: Annotated[str | None, Query(description="all categories if left out", examples=["waste"])] = None,
    first: Annotated[dt.date | None, Query(alias="from", description="first local day")] = None,
    last: Annotated[dt.date | None, Query(alias="to", description="last local day, included")] = None,
    res: Annotated[int, Query(ge=_COARSEST, le=_FINEST, description="H3 resolution")] = 8,
    bbox: Bbox = None,
) -> Response:
    """Count reports by cell. Without dates: the last 30 days. ``n`` counts the reports of the cells that are given."""
    territory = service.dispatch.jurisdiction.territory
    first, last = period_of(territory, first, last)
    if category is not None:
        service.dispatch.category(category)
    if res > CUBE_RESOLUTION:
        counts = await service.ask_aside(lambda c: count_cells(c, territory, res, first, last, category))
    else:
        categories = None if category is None else (category,)
        counts = (await service.cube()).counts(Window(first, last, res, categories))
    polygons = cell_polygons(counts.cell)
    if (box := bbox_of(bbox)) is not None:
        shown = shapely.intersects(polygons, shapely.box(*box))
        counts, polygons = counts.take(shown), polygons[shown]
    shapes = shapely.to_geojson(shapely.transform(polygons, lambda corners: corners.round(_DECIMALS)))
    features = [
        {"type": "Feature", "id": name, "geometry": orjson.Fragment(shape), "properties": {"count": count}}
        for name, shape, count in zip(cell_names(counts.cell).tolist(), shapes, counts.count.tolist(), strict=True)
    ]
    body = {
        "type": "FeatureCollection",
        "period": {"from": first, "to": last},
        "category": category,
        "resolution": res,
        "n": counts.n,
        "synthetic": int(counts.synthetic.sum()),
        "generation": generation_member(service.dispatch.jurisdiction.layer_at(last)),
        "features": features,
    }
    return Response(orjson.dumps(body), media_type=MEDIA_TYPE)


@router.get("/categories")
async def categories(service: WholeService) -> list[dict[str, str]]:
    """List what a report may be about."""
    return [{"code": c.code, "name": c.name, "name_en": c.name_en} for c in service.dispatch.categories]


@router.get("/extent")
async def extent(service: WholeService) -> dict[str, object]:
    """Say where the territory lies and from when to when there are reports."""
    jurisdiction = service.dispatch.jurisdiction
    territory = jurisdiction.territory
    first, last = (await service.cube()).days or (None, None)
    names = {"id": territory.id, "name": territory.name, "name_en": territory.name_en, "time_zone": territory.time_zone}
    return {"bbox": jurisdiction.extent, "territory": names, "first_report": first, "last_report": last}
