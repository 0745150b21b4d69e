"""From the start of ``hientruong up`` to its first answer, the data folder being there."""

import time
import urllib.request
from collections.abc import Iterator

from tests.api.serving import started
from tests.bench.harness import Method, Result, Size, at_most, cpu_seconds
from tests.conftest import reachable_folder

QUESTION = "/v1/locate?lon=105.868664&lat=20.998485"


def results(size: Size) -> Iterator[Result]:
    """Start several times."""
    with reachable_folder() as folder:
        start(str(folder))
        starts = [start(str(folder)) for _ in range(size.of(7, 2))]
    clock, processor = (min(each) for each in zip(*starts, strict=True))
    methods = [Method("on the clock", clock), Method("time of a core in the service's own process", processor)]
    note = f"Each start on the clock: {', '.join(f'{each:.2f}' for each, _ in starts)} s."
    yield Result(
        "`hientruong up` to the first answer, data folder present", "s", methods, [at_most(clock, 3, 1.5, "s")], note
    )


def start(folder: str) -> tuple[float, float]:
    """Start, ask once, and stop: seconds on the clock, and of a core."""
    begun = time.perf_counter()
    with started("up", HIENTRUONG_DATA_DIR=folder) as running:
        with urllib.request.urlopen(running.address + QUESTION, timeout=30) as answer:
            answer.read()
        clock, processor = time.perf_counter() - begun, cpu_seconds(running.process.pid)
        running.stop()
    return clock, processor
