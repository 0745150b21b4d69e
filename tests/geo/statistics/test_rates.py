"""Rates are those of the formula by hand; empirical Bayes gives spdep's and esda's figures."""

import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from geo.statistics.rates import empirical_bayes, observed_over_expected, per_km2, per_thousand
from tests.geo.statistics.published import AUCKLAND_CHILDREN, AUCKLAND_DEATHS


def test_marshalls_auckland_as_spdep_has_it():
    smoothed = empirical_bayes(AUCKLAND_DEATHS, 9 * AUCKLAND_CHILDREN)
    assert len(smoothed.rates) == 167
    assert smoothed.variance == pytest.approx(7.284173e-07, rel=1e-6)
    assert smoothed.mean == pytest.approx(0.002633436, rel=1e-6)


def test_smoothed_rates_are_esdas():
    found = empirical_bayes(AUCKLAND_DEATHS, 9 * AUCKLAND_CHILDREN).rates
    np.testing.assert_allclose(found, Empirical_Bayes(AUCKLAND_DEATHS, 9 * AUCKLAND_CHILDREN).r.ravel(), rtol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 1000)), min_size=1, max_size=20))
def test_a_smoothed_rate_lies_between_the_places_own_and_the_citys(places):
    counts, exposure = np.array(places, float).T
    smoothed = empirical_bayes(counts, exposure)
    own = counts / exposure
    slack = 1e-12 * own.max()
    assert (smoothed.rates >= np.minimum(own, smoothed.mean) - slack).all()
    assert (smoothed.rates <= np.maximum(own, smoothed.mean) + slack).all()


def test_where_all_may_be_chance_every_place_has_the_citys_rate():
    smoothed = empirical_bayes([1, 2, 1, 2], [100, 100, 100, 100])
    assert smoothed.variance == 0
    np.testing.assert_array_equal(smoothed.rates, 0.015)


def test_a_place_without_exposure_has_the_citys_rate():
    assert empirical_bayes([0, 9, 60], [0, 90, 100]).rates[0] == pytest.approx(69 / 190)
    assert not empirical_bayes([0, 0], [1, 2]).rates.any()


def test_density_counts_only_the_ground_inside_the_city():
    np.testing.assert_allclose(
        per_km2([12, 12, 0], [115_300, 115_300, 115_300], [1, 0.25, 0.5]), [104.08, 416.3, 0], atol=0.05
    )


def test_per_thousand_residents_is_not_known_where_nobody_lives():
    np.testing.assert_array_equal(per_thousand([5, 5, 0], [2_000, 0, 100]), [2.5, np.nan, 0])


def test_the_share_among_categories_is_the_chi_square_tables():
    # 60 reports, a third of them parking: the first place's 30 let expect 10 of parking, and it has 20.
    found = observed_over_expected([[20, 10], [0, 30], [0, 0]])
    np.testing.assert_allclose(found, [[2, 0.5], [0, 1.5], [np.nan, np.nan]])


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: empirical_bayes([1, -1], [1, 1]), "counts: -1 at position 1 is negative"),
        (lambda: empirical_bayes([1, 1], [1, np.nan]), "exposure: nan at position 1"),
        (lambda: empirical_bayes([1, 1], [1]), "exposure must have the shape 2, not 1"),
        (lambda: empirical_bayes([0, 0], [0, 0]), "no place has any exposure"),
        (lambda: empirical_bayes([1, 1], [1, 0]), "without exposure has reports"),
        (lambda: empirical_bayes([], []), "counts are empty"),
        (lambda: per_km2([1], [0], [1]), "areas_m2: 0 at position 0 is not more than 0"),
        (lambda: per_km2([1], [1], [1.5]), "at most 1"),
        (lambda: per_km2([1], [1], [0]), "shares: 0 at position 0"),
        (lambda: per_thousand([1], [-5]), "residents: -5 at position 0 is negative"),
        (lambda: observed_over_expected([1, 2]), "shape any x any, not 2"),
    ],
)
def test_what_gives_no_rate_is_refused(compute, message):
    with pytest.raises(InputError, match=message):
        compute()
