"""What every benchmark shares: how a run is timed, what a result holds, and how it is written down.

A figure counts only beside its peers in the same run: a slower machine slows all of them, and the ratio stays.
"""

import gc
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Method:
    """One way to do the work.

    Parameters
    ----------
    name : str
    value : float
        In the result's unit.
    slowest : float, optional
        The 99th percentile in the same unit, where single calls were timed.
    """

    name: str
    value: float
    slowest: float | None = None


@dataclass(frozen=True)
class Bar:
    """What has to be reached, and what was.

    Parameters
    ----------
    asked, goal : str
        As DESIGN.md says it, such as "60 x geopandas.sjoin covered_by" and "150 x".
    reached : str
    met, goal_met : bool
    """

    asked: str
    goal: str
    reached: str
    met: bool
    goal_met: bool


@dataclass(frozen=True)
class Result:
    """One benchmark: our method first, its peers after it.

    Parameters
    ----------
    task : str
        What is done, with its size.
    unit : str
        Of every value.
    methods : sequence of Method
    bars : sequence of Bar
    note : str
        What a reader must know to trust the row.
    """

    task: str
    unit: str
    methods: Sequence[Method]
    bars: Sequence[Bar] = ()
    note: str = ""

    def dumps(self) -> str:
        """Write as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, line: str) -> "Result":
        """Read what :meth:`dumps` wrote."""
        fields = json.loads(line)
        methods = [Method(**method) for method in fields.pop("methods")]
        bars = [Bar(**bar) for bar in fields.pop("bars")]
        return cls(methods=methods, bars=bars, **fields)


def times_faster(methods: Sequence[Method], peer: str, bar: float, goal: float) -> Bar:
    """Ask that the first method takes a `bar`-th of a peer's value."""
    times = next(method.value for method in methods if method.name == peer) / methods[0].value
    return Bar(f"{bar:g} x {peer}", f"{goal:g} x", f"{times:.3g} x", times >= bar, times >= goal)


def at_most(value: float, bar: float, goal: float, unit: str) -> Bar:
    """Ask that a value is no more than `bar`."""
    return Bar(f"at most {bar:g} {unit}", f"{goal:g} {unit}", f"{value:.3g} {unit}", value <= bar, value <= goal)


def best_of(times: int, work: Callable[[], object], before: Callable[[], object] = gc.collect) -> float:
    """Take the shortest of some runs, in seconds: what disturbs a run only makes it longer; `before` is not timed."""
    seconds = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def one_by_one(
    name: str, work: Callable[..., object], calls: Sequence[tuple[object, ...]], scale: float = 1e6
) -> Method:
    """Time single calls: the median and the 99th percentile, in microseconds if not scaled otherwise."""
    seconds = np.empty(len(calls))
    for number, arguments in enumerate(calls):
        start = time.perf_counter()
        work(*arguments)
        seconds[number] = time.perf_counter() - start
    median, slowest = np.percentile(seconds, [50, 99]) * scale
    return Method(name, float(median), float(slowest))


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, with its threads to come, on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def peak_mb(process: int | str = "self") -> float:
    """Give the most memory that a running process ever held, in MB (10^6 bytes)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def cpu_seconds(process: int) -> float:
    """Give the time of a core that a running process has taken, by all its threads, those that ended too."""
    values = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Size:
    """How large a run is: the full one, which docs/benchmarks.md holds, or a quick one to try.

    Parameters
    ----------
    quick : bool
    """

    quick: bool = field(default=False)

    def of(self, full: int, quick: int) -> int:
        """Choose."""
        return quick if self.quick else full
