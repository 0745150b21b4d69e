"""One H3 cell: where it is, its series, its categories, and its newest reports for those who may read them."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.caller import Calling
from api.cell_place import place_of
from api.hotspot_question import Asked
from api.new_report import as_json, in_utc
from api.public_counts import published
from api.routes.filters import Categories, First, Last
from api.routes.geojson import generation_member
from api.service import Served
from geo.access import SEES_REPORTS
from geo.counting.axes import CUBE_RESOLUTION
from geo.counting.cube import COARSEST
from geo.counting.period import months_of
from geo.errors import InputError
from geo.hexagons.cells import cells_named
from geo.hotspots.question import Tally
from geo.hotspots.views import counting
from geo.privacy.public_counting import hidden_words, public_counting
from geo.store.report_list import Wanted, list_reports

router = APIRouter(prefix="/v1", tags=["maps"])
_YEAR = dt.timedelta(days=364)
_DAY = dt.timedelta(days=1)


@router.get("/hexes/{h3}")
async def hex(
    h3: str,
    service: Served,
    caller: Calling,
    category: Categories = None,
    first: First = None,
    last: Last = None,
    reports: Annotated[int, Query(ge=0, le=100, description="newest ones, for those who may read them")] = 10,
) -> Response:
    """Tell of one cell: its place in words, reports by month and by category. Without dates: a year until today.

    ``categories`` has those that were asked for, or all. Without a key: whole months that are over; null stands for a
    month in which fewer than five people reported here; ``hidden`` has the coarser cells that hold this one.
    """
    cell, resolution = _cell(h3)
    jurisdiction = service.dispatch.jurisdiction
    territory, public = jurisdiction.territory, not caller.sees_small_counts
    first = first or (last or territory.today()) - _YEAR
    asked = Asked(tuple(category) if category else None, (first, last), resolution=resolution)
    window = asked.question(service.dispatch, public=public).window
    months = [window._replace(first=begin, last=end) for begin, end in months_of(window.first, window.last)]
    query = asked.query(window)
    layer = jurisdiction.layer_at(window.last)
    table = await published(service) if public else None
    count = counting(await service.cube(), query) if table is None else public_counting(table, query)
    codes = [each.code for each in service.dispatch.categories] if category is None else category

    def tell() -> dict[str, Any]:
        n, synthetic = _of_cell(count(window), cell)
        series = [_of_cell(count(month), cell)[0] for month in months]
        by_category = {code: _of_cell(count(window._replace(categories=(code,))), cell)[0] for code in codes}
        return {
            "cell": h3.lower(),
            "resolution": resolution,
            "place": place_of(cell, layer),
            "period": {"from": window.first, "to": window.last},
            "category": codes[0] if category is not None and len(codes) == 1 else None,
            "n": n,
            "synthetic": synthetic,
            "hidden": None if table is None else hidden_words(table.counts(query), resolution, cell),
            "series": [
                {"from": month.first, "to": month.last, "count": _told(n, public)}
                for month, n in zip(months, series, strict=True)
            ],
            "categories": {code: _told(n, public) for code, n in by_category.items()},
            "generation": generation_member(layer),
        }

    body = await run_in_threadpool(tell)
    if reports and caller.role in SEES_REPORTS:
        zone = territory.zone
        wanted = Wanted(
            territory.id,
            categories=window.categories or (),
            since=dt.datetime.combine(window.first, dt.time(), zone),
            until=dt.datetime.combine(window.last + _DAY, dt.time(), zone),
            cell=cell,
        )
        newest = await service.ask_aside(lambda connection: list_reports(connection, wanted, reports))
        body["reports"] = [in_utc(report) for report in newest]
    headers = {"cache-control": "private, no-cache", "vary": "Authorization, X-API-Key"}
    return Response(as_json(body), media_type="application/json", headers=headers)


def _cell(name: str) -> tuple[int, int]:
    cell = int(cells_named([name])[0])
    resolution = cell >> 52 & 0b1111
    if not COARSEST <= resolution <= CUBE_RESOLUTION:
        raise InputError(f"counts are told of cells of resolution {COARSEST} to {CUBE_RESOLUTION}", "h3")
    return cell, resolution


def _of_cell(tally: Tally, cell: int) -> tuple[int, int]:
    """Give the reports of a cell, and how many of them are demo data."""
    here = tally.cell == cell
    return int(tally.count[here].sum()), int(tally.synthetic[here].sum())


def _told(n: int, public: bool) -> int | None:
    """Tell the public nothing where it is told nothing: none, or fewer than five people's."""
    return None if public and n == 0 else n
