"""Noise has no hot spots, and planted ones are found: of counts by the exact null, of rates by the binomial test.

Both figures are printed (``pytest -s``).
"""

import numpy as np
import pytest
from scipy.stats import binom

from geo.hexagons.cells import cells_named
from geo.statistics.gi import hot_spots
from geo.statistics.rate_hot_spots import rate_hot_spots
from geo.statistics.weights import Weights
from tests.geo.statistics.grids import disk

ALPHA = 0.05
MAPS = 60
MEANS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
GRID = disk(31)
WEIGHTS = Weights.rings(GRID)
EXPOSURES = {
    "equal": np.ones(len(GRID)),
    # Some cells have a thousandth of the residents of others: towers beside fields.
    "unequal": np.random.default_rng(4).lognormal(sigma=1.5, size=len(GRID)),
}


def maps(mean: float) -> list[np.ndarray]:
    return [np.random.default_rng([round(1000 * mean), seed]).poisson(mean, len(GRID)) for seed in range(MAPS)]


def findings(counts: np.ndarray, null: str) -> np.ndarray:
    return hot_spots(counts, WEIGHTS, null=null).q <= ALPHA


@pytest.fixture(scope="module")
def noisy_maps() -> dict[str, np.ndarray]:
    """How many findings each map of pure noise has, by null; shape (means, maps)."""
    return {
        null: np.array([[findings(counts, null).sum() for counts in maps(mean)] for mean in MEANS])
        for null in ("exact", "normal")
    }


def test_the_exact_null_finds_spots_in_noise_at_most_as_often_as_it_says(noisy_maps):
    for row, mean in enumerate(MEANS):
        shown = {
            null: f"{(hits[row] > 0).mean():.0%} of maps, {hits[row].mean():.2f} a map"
            for null, hits in noisy_maps.items()
        }
        print(f"noise of mean {mean}, {len(GRID)} cells: false findings at FDR 5 %: {shown}")
    wrong = noisy_maps["exact"] > 0
    assert wrong.mean() <= ALPHA
    assert (wrong.sum(axis=1) <= binom.ppf(0.999, MAPS, ALPHA)).all()


def test_the_normal_curve_sees_many_spots_in_sparse_noise(noisy_maps):
    sparse = np.array(MEANS) <= 0.2
    assert (noisy_maps["normal"][sparse].mean(axis=1) > 5).all()


@pytest.mark.parametrize("mean", MEANS)
def test_planted_spots_are_found_and_little_else(mean):
    centres = np.random.default_rng(2).choice(np.flatnonzero(WEIGHTS.sums == 7), 12, replace=False)
    planted = WEIGHTS.matrix[centres].sum(axis=0) > 0
    touched = WEIGHTS.lag(planted) > 0
    lift = planted * (2 + 2.5 * np.sqrt(mean))
    found = np.array([findings(counts + np.random.default_rng(3).poisson(lift), "exact") for counts in maps(mean)])
    hit = found[:, centres].mean()
    false = (found & ~touched).sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    print(f"noise of mean {mean}: {hit:.0%} of planted centres found, {false.mean():.1%} of findings false")
    assert hit > 0.95
    assert false.mean() <= ALPHA


def rate_findings(counts: np.ndarray, exposure: np.ndarray) -> np.ndarray:
    return rate_hot_spots(counts, exposure, WEIGHTS).q <= ALPHA


def expected_counts(exposure: str, mean: float) -> np.ndarray:
    """Give what each cell's count is on average, if the rate is the same everywhere."""
    return mean * EXPOSURES[exposure] / EXPOSURES[exposure].mean()


@pytest.mark.parametrize("exposure", EXPOSURES)
def test_rates_have_spots_in_noise_at_most_as_often_as_they_say(exposure):
    wrong = np.zeros((len(MEANS), MAPS), bool)
    for row, mean in enumerate(MEANS):
        expected = expected_counts(exposure, mean)
        noise = [np.random.default_rng([round(1000 * mean), seed]).poisson(expected) for seed in range(MAPS)]
        hits = np.array([rate_findings(counts, EXPOSURES[exposure]).sum() for counts in noise])
        wrong[row] = hits > 0
        print(
            f"rates, {exposure} exposure, noise of mean {mean}, {len(GRID)} cells: false findings at FDR 5 %: "
            f"{wrong[row].mean():.0%} of maps, {hits.mean():.2f} a map"
        )
    assert wrong.mean() <= ALPHA
    assert (wrong.sum(axis=1) <= binom.ppf(0.999, MAPS, ALPHA)).all()


@pytest.mark.parametrize("exposure", EXPOSURES)
@pytest.mark.parametrize("mean", MEANS)
def test_planted_spots_of_rates_are_found_and_little_else(mean, exposure):
    centres = np.random.default_rng(2).choice(np.flatnonzero(WEIGHTS.sums == 7), 12, replace=False)
    planted = WEIGHTS.matrix[centres].sum(axis=0) > 0
    touched = WEIGHTS.lag(planted) > 0
    expected = expected_counts(exposure, mean)
    around = WEIGHTS.lag(expected) / WEIGHTS.sums
    lift = planted * (2 + 2.5 * np.sqrt(around))
    noise = [np.random.default_rng([round(1000 * mean), seed]).poisson(expected + lift) for seed in range(MAPS)]
    found = np.array([rate_findings(counts, EXPOSURES[exposure]) for counts in noise])
    hit = found[:, centres].mean()
    false = (found & ~touched).sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    print(
        f"rates, {exposure} exposure, noise of mean {mean}: {hit:.0%} of planted centres found, {false.mean():.1%} of "
        "findings false"
    )
    assert hit > 0.95
    assert false.mean() <= ALPHA


def test_permuted_cells_get_their_neighbourhoods_results_permuted():
    counts = maps(1)[0]
    order = np.random.default_rng(5).permutation(len(GRID))
    one, other = hot_spots(counts, WEIGHTS), hot_spots(counts[order], Weights.rings(GRID[order]))
    np.testing.assert_allclose(other.q, one.q[order], rtol=1e-9)


def test_the_grid_is_whole():
    assert len(GRID) == len(np.unique(GRID)) == 1 + 3 * 31 * 32
    assert cells_named(["89415cb419bffff"])[0] in GRID
