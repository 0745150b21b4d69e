"""What everybody may see of the counts: made anew every quarter of an hour, as past months hardly change."""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.service import Service
from geo.counting.cube import Cube
from geo.privacy.published import Published, publish

_LASTS_S: Final = 900
_ONE_AT_A_TIME: Final = Lock()


async def published(service: Service) -> Published:
    """Give the table of all public answers; a problem while the reports are still being counted."""
    cube = await service.cube()
    today = service.dispatch.jurisdiction.territory.today().toordinal()
    boundaries = tuple(layer.generation.id for layer in cube.axes.layers)
    return await run_in_threadpool(
        _current, _Moment(service, today, int(time.monotonic() // _LASTS_S), boundaries, cube)
    )


@dataclass(frozen=True)
class _Moment:
    """A quarter of an hour of a day, in which one table is given, whatever has come since but new boundaries."""

    service: Service
    day: int
    quarter: int
    boundaries: tuple[int, ...]
    cube: Cube = field(compare=False)


def _current(moment: _Moment) -> Published:
    """Give the table of a moment; who comes while it is being made waits for it instead of making another one."""
    with _ONE_AT_A_TIME:
        return _made(moment)


@lru_cache(maxsize=2)
def _made(moment: _Moment) -> Published:
    return publish(moment.cube, moment.service.dispatch.jurisdiction.territory.today())
