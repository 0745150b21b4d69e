"""A form becomes a report: the same report, taken in the same way, as by POST /v1/reports."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl

from api.new_report import MAX_REPORTER, NewReport
from api.one_report import MAX_KEY
from api.open311.addresses import find_place
from api.open311.attributes import Answers, read_answers
from api.open311.parameters import Parameters
from geo.errors import CoordinateError, InputError
from geo.location.coordinates import check_coordinates
from geo.lookup.dispatch import Dispatch
from geo.reports.links import link_fault
from geo.reports.texts import text_fault

FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 200
_HTML = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
# Whatever tells two persons best comes first.
_PERSON = ("account_id", "email", "phone", "device_id")


class Posted(NamedTuple):
    """A report, and the answers to the questions of its service."""

    report: NewReport
    answers: Answers


def read_form(body: bytes) -> list[tuple[str, str]]:
    """Take a form apart; InputError if it is none in UTF-8."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise InputError("the form is not in UTF-8") from None
    except ValueError:
        raise InputError(f"the form has more than the {_MAX_FIELDS} fields allowed") from None


def read_key(given: Parameters, headers: Mapping[str, str]) -> str | None:
    """Read the Idempotency-Key, by which a form that is sent twice is taken once."""
    key = headers.get("idempotency-key") or None
    if key is not None and len(key) > MAX_KEY:
        given.refuse(f"Idempotency-Key: {len(key)} characters are more than the {MAX_KEY} allowed")
    return key


def read_post(given: Parameters, dispatch: Dispatch) -> Posted:
    """Read a report; FaultsError tells all that is wrong with it.

    Parameters
    ----------
    given : Parameters
    dispatch : Dispatch
    """
    category = _service_code(given, dispatch)
    answers = {} if category is None else read_answers(given, category, dispatch.jurisdiction.territory)
    place = _place(given, dispatch)
    description = given.text("description") or ""
    media = tuple(given.all_of("media_url"))
    _check_texts(given, description, media)
    reporter = _reporter(given)
    given.check()
    lon, lat, accuracy_m = place  # type: ignore[misc]  # without a place something is wrong
    report = NewReport(
        category=category or "",
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        description=description,
        media=media,
        channel="open311",
        reporter=reporter,
    )
    return Posted(report, answers)


def _service_code(given: Parameters, dispatch: Dispatch) -> str | None:
    code = given.text("service_code")
    if code is None:
        given.refuse("service_code is missing: see services.xml")
        return None
    if code not in [category.code for category in dispatch.categories]:
        given.refuse(f"there is no service {code!r:.60}: see services.xml", HTTPStatus.NOT_FOUND)
        return None
    return code


def _place(given: Parameters, dispatch: Dispatch) -> tuple[float, float, float | None] | None:
    """Read where it is: by coordinates, else by an address that names a unit."""
    lon, lat = given.number("long", -180, 180), given.number("lat", -90, 90)
    if given.text("lat") is not None or given.text("long") is not None:
        if given.text("lat") is None or given.text("long") is None:
            given.refuse("lat and long belong together: give both")
        if lon is None or lat is None:
            return None
        try:
            check_coordinates(lon, lat, dispatch.jurisdiction.extent)
        except CoordinateError as error:
            given.refuse(str(error))
        return lon, lat, None
    if given.text("address_string") is None:
        none_of_ours = "there is no register of addresses here: " if given.text("address_id") else "where is it? "
        given.refuse(f"{none_of_ours}send lat and long, or an address_string that names a ward")
        return None
    found = given.read("address_string", "send lat and long", lambda text: find_place(dispatch.jurisdiction, text))
    return None if found is None else (found.lon, found.lat, found.accuracy_m)


def _check_texts(given: Parameters, description: str, media: tuple[str, ...]) -> None:
    if (fault := text_fault(description)) is not None:
        given.refuse(f"description: {fault}")
    if _HTML.search(description):
        given.refuse("description: HTML is not allowed: send text")
    if (fault := link_fault(media)) is not None:
        given.refuse(f"media_url: {fault}")


def _reporter(given: Parameters) -> str | None:
    """Give what tells one person from another; none of it is stored."""
    for name in (*_PERSON, "first_name", "last_name"):
        if len(given.text(name) or "") > MAX_REPORTER:
            given.refuse(f"{name}: more than the {MAX_REPORTER} characters allowed")
    name = f"{given.text('first_name') or ''} {given.text('last_name') or ''}".strip()
    return next((said for field in _PERSON if (said := given.text(field))), name[:MAX_REPORTER] or None)
