"""Reports that are likely about the same: of one report, or of some days."""

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Query, Response

from api.bbox import bbox_of
from api.caller import Calling
from api.new_report import as_json
from api.routes.geojson import Bbox
from api.service import Served
from geo.counting.period import period_of
from geo.errors import InputError
from geo.reports.duplicates import LIKELY, Pairs, Sightings, likely_pairs, likely_pairs_of
from geo.store.audit import record, record_told
from geo.store.duplicates import read_around, read_between
from geo.store.session import Connection

router = APIRouter(prefix="/v1", tags=["reports"])
MOST_DAYS = 92


@router.get("/duplicates", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def duplicates(
    service: Served,
    caller: Calling,
    report: Annotated[UUID | None, Query(description="only what may be about the same as this one")] = None,
    first: Annotated[dt.date | None, Query(alias="from", description="first local day")] = None,
    last: Annotated[dt.date | None, Query(alias="to", description="last local day, included")] = None,
    bbox: Bbox = None,
    score: Annotated[float, Query(ge=0, le=1, description="the least score")] = LIKELY,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Response:
    """Find pairs of reports that are likely about the same, with the evidence; the likeliest first.

    To merge one into the other, add the event `merged` to it: both keep their histories.
    """
    territory = service.dispatch.jurisdiction.territory

    def of_one(connection: Connection, id: UUID) -> dict[str, Any]:
        reports, row = read_around(connection, territory.id, id)
        body = _told(reports, likely_pairs_of(reports, row, score), limit)
        record(connection, caller, "read", id)
        record_told(connection, caller, _ids(body) - {id})
        return body

    def of_days(connection: Connection) -> dict[str, Any]:
        begin, end = period_of(territory, first, last)
        if (end - begin).days >= MOST_DAYS:
            raise InputError(f"from {begin} to {end}: ask for at most {MOST_DAYS} days at a time", "from")
        since, until = (
            dt.datetime.combine(day, dt.time(), territory.zone) for day in (begin, end + dt.timedelta(days=1))
        )
        reports = read_between(connection, territory.id, since, until, bbox_of(bbox))
        return {"period": {"from": begin, "to": end}} | _told(reports, likely_pairs(reports, score), limit)

    if report is not None and (first, last, bbox) != (None, None, None):
        raise InputError("report names one report: leave from, to and bbox out", "report")
    if report is None:
        body = await service.ask_replica(of_days)
        await service.ask_aside(lambda connection: record_told(connection, caller, _ids(body)))
    else:
        body = await service.ask_aside(lambda connection: of_one(connection, report))
    return Response(as_json(body), media_type="application/json", headers={"cache-control": "no-store"})


def _told(reports: Sightings, pairs: Pairs, limit: int) -> dict[str, Any]:
    shown = pairs.take(np.arange(min(len(pairs), limit)))
    return {
        "compared": len(reports),
        "found": len(pairs),
        "pairs": [_pair(reports, shown, i) for i in range(len(shown))],
    }


def _ids(body: dict[str, Any]) -> set[UUID]:
    """Name the reports that are told."""
    return {UUID(pair[which]["id"]) for pair in body["pairs"] for which in ("earlier", "later")}


def _pair(reports: Sightings, pairs: Pairs, row: int) -> dict[str, Any]:
    alike, numbers = float(pairs.likeness[row]), float(pairs.numbers[row])
    return {
        "earlier": _report(reports, int(pairs.earlier[row])),
        "later": _report(reports, int(pairs.later[row])),
        "score": round(float(pairs.score[row]), 3),
        "metres": round(float(pairs.metres[row]), 1),
        "hours": round(float(pairs.hours[row]), 2),
        "same_category": bool(pairs.same_category[row]),
        "text_likeness": None if np.isnan(alike) else round(alike, 3),
        "same_numbers": None if np.isnan(numbers) else bool(numbers),
    }


def _report(reports: Sightings, row: int) -> dict[str, Any]:
    return {
        "id": str(reports.id[row]),
        "reported_at": f"{reports.reported_at[row].astype('datetime64[ms]')}Z",
        "category": reports.category[row],
        "description": reports.description[row],
        "lon": float(reports.lon[row]),
        "lat": float(reports.lat[row]),
    }
