"""Which reports are meant: the parameters that counts, hot spots and series have in common."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from api.hotspot_part import unit_layer, unit_number
from api.hotspot_question import Asked
from geo.counting.cube import COARSEST
from geo.errors import InputError
from geo.hexagons.cells import STORED_RESOLUTION
from geo.hotspots.question import Window
from geo.store.counts import Only
from geo.units.jurisdiction import Jurisdiction, Layer

Categories = Annotated[
    list[str] | None, Query(description="may be repeated; all categories if left out", examples=[["waste"]])
]
First = Annotated[dt.date | None, Query(alias="from", description="first local day")]
Last = Annotated[dt.date | None, Query(alias="to", description="last local day, included")]
Statuses = Annotated[
    list[Literal["waiting", "in_progress", "resolved", "rejected"]] | None,
    Query(description="as it is now; may be repeated"),
]
TableFormat = Annotated[
    Literal["geojson", "json", "arrow", "csv", "parquet"] | None, Query(description="stronger than the Accept header")
]
Channels = Annotated[
    list[Literal["app", "hotline_1022", "web", "open311", "import"]] | None,
    Query(description="how it came in; may be repeated; for officials"),
]
UnitCode = Annotated[str | None, Query(description="code of a ward: its reports only")]
BoundariesAt = Annotated[
    dt.date | None, Query(description="`unit` is a ward of this date; of the last day if left out")
]


async def _asked(
    category: Categories = None,
    first: First = None,
    last: Last = None,
    res: Annotated[
        int, Query(ge=COARSEST, le=STORED_RESOLUTION, description="H3 resolution; above 9 only `/v1/hexes` of a place")
    ] = 8,
    status: Statuses = None,
    status_at: Annotated[
        dt.date | None, Query(description="`status` is meant at the end of this local day; for officials")
    ] = None,
    channel: Channels = None,
    overdue: Annotated[
        bool, Query(description="only what should have been answered by now and is not; for officials")
    ] = False,
    duplicates: Annotated[bool, Query(description="count reports, too, that were merged into others")] = True,
) -> Asked:
    if status_at is not None and not status:
        raise InputError("status_at says when a status is meant: give status, too", "status_at")
    return Asked(
        categories=tuple(category) if category else None,
        period=(first, last),
        resolution=res,
        statuses=tuple(status) if status else None,
        duplicates=duplicates,
        only=Only(tuple(channel or ()), overdue, status_at),
    )


Filters = Annotated[Asked, Depends(_asked)]
"""Which reports are meant."""


def ward_at(
    jurisdiction: Jurisdiction, window: Window, unit: str | None, boundaries_at: dt.date | None
) -> tuple[Layer, dict[str, Any]]:
    """Find the boundaries that are meant, and the ward as `Asked.query` takes it.

    Raises
    ------
    InputError
        No ward has the code, or a date was given without one.
    """
    layer = unit_layer(jurisdiction, window.last, unit, boundaries_at)
    if unit is None:
        return layer, {}
    return layer, {"unit_id": layer.units[unit_number(layer, unit)].id, "generation_id": layer.generation.id}
