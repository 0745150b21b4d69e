"""One unit on a day: its shape, what it is part of, its neighbours, and how it came and went."""

from typing import Any

import numpy as np
import orjson
import shapely
from fastapi import APIRouter, Request, Response

from api.etag import negotiated, tagged
from api.routes.geojson import MEDIA_TYPE
from api.routes.units import Day, Level, Tolerance
from api.service import Service, WholeService
from api.shapes import features, shapes_of, succession
from boundaries.neighbours import shared_borders
from geo.errors import NotFoundError
from geo.store.boundaries import list_generations, period_words
from geo.store.units import (
    Appearance,
    UnitShapes,
    generation_in_force,
    read_ancestors,
    read_appearances,
)
from geo.units.alike import closest_units
from geo.units.territory import Generation

router = APIRouter(prefix="/v1", tags=["boundaries"])
_DECIMALS = 6  # 0.1 m


@router.head("/units/{code}", include_in_schema=False)
@router.get("/units/{code}", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}, 304: {}, 404: {}})
def unit(
    request: Request, service: WholeService, code: str, level: Level = "ward", at: Day = None, tolerance: Tolerance = 0
) -> Response:
    """Give a unit as a GeoJSON feature, with its history and its neighbours.

    A code can be another unit's at another time: `at` says whose is meant.
    """
    media_type = negotiated(request, (MEDIA_TYPE, "application/json"))
    territory = service.dispatch.jurisdiction.territory
    day = at or territory.today()
    generation = service.ask(lambda connection: generation_in_force(connection, territory.id, level, day))
    shapes = shapes_of(service, generation.id)
    appearances = service.ask(lambda connection: read_appearances(connection, territory.id, level, code))
    number = shapes.number_of(code)
    if number is None:
        raise NotFoundError(f"no {level} {code!r} on {day}: {_advice(shapes, appearances, code)}")
    found = shapes.units[number]
    others = service.ask(lambda connection: list_generations(connection, territory.id, level))
    ancestors = service.ask(lambda connection: read_ancestors(connection, found.id, generation.id, day))

    def body() -> bytes:
        [feature] = features(service, generation, tolerance, np.array([number]))
        feature["bbox"] = shapely.bounds(shapes.polygons[number]).tolist()
        feature["properties"] |= {
            "centre": _centre(shapes.polygons[number]),
            "ancestors": [each.words for each in ancestors],
            "history": [_history_words(each) for each in appearances if each.unit.id == found.id],
            "neighbours": _neighbours(shapes, number),
            "predecessors": _predecessors(service, others, generation, code),
            "successors": _successors(service, others, generation, code),
        }
        return orjson.dumps(feature)

    known = [(each.id, each.state) for each in others]
    return tagged(request, media_type, ("unit", code, generation.id, known, ancestors, appearances, tolerance), body)


def _advice(shapes: UnitShapes, appearances: list[Appearance], code: str) -> str:
    """Say when the code was in force, or which codes and names are like it."""
    if appearances:
        periods = (
            f"{each.unit.name} {period_words(each.generation.valid_from, each.generation.valid_to)}"
            for each in appearances
        )
        return f"the code was that of {', '.join(dict.fromkeys(periods))}: give a date of then as at"
    close = closest_units(shapes.units, code)
    if not close:
        return "see /v1/units for the codes that there are"
    return f"the closest are {', '.join(f'{each.code} {each.name}' for each in close)}"


def _centre(polygon: Any) -> list[float]:
    """Find a point that is inside, as a centroid need not be: lon, lat."""
    point = shapely.point_on_surface(polygon)
    return [round(point.x, _DECIMALS), round(point.y, _DECIMALS)]


def _history_words(appearance: Appearance) -> dict[str, Any]:
    generation = appearance.generation
    return {
        "generation": generation.id,
        "valid_from": generation.valid_from,
        "valid_to": generation.valid_to,
        "state": generation.state,
        "schematic": generation.schematic,
        "area_m2": round(appearance.area_m2, 1),
    }


def _neighbours(shapes: UnitShapes, number: int) -> list[dict[str, Any]]:
    neighbour, metres = shared_borders(shapes.polygons, number)
    return [
        shapes.units[other].words | {"border_m": round(length, 1)}
        for other, length in zip(neighbour.tolist(), metres.tolist(), strict=True)
    ]


def _predecessors(
    service: Service, others: list[Generation], generation: Generation, code: str
) -> list[dict[str, Any]]:
    """Say from which units of the generation before the unit got its land."""
    before = [each for each in others if each.state == "active" and each.valid_from < generation.valid_from]
    rows = succession(service, before[-1].id, generation.id).rows if before else ()
    return [_transfer_words(row, "old") for row in rows if row["new_code"] == code and row["extent"] != "noise"]


def _successors(service: Service, others: list[Generation], generation: Generation, code: str) -> list[dict[str, Any]]:
    """Say to which units of the generation after the unit's land goes."""
    after = [each for each in others if each.state == "active" and each.valid_from > generation.valid_from]
    rows = succession(service, generation.id, after[0].id).rows if after else ()
    return [_transfer_words(row, "new") for row in rows if row["old_code"] == code and row["extent"] != "noise"]


def _transfer_words(row: dict[str, Any], side: str) -> dict[str, Any]:
    return {
        "code": row[f"{side}_code"],
        "name": row[f"{side}_name"],
        "extent": row["extent"],
        "area_m2": round(row["area_m2"], 1),
        "share_of_old": round(row["share_of_old"], 6),
        "share_of_new": round(row["share_of_new"], 6),
    }
