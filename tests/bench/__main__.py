"""Run benchmarks, each in a process of its own, and write what they gave: ``scripts/bench [--quick] [NAME ...]``.

A benchmark is a module ``tests.bench.bench_NAME`` with a function ``results(size) -> Iterator[Result]``. At full size
its results are kept in tests/bench/measured, and docs/benchmarks.md is written anew from all that are there; quick
ones are only printed.
"""

import argparse
import datetime as dt
import importlib
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.bench.harness import Method, Result, Size

_FOLDER = Path(__file__).parent
_MEASURED = _FOLDER / "measured"
_PAGE = _FOLDER.parents[1] / "docs" / "benchmarks.md"
_VERSIONS = (
    "numpy", "shapely", "geopandas", "pyarrow", "fastapi", "uvicorn", "psycopg", "sqlalchemy", "asyncpg", "sedonadb",
    "duckdb", "esda", "pymannkendall", "h3ronpy",
)  # fmt: skip
_HEAD = """# Benchmarks

Written by `scripts/bench`; nothing here was typed by hand. Every row was measured beside its peers in one run, on the
machine that stands below it: compare the ratios, not the seconds, with your own run. A value is the shortest of several
runs (what disturbs a run only makes it longer) or, where calls were timed one by one, their median. Expect 20 to 30 %
from run to run.
"""


def names() -> list[str]:
    """Give the names of all benchmarks."""
    return sorted(path.stem.removeprefix("bench_") for path in _FOLDER.glob("bench_*.py"))


def run(name: str, size: Size) -> list[Result]:
    """Run one benchmark in a process of its own, so that its memory is its own; its words go to standard error."""
    command = [sys.executable, "-m", "tests.bench", "--one", name, *(["--quick"] if size.quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"the benchmark {name} failed: see above")
    return [Result.loads(line) for line in done.stdout.splitlines()]


def bars_table(results: Sequence[Result]) -> str:
    """Write what was asked and what was reached."""
    lines = ["| what | bar | goal | reached | |", "|---|---|---|--:|---|"]
    for result in results:
        for bar in result.bars:
            verdict = "goal" if bar.goal_met else "bar" if bar.met else "**missed**"
            lines.append(f"| {result.task} | {bar.asked} | {bar.goal} | {bar.reached} | {verdict} |")
    return "\n".join(lines)


def result_section(result: Result) -> str:
    """Write one benchmark with its peers."""
    ours = result.methods[0]
    single = any(method.slowest is not None for method in result.methods)
    lines = [f"### {result.task}", ""]
    lines.append(f"| method | {'p50, ' if single else ''}{result.unit} |{' p99 |' if single else ''} beside ours |")
    lines.append(f"|---|--:|{'--:|' if single else ''}--:|")
    for method in result.methods:
        slowest = f" {_figure(method.slowest)} |" if single else ""
        lines.append(f"| {method.name} | {_figure(method.value)} |{slowest} {_times(method, ours)} |")
    if result.note:
        lines += ["", result.note]
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _times(method: Method, ours: Method) -> str:
    return "" if method is ours or not ours.value else f"{method.value / ours.value:.3g} x"


def machine() -> str:
    """Say on what was measured."""
    with Path("/proc/cpuinfo").open() as lines:
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    known = []
    for package in _VERSIONS:
        try:
            known.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return (
        f"Measured on {dt.date.today()} on {platform.machine()}, {model}, {len(os.sched_getaffinity(0))} cores;"
        f" Python {platform.python_version()}, {', '.join(known)}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="*", help=f"one or more of: {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes; nothing is written")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    size = Size(given.quick)
    if unknown := set(given.name) - set(names()):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}: there are {', '.join(names())}")
    if given.one:
        for result in importlib.import_module(f"tests.bench.bench_{given.name[0]}").results(size):
            print(result.dumps(), flush=True)
        return
    for name in given.name or names():
        print(f"-- {name}", file=sys.stderr)
        results = run(name, size)
        if size.quick:
            print(page(results))
        else:
            keep(name, results)
            _PAGE.write_text(page(measured()) + "\n", encoding="utf-8")
            print(bars_table(results))


def page(results: Sequence[Result]) -> str:
    """Write a page of results."""
    return "\n\n".join(
        [_HEAD.strip(), "## The bars", bars_table(results), "## Each beside its peers", *map(result_section, results)]
    )


def keep(name: str, results: Sequence[Result]) -> None:
    """Keep what a benchmark gave at full size, and on what."""
    said = [replace(result, note=f"{result.note}\n\n{machine()}".strip()).dumps() for result in results]
    _MEASURED.mkdir(exist_ok=True)
    (_MEASURED / f"{name}.jsonl").write_text("\n".join(said) + "\n", encoding="utf-8")


def measured() -> list[Result]:
    """Read what was kept, in the order of names."""
    lines = [line for path in sorted(_MEASURED.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [Result.loads(line) for line in lines]


if __name__ == "__main__":
    main()
