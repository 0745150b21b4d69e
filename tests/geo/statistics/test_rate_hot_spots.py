"""Hot spots of rates: each neighbourhood is SciPy's binomial test of its reports against its share of the exposure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from scipy.stats import binom, binomtest, false_discovery_control

from geo.errors import InputError
from geo.statistics.nulls import binomial_p
from geo.statistics.rate_hot_spots import rate_hot_spots
from geo.statistics.weights import Weights

LINE = Weights.within(np.arange(9), np.zeros(9), 1)

tables = arrays(int, 9, elements=st.integers(0, 30))
exposures = arrays(float, 9, elements=st.sampled_from([0.001, 0.5, 1.0, 7.0, 2500.0]))


@given(counts=tables, exposure=exposures)
def test_each_neighbourhood_is_scipys_binomial_test(counts, exposure):
    found = rate_hot_spots(counts, exposure, LINE)
    for cell in range(9):
        near = slice(max(cell - 1, 0), cell + 2)
        seen, share = int(counts[near].sum()), exposure[near].sum() / exposure.sum()
        if not counts.sum():
            assert (found.p[cell], found.z[cell]) == (1, 0)
            continue
        tests = [binomtest(seen, int(counts.sum()), share, side).pvalue for side in ("less", "greater")]
        assert found.p[cell] == pytest.approx(min(1, 2 * min(tests)), rel=1e-9)
        expected, spread = binom.stats(counts.sum(), share)
        assert found.z[cell] == pytest.approx((seen - expected) / np.sqrt(spread), abs=1e-6)
    np.testing.assert_allclose(found.q, false_discovery_control(found.p), rtol=1e-12)
    assert not (found.bin * found.z < 0).any()


@pytest.mark.parametrize(("trials", "chance"), [(1_000, 0.01), (5_000_000, 0.0002), (5_000_000, 0.9)])
def test_the_far_tails_of_millions_of_reports_are_scipys(trials, chance):
    middle, spread = trials * chance, np.sqrt(trials * chance * (1 - chance))
    seen = np.unique(np.linspace(middle - 25 * spread, middle + 25 * spread, 99).clip(0, trials).astype(int))
    for side, tail in (("less", binom.cdf(seen, trials, chance)), ("greater", binom.sf(seen - 1, trials, chance))):
        np.testing.assert_allclose(binomial_p(seen, trials, chance, side), tail, rtol=1e-10)


@given(counts=tables, exposure=exposures, order=st.permutations(range(9)), unit=st.sampled_from([1e-6, 1000.0]))
def test_neither_the_unit_of_exposure_nor_the_order_of_the_cells_matters(counts, exposure, order, unit):
    moved = Weights.within(np.arange(9)[order], np.zeros(9), 1)
    one, other = rate_hot_spots(counts, exposure, LINE), rate_hot_spots(counts[order], exposure[order] * unit, moved)
    for name in ("z", "p", "q"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name)[order], atol=1e-9)


def test_the_same_reports_are_many_for_few_people_and_few_for_many():
    alone = Weights.within(np.arange(50), np.zeros(50), 0.5)
    residents = np.full(50, 1000.0)
    residents[[10, 20]] = 100, 20_000
    found = rate_hot_spots(np.full(50, 10), residents, alone)
    assert found.bin[[10, 20]].tolist() == [3, -3]
    assert not np.delete(found.bin, [10, 20]).any()
    assert (found.method, found.parameters["reports"], found.parameters["exposure"]) == ("binomial", 500, 68_100)


def test_a_neighbourhood_of_the_whole_map_does_not_stand_out():
    found = rate_hot_spots([9, 0, 1], [0.1, 0.7, 0.3], Weights.within([0, 1, 2], [0, 0, 0], 5))
    assert not found.z.any()
    np.testing.assert_array_equal(found.p, 1)


@pytest.mark.parametrize(
    ("counts", "exposure", "message"),
    [
        ([1] * 8, [1] * 9, "counts must have the shape 9, not 8"),
        ([1] * 9, [1] * 8, "exposure must have the shape 9, not 8"),
        ([0.5] * 9, [1] * 9, "0.5 at position 0 is not a whole number"),
        ([1] * 9, [1] * 8 + [0], "exposure: 0 at position 8 is not more than 0"),
    ],
)
def test_what_has_no_exposure_is_refused(counts, exposure, message):
    with pytest.raises(InputError, match=message):
        rate_hot_spots(counts, exposure, LINE)


def test_weights_other_than_one_are_refused():
    with pytest.raises(InputError, match="need binary weights"):
        rate_hot_spots([1] * 9, [1] * 9, Weights(csr_array(LINE.matrix * 0.5)))
