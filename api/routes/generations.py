"""The generations of boundaries: which there are, what the import gate said of each, and who became whom."""

import csv
import io
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.etag import negotiated, tagged
from api.service import Served, Service
from api.shapes import succession
from geo.errors import NotFoundError
from geo.store.boundaries import list_generations
from geo.store.checks import read_check_figures, read_checks
from geo.territory import Generation

router = APIRouter(prefix="/v1/generations", tags=["boundaries"])
_JSON, _CSV = "application/json", "text/csv"
_FORMATS = {"json": _JSON, "csv": _CSV}
_COLUMNS = ("old_code", "old_name", "new_code", "new_name", "area_m2", "share_of_old", "share_of_new", "extent")


@router.head("", include_in_schema=False)
@router.get("", response_class=Response, responses={200: {"content": {_JSON: {}}}, 304: {}})
def generations(request: Request, service: Served) -> Response:
    """List the sets of boundaries, also those no longer in force, each with the import gate's figures."""
    media_type = negotiated(request, (_JSON,))
    territory = service.dispatch.jurisdiction.territory.id
    found = _all(service)

    def body() -> bytes:
        figures = service.ask(lambda connection: read_check_figures(connection, territory))
        return orjson.dumps([_words(each) | {"checks": figures[each.id]} for each in found])

    return tagged(request, media_type, ("generations", found), body)


@router.head("/{id}", include_in_schema=False)
@router.get("/{id}", response_class=Response, responses={200: {"content": {_JSON: {}}}, 304: {}, 404: {}})
def generation(request: Request, service: Served, id: int) -> Response:
    """Give a set of boundaries with the import gate's whole report."""
    media_type = negotiated(request, (_JSON,))
    [found] = _require(service, id)

    def body() -> bytes:
        return orjson.dumps(_words(found) | {"checks": service.ask(lambda connection: read_checks(connection, id))})

    return tagged(request, media_type, ("generation", found), body)


@router.head("/{a}/succession/{b}", include_in_schema=False)
@router.get(
    "/{a}/succession/{b}",
    response_class=Response,
    responses={200: {"content": {_JSON: {}, _CSV: {}}}, 304: {}, 404: {}},
)
def succession_between(
    request: Request,
    service: Served,
    a: int,
    b: int,
    format: Annotated[Literal["json", "csv"] | None, Query(description="stronger than the Accept header")] = None,
) -> Response:
    """Say which units of generation `a` gave land to which of `b`: shares by area, and strips of digitising noise."""
    media_type = _FORMATS[format] if format else negotiated(request, (_JSON, _CSV))
    old, new = _require(service, a, b)

    def body() -> bytes:
        found = succession(service, a, b)
        if media_type == _CSV:
            return _csv(found.pairs)
        told = {"old": _words(old), "new": _words(new), "noise_width_m": found.noise_width_m, "pairs": found.pairs}
        return orjson.dumps(told)

    return tagged(request, media_type, ("succession", old, new), body)


def _all(service: Service) -> list[Generation]:
    territory = service.dispatch.jurisdiction.territory.id
    return service.ask(lambda connection: list_generations(connection, territory))


def _require(service: Service, *ids: int) -> list[Generation]:
    """Find generations by their ids; NotFoundError names those that there are."""
    known = {each.id: each for each in _all(service)}
    if missing := [id for id in ids if id not in known]:
        raise NotFoundError(f"no generation {missing[0]}; known: {', '.join(map(str, sorted(known)))}")
    return [known[id] for id in ids]


def _words(generation: Generation) -> dict[str, Any]:
    return dict(vars(generation))


def _csv(pairs: tuple[dict[str, Any], ...]) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS)
    table.writeheader()
    table.writerows(pairs)
    return text.getvalue().encode()
