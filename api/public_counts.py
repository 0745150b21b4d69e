"""What everybody may see of the counts: made anew every quarter of an hour, as past months hardly change."""

import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from api.service import Service
from geo.cells import cell_names
from geo.columns import Truths
from geo.cube import Cube, Query
from geo.hotspots import Count, Tally, Window
from geo.privacy import LEAST_PEOPLE, PublicCounts, Published, publish

_LASTS_S: Final = 900


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
