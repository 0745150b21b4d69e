"""The test for a change is SciPy's binomial test, the interval R's, and both say the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from geo.errors import InputError
from geo.statistics.change import change

places = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8)
days = st.sampled_from([1, 28, 30, 31, 365])


@given(places=places, earlier=days, later=days)
def test_each_place_is_scipys_binomial_test(places, earlier, later):
    before, after = np.array(places).T
    found = change(before, after, earlier, later)
    for place, (old, new) in enumerate(places):
        if not old + new:
            assert (found.p[place], found.q[place], found.bin[place]) == (1, 1, 0)
            assert np.isnan(found.percent[place])
            continue
        tests = [binomtest(new, old + new, later / (earlier + later), side) for side in ("less", "greater")]
        assert found.p[place] == pytest.approx(min(1, 2 * min(test.pvalue for test in tests)))
        exact = binomtest(new, old + new).proportion_ci(0.95, "exact")
        for bound, chance in zip((found.low, found.high), exact, strict=True):
            ratio = chance / (1 - chance) * earlier / later if chance < 1 else np.inf
            assert bound[place] == pytest.approx(100 * (ratio - 1))
    seen = before + after > 0
    if seen.any():
        np.testing.assert_allclose(found.q[seen], false_discovery_control(found.p[seen]))


def test_the_interval_of_the_ratio_of_rates_in_rs_poisson_test():
    # poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)): rate ratio 1.971488, 95 % 0.8584264 to 4.2772659.
    found = change([21], [11], 1083 + 1050 + 878, 800)
    ratios = 1 + np.array([found.percent, found.low, found.high]).ravel() / 100
    np.testing.assert_allclose(ratios, [1.971488, 0.8584264, 4.2772659], rtol=1e-6)


@given(places=places, earlier=days, later=days)
def test_p_is_significant_just_where_the_interval_leaves_no_change_out(places, earlier, later):
    before, after = np.array(places).T
    found = change(before, after, earlier, later)
    clear = (found.p < 0.0499) | (found.p > 0.0501)
    np.testing.assert_array_equal((found.p < 0.05)[clear], ((found.low > 0) | (found.high < 0))[clear])


@given(places=places)
def test_turning_time_round_turns_the_change_round(places):
    before, after = np.array(places).T
    forth, back = change(before, after), change(after, before)
    np.testing.assert_allclose(forth.p, back.p)
    np.testing.assert_array_equal(forth.bin, -back.bin)


def test_something_after_nothing_is_infinitely_more():
    found = change([0, 9], [9, 0])
    assert found.percent.tolist() == [np.inf, -100]
    assert found.high[0] == np.inf
    assert found.low[1] == -100
    assert found.bin.tolist() == [3, -3]


@pytest.mark.parametrize(
    ("before", "after", "options", "message"),
    [
        ([1, -1], [1, 1], {}, "before: -1 at position 1 is negative"),
        ([1, 1], [1, np.nan], {}, "after: nan at position 1"),
        ([1, 1], [1], {}, "after must have the shape 2, not 1"),
        ([0.5], [1], {}, "before: 0.5 at position 0 is not a whole number"),
        ([1], [1], {"exposure_after": 0}, "exposures: 0 at position 1 is not more than 0"),
        ([1], [1], {"alpha": 1}, "alpha must lie between 0 and 1"),
        ([], [], {}, "before are empty"),
    ],
)
def test_what_cannot_be_compared_is_refused(before, after, options, message):
    with pytest.raises(InputError, match=message):
        change(before, after, **options)
