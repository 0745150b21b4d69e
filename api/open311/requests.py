"""Service requests as Open311 tells them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import shapely

from api.open311.services import service_name
from geo.lookup.dispatch import Dispatch
from geo.reports.lifecycle import OPEN, is_overdue
from geo.units.jurisdiction import Jurisdiction
from geo.units.territory import Territory

_NOTICE = {"vi": "{lead} giải quyết trước {due}", "en": "{lead} deals with it by {due}"}
_MERGED = {"vi": "Đã gộp vào phản ánh {}", "en": "Merged into request {}"}
_MINUTE = {"vi": "%H:%M %d/%m/%Y", "en": "%Y-%m-%d %H:%M"}


def request_words(
    reports: Sequence[dict[str, Any]], dispatch: Dispatch, language: str, *, whole: bool, extended: bool
) -> list[dict[str, Any]]:
    """Tell reports as service requests.

    Parameters
    ----------
    reports : sequence of dict
        As `geo.store.service_requests` reads them.
    dispatch : Dispatch
    language : {"vi", "en"}
    whole : bool
        Whether to tell what people wrote and photographed and the exact place; else the unit stands for the place.
    extended : bool
        Whether to add ``extended_attributes``.
    """
    names = {category.code: service_name(category, language) for category in dispatch.categories}
    points = {} if whole else _points_of_units(reports, dispatch.jurisdiction)
    told = []
    for report in reports:
        words = _words(report, names, dispatch, language)
        if not whole:
            words |= _without_persons(points.get(_unit(report)))
        if extended:
            words["extended_attributes"] = _extended(report, dispatch, language, whole)
        told.append(words)
    return told


def notice(lead: str, due_at: dt.datetime, territory: Territory, language: str) -> str:
    """Say who deals with a report, and by when."""
    due = due_at.astimezone(territory.zone)
    return _NOTICE[language].format(lead=lead, due=due.strftime(_MINUTE[language]))


def _words(report: dict[str, Any], names: dict[str, str], dispatch: Dispatch, language: str) -> dict[str, Any]:
    territory = dispatch.jurisdiction.territory
    is_open = report["status"] in OPEN and report["duplicate_of"] is None
    city = territory.name_en if language == "en" else territory.name
    return {
        "service_request_id": str(report["id"]),
        "status": "open" if is_open else "closed",
        "status_notes": None if is_open else _outcome(report, language),
        "service_name": names.get(report["category"], report["category"]),
        "service_code": report["category"],
        "description": report["description"] or None,
        "agency_responsible": report["lead"],
        "service_notice": notice(report["lead"], report["due_at"], territory, language) if is_open else None,
        "requested_datetime": _moment(report["reported_at"], dispatch),
        "updated_datetime": _moment(report["updated"], dispatch),
        "expected_datetime": _moment(report["due_at"], dispatch),
        "address": f"{_unit_name(report, language)}, {city}",
        "address_id": None,
        "zipcode": None,
        "lat": report["lat"],
        "long": report["lon"],
        "media_url": next(iter(report["media"]), None),
    }


def _outcome(report: dict[str, Any], language: str) -> str | None:
    """Say what became of a report that is closed."""
    if report["duplicate_of"] is not None:
        return _MERGED[language].format(report["duplicate_of"])
    note: str | None = report["note"]
    return note


def _without_persons(point: shapely.Point | None) -> dict[str, Any]:
    """Give what stands for the parts of a report that may name somebody, or show where somebody lives."""
    return {
        "status_notes": None,
        "description": None,
        "lat": None if point is None else point.y,
        "long": None if point is None else point.x,
        "media_url": None,
    }


def _unit(report: dict[str, Any]) -> tuple[int, int]:
    return report["generation_id"], report["unit_id"]


def _points_of_units(
    reports: Sequence[dict[str, Any]], jurisdiction: Jurisdiction
) -> dict[tuple[int, int], shapely.Point]:
    """Give a point within each unit that has a report, unless its boundaries are not served any more."""
    wanted = {_unit(report) for report in reports}
    return {
        (layer.generation.id, unit.id): shapely.point_on_surface(polygon)
        for layer in jurisdiction.layers
        for unit, polygon in zip(layer.units, layer.locator.polygons, strict=True)
        if (layer.generation.id, unit.id) in wanted
    }


def _extended(report: dict[str, Any], dispatch: Dispatch, language: str, whole: bool) -> dict[str, Any]:
    told = {
        "unit_code": report["unit_code"],
        "unit_name": _unit_name(report, language),
        "category": report["category"],
        "urgency": report["urgency"],
        "due_datetime": _moment(report["due_at"], dispatch),
        "overdue": is_overdue(report["due_at"], report["answered_at"], report["closed_at"]),
    }
    answers = (report["answers"] or {}) if whole else {}
    return told | {"attributes": [{"code": code, "values": values} for code, values in answers.items()]}


def _unit_name(report: dict[str, Any], language: str) -> str:
    name: str = report["unit_name_en" if language == "en" else "unit_name"]
    return name


def _moment(moment: dt.datetime, dispatch: Dispatch) -> str:
    return moment.astimezone(dispatch.jurisdiction.territory.zone).isoformat(timespec="seconds")
