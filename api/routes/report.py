"""One report: what it is, what happened to it, and what happens next."""

import datetime as dt
import re
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict

from api.caller import Calling
from api.new_report import as_json, in_utc
from api.service import Served
from geo.access import Caller
from geo.errors import InputError
from geo.lookup.dispatch import Dispatch
from geo.reports.lifecycle import Event, Progress, allowed_events, is_overdue
from geo.store.audit import record
from geo.store.events import add_event, read_events
from geo.store.report_reading import find_report
from geo.store.session import Connection

router = APIRouter(prefix="/v1/reports/{id}", tags=["reports"])
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_VERSION = re.compile(r"\d{1,18}")


class NewEvent(BaseModel):
    """Something that is to happen to a report; `status` is the one that the sender has seen."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"kind": "answered", "text": "Đã thu gom", "media": ["https://example.org/sach.jpg"]}
        },
    )

    kind: str
    text: str = ""
    media: tuple[str, ...] = ()
    lead: str | None = None
    cooperating: tuple[str, ...] | None = None
    unit_code: str | None = None
    duplicate_of: UUID | None = None
    satisfied: bool | None = None
    status: str | None = None


@router.get("")
async def get_report(id: UUID, service: Served, caller: Calling) -> Response:
    """Tell all of a report but who sent it, with its history and what may happen next."""
    report = await service.ask_aside(lambda connection: _read(connection, service.territory, id, caller))
    return Response(as_json(report), media_type="application/json", headers=_tag(report["history"]))


@router.get("/events")
async def get_events(id: UUID, service: Served, caller: Calling) -> Response:
    """Tell what happened to a report, in order."""
    report = await service.ask_aside(lambda connection: _read(connection, service.territory, id, caller))
    return Response(as_json(report["history"]), media_type="application/json", headers=_tag(report["history"]))


@router.post("/events", status_code=HTTPStatus.CREATED)
async def post_event(
    id: UUID, event: NewEvent, service: Served, caller: Calling, if_match: Annotated[list[str] | None, Header()] = None
) -> Response:
    """Let something happen to a report. What may not happen now is a 409 that names what may."""
    seen = _seen_events(if_match)
    dispatch = service.dispatch

    def add(connection: Connection) -> dict[str, Any]:
        given = event.model_dump(exclude={"unit_code", "status"})
        if event.unit_code is not None:
            given = _destination(dispatch, find_report(connection, service.territory, id), event.unit_code) | {
                name: value for name, value in given.items() if value is not None
            }
        add_event(connection, service.territory, id, Event(**given), caller, status=event.status, seen_events=seen)
        return _read(connection, service.territory, id, caller)

    report = await service.ask_aside(add)
    return Response(as_json(report), HTTPStatus.CREATED, _tag(report["history"]), "application/json")


def _read(connection: Connection, territory: str, id: UUID, caller: Caller) -> dict[str, Any]:
    """Read a report for somebody, and write down who was shown it, in one transaction."""
    report = find_report(connection, territory, id)
    record(connection, caller, "read", id)
    progress = Progress(**{name: report[name] for name in Progress.__dataclass_fields__})
    return in_utc(report) | {
        "state": progress.state,
        "overdue": is_overdue(report["due_at"], report["answered_at"], report["closed_at"]),
        "allowed": allowed_events(progress.state, caller, report["unit_code"]),
        "history": [in_utc(event) for event in read_events(connection, id)],
    }


def _tag(history: list[dict[str, Any]]) -> dict[str, str]:
    """Give the last event's number, which is the report's version."""
    return {"etag": f'"{history[-1]["id"]}"', "cache-control": "private, no-cache"}


def _seen_events(if_match: list[str] | None) -> frozenset[int] | None:
    """Read If-Match: the last events of the versions that the client has seen, None if any will do.

    Tags that are none of ours name no version, so that they match none (RFC 9110, 13.1.1).
    """
    said = ",".join(if_match or ())
    if if_match is None or said.strip() == "*":
        return None
    items = {item.strip() for item in _TAG.sub('""', said).split(",")}
    if not items <= {'""', ""} or items == {""}:
        raise InputError("If-Match is no list of ETags: send the ETag of the report as GET gave it", "if-match")
    return frozenset(int(tag) for tag in _TAG.findall(said) if _VERSION.fullmatch(tag))


def _destination(dispatch: Dispatch, report: dict[str, Any], code: str) -> dict[str, Any]:
    """Find the unit of today that a code names, and who answers there for such a report."""
    jurisdiction = dispatch.jurisdiction
    today = jurisdiction.territory.today()
    layer = jurisdiction.layer_at(today)
    unit = layer.unit_with(code)
    if unit is None:
        raise InputError(f"no unit of today has the code {code!r:.40}: see /v1/units", "unit_code")
    areas = dispatch.areas_at(report["lon"], report["lat"], today)
    assigned = dispatch.assign_one(report["category"], unit, dt.datetime.now(dt.UTC), areas)
    return {
        "unit_id": unit.id,
        "generation_id": layer.generation.id,
        "rule": assigned.rule,
        "lead": assigned.lead,
        "cooperating": assigned.cooperating,
    }
