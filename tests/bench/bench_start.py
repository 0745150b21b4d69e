"""From the start of ``hientruong up`` to its first answer, the data folder being there.

Run it from the project's root: ``python -m tests.bench.bench_start``.
"""

import os
import statistics
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.api.serving import started
from tests.conftest import reachable_folder

RUNS = 5
QUESTION = "/v1/locate?lon=105.868664&lat=20.998485"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Start:
    """Seconds until the first answer: on the clock, and of a core in the service's own process."""

    clock: float
    cpu: float


def start(folder: str) -> Start:
    """Start, ask once, and stop."""
    begun = time.perf_counter()
    with started("up", HIENTRUONG_DATA_DIR=folder) as running:
        with urllib.request.urlopen(running.address + QUESTION, timeout=30) as answer:
            answer.read()
        clock, cpu = time.perf_counter() - begun, cpu_seconds(running.process.pid)
        running.stop()
    return Start(clock, cpu)


def cpu_seconds(process: int) -> float:
    """User and system time of a process, from Linux's /proc; NaN elsewhere."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return float("nan")
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    with reachable_folder() as folder:
        start(str(folder))
        starts = [start(str(folder)) for _ in range(RUNS)]
    print("| `hientruong up`, data folder present | median | each |\n|---|--:|---|")
    for what, seconds in (
        ("to the first answer, s", [each.clock for each in starts]),
        ("time of a core in the service, s", [each.cpu for each in starts]),
    ):
        print(f"| {what} | {statistics.median(seconds):.2f} | {', '.join(f'{each:.2f}' for each in seconds)} |")
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
