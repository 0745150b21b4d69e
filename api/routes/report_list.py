"""Reports by what they are asked for, in pages: GeoJSON, CSV or GeoParquet."""

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.bbox import bbox_of
from api.caller import Calling
from api.etag import entity_tag, is_known, negotiated
from api.report_list import as_csv, as_geojson, as_geoparquet
from api.routes.geojson import MEDIA_TYPE as GEOJSON
from api.routes.geojson import Bbox
from api.service import Served, Service
from geo.errors import CoordinateError, InputError, NotFoundError
from geo.folded import folded_words
from geo.hexagons.cells import STORED_RESOLUTION, cells_named
from geo.hexagons.search import resolution_of
from geo.location.coordinates import check_coordinates
from geo.reports.search import MAX_RADIUS_M, MAX_TEXT
from geo.store.audit import record_told
from geo.store.report_list import Circle, Wanted, count_wanted, list_reports
from geo.store.session import Connection
from geo.units.territory import Territory
from geo.vocabulary import CHANNELS, STATUSES

router = APIRouter(prefix="/v1", tags=["reports"])
_CSV, _PARQUET = "text/csv", "application/vnd.apache.parquet"
_FORMATS = {"geojson": GEOJSON, "csv": _CSV, "parquet": _PARQUET}
MAX_PAGE, _PAGE = 10_000, 100
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)

Several = Annotated[list[str] | None, Query(description="more than one by repeating it")]


async def _wanted(
    service: Served,
    unit: Annotated[str | None, Query(description="code of a unit of today, or of boundaries_at")] = None,
    boundaries_at: Annotated[
        dt.date | None, Query(description="the unit as it was on this date: reports by their points")
    ] = None,
    category: Several = None,
    status: Several = None,
    channel: Several = None,
    overdue: Annotated[bool | None, Query(description="whether it should have been answered by now")] = None,
    first: Annotated[
        dt.date | None, Query(alias="from", ge=_EARLIEST, le=_LATEST, description="first local day")
    ] = None,
    last: Annotated[
        dt.date | None, Query(alias="to", ge=_EARLIEST, le=_LATEST, description="last local day, included")
    ] = None,
    bbox: Bbox = None,
    near: Annotated[
        str | None, Query(description="lon,lat,radius in metres", examples=["105.868664,20.998485,250"])
    ] = None,
    cell: Annotated[str | None, Query(description="H3 cell, resolution 12 or coarser")] = None,
    text: Annotated[
        str, Query(max_length=MAX_TEXT, description="words of the description, with Vietnamese marks or without")
    ] = "",
) -> Wanted:
    """Read the filters; all of them must hold."""
    territory = service.dispatch.jurisdiction.territory
    for code in category or ():
        service.dispatch.category(code)
    if text.strip() and not folded_words(text):
        raise InputError(f"text {text!r:.60} has no word: give letters or digits that the description has", "text")
    if boundaries_at is not None and unit is None:
        raise InputError("boundaries_at says what a unit is: give unit, too", "boundaries_at")
    if first is not None and last is not None and first > last:
        raise InputError(f"from {first} is later than to {last}: exchange them", "from")
    unit_id, generation_id = (None, None) if unit is None else _unit(service, unit, boundaries_at)
    return Wanted(
        territory.id,
        unit_id,
        generation_id,
        categories=tuple(category or ()),
        statuses=_known(status, STATUSES, "status"),
        channels=_known(channel, CHANNELS, "channel"),
        overdue=overdue,
        since=None if first is None else _midnight(territory, first),
        until=None if last is None else _midnight(territory, last + dt.timedelta(days=1)),
        bbox=bbox_of(bbox),
        circle=None if near is None else _circle(near),
        cell=None if cell is None else _cell(cell),
        text=text,
    )


