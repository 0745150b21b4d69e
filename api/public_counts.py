"""What everybody may see of the counts: made anew every quarter of an hour, as past months hardly change."""

import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from api.hotspot_question import Asked
from api.service import Service
from geo.cells import cell_names
from geo.columns import Truths
from geo.cube import Cube, Query
from geo.cube_axes import CUBE_RESOLUTION
from geo.errors import ForbiddenError
from geo.hotspots import Count, Tally, Window
from geo.privacy import LEAST_PEOPLE, PublicCounts, Published, publish

_LASTS_S: Final = 900


class OfficialsOnlyError(ForbiddenError):
    """A count that the public is not told; `field` names the parameter that asks for it."""

    def __init__(self, what: str, field: str) -> None:
        super().__init__(
            f"counts by {what} are for officials, as a few people could be told from them: leave {field} out, or send a"
            " planner's, officer's, analyst's or admin's key as X-API-Key"
        )
        self.field = field


def refuse_details(asked: Asked, unit: str | None = None) -> None:
    """Refuse the public what is not published: whatever would need a table of its own."""
    refused = {
        "channel": (asked.only.channels, "channel"),
        "overdue": (asked.only.overdue, "time limit"),
        "status_at": (asked.only.status_at, "status"),
        "status": (asked.statuses, "status"),
        "duplicates": (not asked.duplicates, "what was merged"),
        "unit": (unit, "ward"),
        "res": (asked.resolution > CUBE_RESOLUTION, f"cells finer than resolution {CUBE_RESOLUTION}"),
    }
    for parameter, (given, what) in refused.items():
        if given:
            raise OfficialsOnlyError(what, parameter)


async def published(service: Service) -> Published:
    """Give the table of all public answers; a problem while the reports are still being counted."""
    cube = await service.cube()
    today = service.dispatch.jurisdiction.territory.today().toordinal()
    return await run_in_threadpool(_made, _Moment(service, today, int(time.monotonic() // _LASTS_S), cube))


@dataclass(frozen=True)
class _Moment:
    """A quarter of an hour of a day, in which one table is given, whatever has come since."""

    service: Service
    day: int
    quarter: int
    cube: Cube = field(compare=False)


@lru_cache(maxsize=2)
def _made(moment: _Moment) -> Published:
    return publish(moment.cube, moment.service.dispatch.jurisdiction.territory.today())


def told(table: Published, query: Query, window: Window) -> PublicCounts:
    """Give what everybody may see of a window: whole months, cells of the resolution asked for and coarser ones."""
    return table.counts(replace(query, first=window.first, last=window.last, categories=window.categories))


def fine(counts: PublicCounts, resolution: int) -> Truths:
    """Tell which cells are of the resolution asked for, not coarser ones."""
    found: Truths = counts.cell >> 52 & 0b1111 == resolution
    return found


def public_counting(table: Published, query: Query) -> Count:
    """Let the table count: of the cells asked for, without what is told of coarser ones."""

    def count(window: Window) -> Tally:
        counts = told(table, query, window)
        shown = fine(counts, query.resolution)
        return Tally(counts.cell[shown], counts.count[shown], counts.synthetic[shown], counts.cell[:0])

    return count


def hidden_words(counts: PublicCounts, resolution: int) -> dict[str, Any]:
    """Say what the public is not told cell by cell, and where else it is told."""
    coarse = ~fine(counts, resolution)
    names, numbers = cell_names(counts.cell[coarse]).tolist(), counts.count[coarse].tolist()
    return {
        "fewer_reporters_than": LEAST_PEOPLE,
        "cells": None,
        "reports_in_coarser_cells": counts.rolled_up,
        "reports_in_city_only": counts.unplaced,
        "coarser_cells": dict(zip(names, numbers, strict=True)),
    }
