"""q-values are those that Benjamini and Hochberg published, and SciPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import false_discovery_control

from geo.errors import InputError
from geo.statistics.fdr import bins, q_values, threshold

P = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1]
Q = [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765, 0.486, 0.581182, 0.714875, 0.753231,
     0.813214, 1]  # fmt: skip

chances = arrays(float, st.integers(1, 40), elements=st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05, 1.0]))


def test_the_fifteen_p_values_of_benjamini_and_hochberg():
    found = q_values(P)
    np.testing.assert_allclose(found, Q, atol=5e-7)
    assert (found <= 0.05).sum() == 4
    assert (np.array(P) <= 0.05 / len(P)).sum() == 3  # Bonferroni's, as they published beside it
    assert threshold(np.array(P), 0.05) == 0.0095


@given(p=chances)
def test_q_is_scipys(p):
    np.testing.assert_allclose(q_values(p), false_discovery_control(p), rtol=1e-12)


@given(p=chances)
def test_q_of_values_given_once_with_how_often_they_occur_is_that_of_all(p):
    values, of_each, times = np.unique(p, return_inverse=True, return_counts=True)
    np.testing.assert_allclose(q_values(values, times)[of_each], false_discovery_control(p), rtol=1e-12)


@given(p=chances, seed=st.integers(0, 9))
def test_q_rises_with_p_and_follows_its_cell(p, seed):
    q = q_values(p)
    assert (q >= p).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
    order = np.random.default_rng(seed).permutation(len(p))
    np.testing.assert_array_equal(q_values(p[order]), q[order])


@given(p=chances, alpha=st.sampled_from([0.01, 0.05, 0.1]))
def test_the_threshold_rejects_what_q_rejects(p, alpha):
    np.testing.assert_array_equal(p <= threshold(p, alpha), q_values(p) <= alpha)


def test_bins_are_the_seven_steps_of_the_map():
    q = np.array([0.01, 0.011, 0.05, 0.051, 0.1, 0.11])
    assert bins(q, np.ones(6)).tolist() == [3, 2, 2, 1, 1, 0]
    assert bins(q, -np.ones(6)).tolist() == [-3, -2, -2, -1, -1, 0]


@pytest.mark.parametrize(("p", "message"), [([], "empty"), ([np.nan], "nan"), ([1.1], "0 and 1"), ([-0.1], "0 and 1")])
def test_what_is_no_p_value_is_refused(p, message):
    with pytest.raises(InputError, match=message):
        q_values(p)