@router.head("/reports", include_in_schema=False)
@router.get(
    "/reports",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in _FORMATS.values()}}, 304: {}},
)
async def get_reports(
    request: Request,
    service: Served,
    caller: Calling,
    wanted: Annotated[Wanted, Depends(_wanted)],
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = _PAGE,
    after: Annotated[UUID | None, Query(description="the last report of the page before")] = None,
    count: Annotated[bool, Query(description="tell how many there are in all, as numberMatched")] = False,
    format: Annotated[
        Literal["geojson", "csv", "parquet"] | None, Query(description="stronger than the Accept header")
    ] = None,
) -> Response:
    """List reports, the newest first. The link `next` leads on; what comes in meanwhile moves no other report."""
    media_type = _FORMATS[format] if format else negotiated(request, (GEOJSON, "application/json", _CSV, _PARQUET))

    def read(connection: Connection) -> tuple[list[dict[str, Any]], int | None]:
        found = list_reports(connection, wanted, limit + 1, after)
        record_told(connection, caller, [each["id"] for each in found[:limit]])
        return found, count_wanted(connection, wanted) if count else None

    found, matched = await service.ask_aside(read)
    page = found[:limit]
    links = [{"rel": "self", "href": _link(request), "type": media_type}]
    if len(found) > limit:
        links.append({"rel": "next", "href": _link(request, after=str(page[-1]["id"])), "type": media_type})
    headers = {"link": ", ".join(f'<{each["href"]}>; rel="{each["rel"]}"; type="{media_type}"' for each in links)}
    members: dict[str, Any] = {"links": links, "numberReturned": len(page)}
    if matched is not None:
        members["numberMatched"] = matched
        headers["x-number-matched"] = str(matched)
    body = {_CSV: as_csv, _PARQUET: as_geoparquet}.get(media_type, lambda rows: as_geojson(rows, members))(page)
    return _private(request, body, media_type, headers)


def _private(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Answer 304 to who has it already; nobody else may keep what is about single reports."""
    tag = entity_tag(media_type, headers, body)
    headers |= {"etag": tag, "cache-control": "private, no-cache", "vary": "Accept, Authorization, X-API-Key"}
    if is_known(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def _link(request: Request, **changed: str) -> str:
    """Give the request's own path and query, with some parameters changed: relative, whatever proxy is in front."""
    url = request.url.include_query_params(**changed)
    return f"{url.path}?{url.query}" if url.query else url.path


def _unit(service: Service, code: str, boundaries_at: dt.date | None) -> tuple[int, int | None]:
    jurisdiction = service.dispatch.jurisdiction
    day = boundaries_at or jurisdiction.territory.today()
    layer = jurisdiction.layer_at(day)
    unit = layer.unit_with(code)
    if unit is None:
        raise NotFoundError(f"no unit of {day} has the code {code!r:.40}: see /v1/units, or give another boundaries_at")
    return unit.id, None if boundaries_at is None else layer.generation.id


def _known(values: list[str] | None, known: tuple[str, ...], field: str) -> tuple[str, ...]:
    for value in values or ():
        if value not in known:
            raise InputError(f"unknown {field} {value!r:.40}: use one of {', '.join(known)}", field)
    return tuple(values or ())


def _midnight(territory: Territory, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), territory.zone)


def _circle(text: str) -> Circle:
    try:
        lon, lat, radius = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"near {text!r:.80}: give lon,lat,metres as three numbers", "near") from None
    try:
        check_coordinates([lon], [lat])
    except CoordinateError as error:
        raise CoordinateError(f"near {text!r:.80}: {error}", "near") from None
    if not 0 < radius <= MAX_RADIUS_M:
        raise InputError(f"near {text!r:.80}: the radius must be more than 0 and at most {MAX_RADIUS_M:,.0f} m", "near")
    return Circle(lon, lat, radius)


def _cell(name: str) -> int:
    cell = int(cells_named([name])[0])
    if resolution_of(cell) > STORED_RESOLUTION:
        raise InputError(f"cell {name}: give one of resolution {STORED_RESOLUTION} or coarser", "cell")
    return cell
