"""Counts of reports by H3 cell."""

import datetime as dt
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
import shapely
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.caller import Calling, require
from api.hotspot_answer import FORMATS, media_type_of, respond, unit_number
from api.hotspot_question import Asked
from api.public_counts import hidden_words, published, told
from api.routes.geojson import Bbox, bbox_of, generation_member
from api.routes.hotspots import Categories, First, Format, Last, Resolution, Statuses
from api.service import WholeService
from geo.access import SEES_SMALL_COUNTS
from geo.cells import cell_names, cell_polygons
from geo.columns import Integers
from geo.cube import Cube
from geo.cube import Query as CubeQuery
from geo.errors import InputError
from geo.period import months_of

router = APIRouter(prefix="/v1", tags=["maps"])


@router.get(
    "/hexes", response_class=Response, responses={200: {"content": {kind: {} for kind in FORMATS.values()}}, 304: {}}
)
async def hexes(
    request: Request,
    service: WholeService,
    caller: Calling,
    category: Categories = None,
    first: First = None,
    last: Last = None,
    res: Resolution = 8,
    status: Statuses = None,
    duplicates: Annotated[bool, Query(description="count reports, too, that were merged into others")] = True,
    unit: Annotated[str | None, Query(description="code of a ward: its reports only, and their months")] = None,
    boundaries_at: Annotated[
        dt.date | None, Query(description="`unit` is a ward of this date; of the last day if left out")
    ] = None,
    measure: Annotated[Literal["count", "reporters"], Query(description="reports, or people who reported")] = "count",
    bbox: Bbox = None,
    format: Format = None,
) -> Response:
    """Count reports by cell. Without dates: the last 30 days. ``n`` counts the reports of the cells that are given.

    Without a key: whole months that are over; what few people reported is told of coarser cells, in ``hidden``.
    """
    media_type, box = media_type_of(request, format), bbox_of(bbox)
    asked = Asked(
        tuple(category) if category else None,
        (first, last),
        resolution=res,
        statuses=tuple(status) if status else None,
        duplicates=duplicates,
    )
    public = not caller.sees_small_counts
    window = asked.question(service.dispatch, public=public).window
    if boundaries_at is not None and unit is None:
        raise InputError("boundaries_at says what a unit is: give unit, too", "boundaries_at")
    layer = service.dispatch.jurisdiction.layer_at(boundaries_at or window.last)
    ward = (None, None) if unit is None else (layer.units[unit_number(layer, unit)].id, layer.generation.id)
    query = asked.query(window, *ward)
    facts: dict[str, Any] = {
        "period": {"from": window.first, "to": window.last},
        "category": category[0] if category and len(category) == 1 else None,
        "categories": window.categories,
        "measure": measure,
        "resolution": res,
        "generation": generation_member(layer),
    }
    if public:
        if measure == "reporters":
            require(caller, SEES_SMALL_COUNTS, "the measure reporters")
        counts = told(await published(service), query, window)
        fine = counts.cell >> 52 & 0b1111 == res
        columns = counts.cell[fine], counts.count[fine], counts.synthetic[fine]
        facts["hidden"] = hidden_words(counts, res)
    else:
        cube = await service.cube()
        counted = cube.counts(query) if measure == "count" else await run_in_threadpool(cube.reporters, query)
        columns, facts["hidden"] = (counted.cell, counted.count, counted.synthetic), None
        if unit is not None:
            facts["months"] = _by_month(cube, query)
    cell, count, synthetic = columns if box is None else _within(columns, box)
    facts |= {"n": int(count.sum()), "synthetic": int(synthetic.sum())}
    rows = pa.table({"cell": cell_names(cell).tolist(), "count": count}).cast(_ROWS)
    return respond(request, media_type, rows, facts)


_ROWS = pa.schema({"cell": pa.string(), "count": pa.int64()})


def _by_month(cube: Cube, query: CubeQuery) -> list[dict[str, Any]]:
    """Count the reports of a query by month."""
    months = months_of(query.first, query.last)
    _, counts = cube.steps(query, [begin for begin, _ in months] + [query.last + dt.timedelta(days=1)])
    return [
        {"from": begin, "to": end, "count": count}
        for (begin, end), count in zip(months, counts.sum(axis=0).tolist(), strict=True)
    ]


def _within(
    columns: tuple[Integers, Integers, Integers], box: tuple[float, float, float, float]
) -> tuple[Integers, ...]:
    """Pick the cells that meet a box."""
    meet = np.asarray(shapely.intersects(cell_polygons(columns[0]), shapely.box(*box)))
    return tuple(values[meet] for values in columns)


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
