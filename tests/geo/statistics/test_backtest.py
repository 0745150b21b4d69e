"""PAI and PEI are those of R's ptools; the density is the sum over all pairs; a backtest ranks maps as they deserve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad

from geo.errors import InputError
from geo.statistics.backtest import AREA_SHARES, accuracy, backtest
from geo.statistics.density import kernel_density
from geo.statistics.weights import Weights

NORTH, EAST = 100.0 * np.indices((30, 30)).reshape(2, -1)
EQUAL = np.ones(900)
NEAR = Weights.within(EAST, NORTH, 150)


@pytest.mark.parametrize(
    ("observed", "predicted", "pai", "pei"),
    [
        ([6, 3, 0], [3, 2, 1], [2, 1.5, 1], [1, 1, 1]),
        (
            [6, 7, 3, 2, 1, 0],
            [8, 4, 4, 2, 1, 0],
            [1.8947, 1.4211, 1.6842, 1.4211, 1.2, 1],
            [0.8571, 0.6923, 1, 1, 1, 1],
        ),
    ],
)
def test_pai_and_pei_as_ptools_has_them(observed, predicted, pai, pei):
    found = accuracy(predicted, observed, np.ones(len(observed)))
    np.testing.assert_allclose(found.pai, pai, atol=5e-5)
    np.testing.assert_allclose(found.pei, pei, atol=5e-5)


@given(
    places=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 4)), min_size=1, max_size=12).filter(
        lambda places: any(observed for _, observed, _ in places)
    )
)
def test_no_ranking_beats_the_perfect_one(places):
    predicted, observed, areas = np.array(places, float).T
    found = accuracy(predicted, observed, areas)
    assert (found.pei <= 1 + 1e-9).all()
    assert found.pai[-1] == pytest.approx(1)
    np.testing.assert_allclose(accuracy(observed / areas, observed, areas).pei, 1)


@given(counts=st.lists(st.integers(0, 5), min_size=1, max_size=10), seed=st.integers(0, 99))
def test_the_density_is_the_sum_over_all_pairs(counts, seed):
    x, y = np.random.default_rng(seed).uniform(0, 300, (2, len(counts)))
    near = np.clip(1 - ((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2) / 100**2, 0, None)
    expected = 3 / (np.pi * 100**2) * near**2 @ np.array(counts, float)
    np.testing.assert_allclose(kernel_density(counts, x, y, 100), expected, atol=1e-18)


def test_a_report_spreads_over_its_surroundings_whole():
    def density(y: float, x: float) -> float:
        return kernel_density([1, 0], [0, x], [0, y], 2.0)[1]

    quarter, _ = dblquad(density, 0, 2, 0, 2, epsabs=1e-3)
    assert 4 * quarter == pytest.approx(1, abs=0.01)


def test_where_reports_stay_in_place_smooth_maps_beat_chance_and_the_sparse_last_period():
    random = np.random.default_rng(4)
    rate = 0.05 + 0.8 * np.exp(-((EAST - 1000) ** 2 + (NORTH - 2000) ** 2) / 300**2)
    train, future = random.poisson(rate[:, None], (900, 12)), random.poisson(rate)
    found = backtest(train, future, NEAR, EQUAL, EAST, NORTH, 300)
    print("PAI by share of the area:", {method: pai.round(1).tolist() for method, pai in found.pai.items()})
    assert found.reports == future.sum()
    assert found.best in ("density", "gi*")
    for method in ("density", "gi*"):
        assert (found.pai[method] > 2).all()
        assert (found.pai[method] > found.pai["last period"]).all()


def test_a_map_is_judged_on_the_cells_that_fit_into_the_share():
    future = np.arange(900.0)
    found = backtest(future[:, None], future, NEAR, EQUAL, EAST, NORTH, 300)
    for pai, share in zip(found.pai["last period"], AREA_SHARES, strict=True):
        top = future[-round(share * 900) :]
        assert pai == pytest.approx(top.sum() / future.sum() / share)
    np.testing.assert_allclose(found.pei["last period"], 1)


def test_equal_predictions_gain_nothing_by_luck():
    found = accuracy(np.zeros(3), [0, 5, 1], np.ones(3))
    np.testing.assert_allclose(found.report_share, [0, 1 / 6, 1])


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: accuracy([1, 2], [0, 0], [1, 1]), "nothing was observed"),
        (lambda: accuracy([1, 2], [1, -1], [1, 1]), "observed: -1 at position 1"),
        (lambda: accuracy([1, np.nan], [1, 1], [1, 1]), "predicted: nan at position 1"),
        (lambda: accuracy([1, 2], [1, 1], [1, 0]), "areas: 0 at position 1"),
        (lambda: accuracy([1, 2], [1], [1, 1]), "observed must have the shape 2, not 1"),
        (lambda: backtest(EQUAL, EQUAL, NEAR, EQUAL, EAST, NORTH, 300), "train must have the shape 900 x any"),
        (lambda: kernel_density([1], [0], [0], 0), "bandwidth: 0"),
        (lambda: kernel_density([1, 1], [0], [0], 1), "x must have the shape 2, not 1"),
    ],
)
def test_what_cannot_be_judged_is_refused(compute, message):
    with pytest.raises(InputError, match=message):
        compute()
