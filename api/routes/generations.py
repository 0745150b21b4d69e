"""The generations of boundaries: which there are, what the import gate said of each, and who became whom."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from api.caller import Calling, require
from api.etag import negotiated, tagged
from api.service import Service, WholeService
from api.shapes import succession, succession_by_reports
from geo.access import SEES_SMALL_COUNTS, Caller
from geo.store.boundaries import find_generation, list_generations
from geo.store.checks import read_check_figures, read_checks
from geo.units.territory import Generation

router = APIRouter(prefix="/v1/generations", tags=["boundaries"])
_JSON, _CSV = "application/json", "text/csv"
_FORMATS = {"json": _JSON, "csv": _CSV}
_BY_NOW = {"cache-control": "no-store"}  # reports come in at any time


@router.head("", include_in_schema=False)
@router.get("", response_class=Response, responses={200: {"content": {_JSON: {}}}, 304: {}})
def generations(request: Request, service: WholeService, caller: Calling) -> Response:
    """List the sets of boundaries, also those no longer in force, each with the import gate's figures."""
    media_type = negotiated(request, (_JSON,))
    territory = service.dispatch.jurisdiction.territory.id
    found = service.ask(lambda connection: list_generations(connection, territory))

    def body() -> bytes:
        figures = service.ask(lambda connection: read_check_figures(connection, territory))
        return orjson.dumps([told | {"checks": figures[told["id"]]} for told in words])

    words = [_words(each, caller) for each in found]
    return tagged(request, media_type, ("generations", words), body)


@router.head("/{id}", include_in_schema=False)
@router.get("/{id}", response_class=Response, responses={200: {"content": {_JSON: {}}}, 304: {}, 404: {}})
def generation(request: Request, service: WholeService, caller: Calling, id: int) -> Response:
    """Give a set of boundaries with the import gate's whole report."""
    media_type = negotiated(request, (_JSON,))
    words = _words(_require(service, id), caller)

    def body() -> bytes:
        return orjson.dumps(words | {"checks": service.ask(lambda connection: read_checks(connection, id))})

    return tagged(request, media_type, ("generation", words), body)


@router.head("/{a}/succession/{b}", include_in_schema=False)
@router.get(
    "/{a}/succession/{b}",
    response_class=Response,
    responses={200: {"content": {_JSON: {}, _CSV: {}}}, 304: {}, 404: {}},
)
def succession_between(
    request: Request,
    service: WholeService,
    caller: Calling,
    a: int,
    b: int,
    format: Annotated[Literal["json", "csv"] | None, Query(description="stronger than the Accept header")] = None,
    reports: Annotated[bool, Query(description="count the reports that each pair shares, as of now")] = False,
) -> Response:
    """Say which units of generation `a` gave land to which of `b`: shares by area, and strips of digitising noise."""
    if reports:
        require(caller, SEES_SMALL_COUNTS, "counting the reports of each pair")
    media_type = _FORMATS[format] if format else negotiated(request, (_JSON, _CSV))
    words = [_words(_require(service, id), caller) for id in (a, b)]

    def body() -> bytes:
        found = succession(service, a, b)
        pairs = succession_by_reports(service, found) if reports else found.pairs
        if media_type == _CSV:
            return pairs.to_csv(index=False).encode()
        told = {"old": words[0], "new": words[1], "noise_width_m": found.noise_width_m}
        return orjson.dumps(told | {"pairs": pairs.to_dict("records")})

    if reports:
        return Response(body(), media_type=media_type, headers=_BY_NOW)
    return tagged(request, media_type, ("succession", words), body)


def _words(generation: Generation, caller: Caller) -> dict[str, Any]:
    """Give what is told of a generation; only an admin learns the login name of who loaded it."""
    told = vars(generation)
    return told if caller.role == "admin" else {name: value for name, value in told.items() if name != "loaded_by"}


def _require(service: Service, id: int) -> Generation:
    territory = service.dispatch.jurisdiction.territory.id
    return service.ask(lambda connection: find_generation(connection, territory, id))
