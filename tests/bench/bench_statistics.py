"""Hot spots and emerging hot spots, beside what esda and pymannkendall need for the same work in the same run.

Run it from the project's root: ``python -m tests.bench.bench_statistics``.
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pymannkendall
from esda import fdr as esda_fdr
from esda.getisord import G_Local
from libpysal.graph import Graph

from geo.statistics.emerging import emerging_hot_spots
from geo.statistics.gi import hot_spots
from geo.statistics.mann_kendall import mann_kendall
from geo.statistics.weights import Weights
from tests.geo.statistics.grids import disk

OURS = "hientruong"
MEAN = 0.7
GI_RINGS = 128
"""As many rings as give 49,537 cells."""
EMERGING_RINGS = 99
"""As many as give 29,701 cells."""
STEPS = 36
PEER_SERIES = 1_000
"""So many of the series are given to pymannkendall, which takes one at a time; the row says what all would take."""


@dataclass(frozen=True)
class Row:
    """How long one method takes for a task."""

    task: str
    method: str
    seconds: float


def gi_and_bh() -> list[Row]:
    """Score a city's cells and correct for how many there are."""
    cells = disk(GI_RINGS)
    weights = Weights.rings(cells)
    counts = np.random.default_rng(0).poisson(MEAN, len(cells))
    graph = Graph.from_sparse(weights.matrix.tocoo())

    classic = graph.to_W()

    def esda(near: object) -> tuple[G_Local, float]:
        found = G_Local(counts.astype(float), near, "B", permutations=0, star=True)
        return found, esda_fdr(found.p_norm, 0.05)

    found, _ = esda(graph)
    if not np.allclose(found.Zs, hot_spots(counts, weights).z):
        raise SystemExit("the methods do not agree on Gi*")
    task = f"Gi* + BH, {len(cells):,} cells"
    return [
        Row(task, OURS, best_of(10, lambda: hot_spots(counts, weights))),
        Row(task, f"{OURS}, normal", best_of(10, lambda: hot_spots(counts, weights, null="normal"))),
        Row(task, "esda, analytic, on a Graph", best_of(5, lambda: esda(graph))),
        Row(task, "esda, analytic, on a W", best_of(2, lambda: esda(classic))),
    ]


def emerging() -> list[Row]:
    """Class a city's cells over three years of months; and the trend test alone, beside its peer."""
    cells = disk(EMERGING_RINGS)
    weights = Weights.rings(cells)
    counts = np.random.default_rng(0).poisson(MEAN, (len(cells), STEPS))
    z = emerging_hot_spots(counts, weights).z
    some = z[:: len(z) // PEER_SERIES]

    def peer() -> list[float]:
        return [pymannkendall.original_test(series).z for series in some]

    if not np.allclose(peer(), mann_kendall(some).z):
        raise SystemExit("the methods do not agree on trends")
    size = f"{len(cells):,} cells x {STEPS} steps"
    return [
        Row(f"emerging, {size}", OURS, best_of(5, lambda: emerging_hot_spots(counts, weights))),
        Row(f"Mann-Kendall, {size}", OURS, best_of(5, lambda: mann_kendall(z))),
        Row(
            f"Mann-Kendall, {size}", f"pymannkendall, from {len(some):,} series", best_of(1, peer) * len(z) / len(some)
        ),
    ]


def best_of(times: int, work: Callable[[], object]) -> float:
    """Take the shortest of some runs: what disturbs a run only makes it longer."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def table(rows: list[Row]) -> str:
    """Write rows as Markdown, with how many times as fast as its peers ours is."""
    ours = {row.task: row.seconds for row in rows if row.method == OURS}
    lines = ["| task | method | ms | ours is faster |", "|---|---|--:|--:|"]
    for row in rows:
        faster = "" if row.method.startswith(OURS) else f"{row.seconds / ours[row.task]:,.0f} x"
        lines.append(f"| {row.task} | {row.method} | {row.seconds * 1000:,.1f} | {faster} |")
    return "\n".join(lines)


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # esda warns of weights that it changes itself
        print(table([*gi_and_bh(), *emerging()]))


if __name__ == "__main__":
    main()
