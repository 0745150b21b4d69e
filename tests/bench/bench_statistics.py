"""Hot spots and emerging hot spots, beside what esda and pymannkendall need for the same work."""

import warnings
from collections.abc import Iterator

import numpy as np
import pymannkendall
from esda import fdr as esda_fdr
from esda.getisord import G_Local
from libpysal.graph import Graph

from geo.hexagons.hexgrid import HexGrid
from geo.statistics.emerging import emerging_hot_spots
from geo.statistics.gi import hot_spots
from geo.statistics.mann_kendall import mann_kendall
from geo.statistics.weights import Weights
from tests.bench.harness import Method, Result, Size, at_most, best_of, times_faster
from tests.geo.coverages import hanoi
from tests.geo.statistics.grids import disk

OURS, ESDA = "hientruong", "esda, analytic"
MEAN = 0.7
STEPS = 36
PEER_SERIES = 1_000
"""So many of the series are given to pymannkendall, which takes one at a time; the row says what all would take."""


def results(size: Size) -> Iterator[Result]:
    """Measure on discs of cells: 128 rings are 49,537 cells, 99 are 29,701."""
    warnings.simplefilter("ignore")  # esda warns of weights that it changes itself
    yield grid()
    yield gi_and_bh(size.of(128, 40))
    yield from emerging(size.of(99, 40))


def grid() -> Result:
    """Find every cell of resolution 9 that touches the city, with its exact share."""
    polygons = hanoi().polygons
    cells = len(HexGrid.of(polygons, 9))
    seconds = best_of(3, lambda: HexGrid.of(polygons, 9))
    note = "Made once for each boundaries and resolution, then kept by the service."
    return Result(f"grid of {cells:,} cells", "s", [Method(OURS, seconds)], [at_most(seconds, 1, 1, "s")], note)


def gi_and_bh(rings: int) -> Result:
    """Score a city's cells and correct for how many there are."""
    cells = disk(rings)
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
    ways = {
        OURS: (10, lambda: hot_spots(counts, weights)),
        f"{OURS}, normal theory": (10, lambda: hot_spots(counts, weights, null="normal")),
        ESDA: (5, lambda: esda(graph)),
        "esda, analytic, on a W": (2, lambda: esda(classic)),
    }
    methods = [Method(name, best_of(times, work) * 1e3) for name, (times, work) in ways.items()]
    note = (
        "Ours has an exact null for sparse counts, esda normal theory; the bar is beside the faster of its two weights."
    )
    return Result(f"Gi* + BH, {len(cells):,} cells", "ms", methods, [times_faster(methods, ESDA, 10, 30)], note)


def emerging(rings: int) -> Iterator[Result]:
    """Class a city's cells over three years of months; and the trend test alone, beside its peer."""
    cells = disk(rings)
    weights = Weights.rings(cells)
    counts = np.random.default_rng(0).poisson(MEAN, (len(cells), STEPS))
    z = emerging_hot_spots(counts, weights).z
    some = z[:: max(len(z) // PEER_SERIES, 1)]

    def peer() -> list[float]:
        return [pymannkendall.original_test(series).z for series in some]

    if not np.allclose(peer(), mann_kendall(some).z):
        raise SystemExit("the methods do not agree on trends")
    size = f"{len(cells):,} cells x {STEPS} steps"
    seconds = best_of(5, lambda: emerging_hot_spots(counts, weights))
    yield Result(f"emerging, {size}", "s", [Method(OURS, seconds)], [at_most(seconds, 1, 0.2, "s")])
    methods = [
        Method(OURS, best_of(5, lambda: mann_kendall(z))),
        Method(f"pymannkendall, from {len(some):,} series", best_of(1, peer) * len(z) / len(some)),
    ]
    yield Result(f"Mann-Kendall, {size}", "s", methods)
