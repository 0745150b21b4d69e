"""Which service requests are asked for: the filters, the volume that is allowed at once, and the page."""

import datetime as dt
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from api.bbox import bbox_of
from api.open311.parameters import Parameters
from geo.errors import CoordinateError
from geo.location.coordinates import check_coordinates
from geo.lookup.dispatch import Dispatch
from geo.store.report_list import Circle, Wanted
from geo.store.service_requests import WantedRequests

SPAN = dt.timedelta(days=90)
"""How much time one request may span, and does if nothing is said."""

MAX_REQUESTS = 1000
MAX_RADIUS_M = 100_000
_MAX_PAGE = 1_000_000
_CIRCLE = ("lat", "long", "radius")


class Page(NamedTuple):
    """Which of the requests that were found are told."""

    limit: int
    offset: int


def read_ids(given: Parameters, name: str = "service_request_id") -> list[UUID]:
    """Read ``service_request_id``, which overrides every other filter, or another list of ids."""
    ids = []
    words = given.words(name)
    if len(words) > MAX_REQUESTS:
        given.refuse(f"{name}: {len(words):,} ids are more than the {MAX_REQUESTS:,} allowed at once")
    for word in words:
        try:
            ids.append(UUID(word))
        except ValueError:
            given.refuse(f"{name} {word!r:.60} is none of ours: send ids as POST requests gave them")
    return ids


def read_search(given: Parameters, dispatch: Dispatch) -> tuple[WantedRequests, Page]:
    """Read the filters; FaultsError tells all that is wrong with them.

    Parameters
    ----------
    given : Parameters
    dispatch : Dispatch
    """
    territory = dispatch.jurisdiction.territory
    services = {category.code: category for category in dispatch.categories}
    categories = given.words("service_code")
    for code in categories:
        if code not in services:
            given.refuse(f"there is no service {code!r:.60}: see services.xml", HTTPStatus.NOT_FOUND)
    statuses = given.words("status", ("open", "closed"))
    since, until = _span(given, territory.zone)
    circle, page = _circle(given), _page(given)
    box = given.read("bbox", "give west,south,east,north in degrees", bbox_of)
    reports = Wanted(
        territory=territory.id,
        categories=categories,
        since=since,
        until=until + dt.timedelta.resolution,  # which it does not include
        bbox=box,
        circle=circle,
    )
    wanted = WantedRequests(
        reports,
        open=statuses == ("open",) if len(statuses) == 1 else None,
        updated_since=given.moment("updated_after", territory.zone),
        updated_until=given.moment("updated_before", territory.zone, end=True),
        after=next(iter(read_ids(given, "after")), None),
    )
    given.check()
    return wanted, page


def _span(given: Parameters, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """Read the dates: without any the last 90 days, with one the 90 days from or to it."""
    first, last = given.moment("start_date", zone), given.moment("end_date", zone, end=True)
    until = last or (dt.datetime.now(dt.UTC) if first is None else first + SPAN)
    since = first or until - SPAN
    if since > until:
        given.refuse("start_date is later than end_date: exchange them")
    elif until - since > SPAN:
        given.refuse(f"start_date to end_date spans more than {SPAN.days} days: ask for less at once")
    return since, until


def _page(given: Parameters) -> Page:
    number, size = given.whole("page", 1, _MAX_PAGE) or 1, given.whole("page_size", 1, MAX_REQUESTS) or MAX_REQUESTS
    return Page(size, (number - 1) * size)


def _circle(given: Parameters) -> Circle | None:
    values = given.number("long", -180, 180), given.number("lat", -90, 90), given.number("radius", 0, MAX_RADIUS_M)
    if not any(given.text(name) for name in _CIRCLE):
        return None
    if any(given.text(name) is None for name in _CIRCLE):
        given.refuse("lat, long and radius (metres) belong together: give all three")
    lon, lat, radius = values
    if lon is None or lat is None or radius is None:
        return None
    try:
        check_coordinates(lon, lat)
    except CoordinateError as error:
        given.refuse(str(error))
    return Circle(lon, lat, radius)
