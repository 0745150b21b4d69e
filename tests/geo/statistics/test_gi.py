"""Gi and Gi* give the published scores and esda's; the nulls give what counting gives."""

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from esda.getisord import G_Local
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from libpysal.weights import W
from scipy.sparse import csr_array, diags_array
from scipy.stats import false_discovery_control, norm

from geo.errors import InputError
from geo.statistics.gi import LARGEST_SPARSE_MEAN, gi_z, hot_spots
from geo.statistics.nulls import exact_p, normal_p
from geo.statistics.weights import Weights
from tests.geo.statistics.published import GETIS_ORD_1996

NORTH, EAST = 30.0 * np.indices((16, 16)).reshape(2, -1)
PUBLISHED_CELL = int(np.flatnonzero((EAST == 210) & (NORTH == 210))[0])

TINY_X, TINY_Y = [10, 20, 40, 15, 30, 30], [10, 10, 10, 20, 20, 30]
TINY_VALUES = [2, 3, 3.2, 5, 8, 7]

tables = arrays(float, 12, elements=st.integers(0, 9))
LINE = Weights.within(np.arange(12), np.zeros(12), 2)
LINE_WITHOUT_SELF = Weights.within(np.arange(12), np.zeros(12), 2, with_self=False)


@pytest.mark.parametrize(
    ("distance", "published"), [(30, 1.221979), (60, 1.748098), (90, 1.986135), (120, 1.893374), (150, 1.237454)]
)
def test_gi_of_getis_and_ord_1996(distance, published):
    weights = Weights.within(EAST, NORTH, distance, with_self=False)
    assert GETIS_ORD_1996[PUBLISHED_CELL] == 83
    assert gi_z(GETIS_ORD_1996, weights)[PUBLISHED_CELL] == pytest.approx(published, abs=5e-7)


def test_gi_star_of_getis_and_ord_1996_as_spdep_has_it():
    weights = Weights.within(EAST, NORTH, 30)
    assert gi_z(GETIS_ORD_1996, weights)[PUBLISHED_CELL] == pytest.approx(1.45078, abs=5e-6)


def test_gi_star_of_the_six_points():
    found = gi_z(TINY_VALUES, Weights.within(TINY_X, TINY_Y, 15))
    published = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    np.testing.assert_allclose(found, published, atol=5e-9)


@pytest.mark.parametrize("with_self", [True, False])
def test_scores_and_normal_p_are_esdas(with_self):
    values = np.random.default_rng(3).poisson(4, 256)
    weights = Weights.within(EAST, NORTH, 45, with_self=with_self)
    others = Weights.within(EAST, NORTH, 45, with_self=False).matrix.tolil().rows
    esda = G_Local(values, W(dict(enumerate(others)), silence_warnings=True), "B", permutations=0, star=with_self)
    found = hot_spots(values, weights, null="normal", alternative="greater")
    np.testing.assert_allclose(found.z, esda.Zs, atol=1e-12)
    np.testing.assert_allclose(np.minimum(found.p, 1 - found.p), esda.p_norm, atol=1e-12)


@given(x=tables, constant=st.integers(-1000, 1000), weights=st.sampled_from([LINE, LINE_WITHOUT_SELF]))
def test_a_constant_for_all_changes_no_score(x, constant, weights):
    np.testing.assert_allclose(gi_z(x + constant, weights), gi_z(x, weights), atol=1e-9)


@given(x=tables)
def test_row_standardised_weights_give_the_scores_of_binary_ones(x):
    standardised = Weights(csr_array(diags_array(1 / LINE.sums) @ LINE.matrix))
    np.testing.assert_allclose(gi_z(x, standardised), gi_z(x, LINE), atol=1e-9)


@given(x=tables, order=st.permutations(range(12)), null=st.sampled_from(["exact", "normal"]))
def test_the_order_of_the_cells_does_not_matter(x, order, null):
    moved = Weights.within(np.arange(12)[order], np.zeros(12), 2)
    one, other = hot_spots(x, LINE, null=null), hot_spots(x[order], moved, null=null)
    for name in ("z", "p", "q"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name)[order], atol=1e-9)


@given(x=arrays(int, 64, elements=st.integers(0, 9)), with_self=st.booleans())
def test_neighbourhoods_taken_together_are_found_as_each_by_itself(x, with_self):
    row = Weights.within(np.arange(64), np.zeros(64), 2, with_self=with_self)
    z = gi_z(x, row)
    sums, sizes = row.lag(x).astype(int), row.sums.astype(int)
    alone = {
        "exact": [exact_p(x, sums[[cell]], sizes[[cell]], "two-sided")[0] for cell in range(64)],
        "normal": normal_p(z, "two-sided"),
    }
    for null, p in alone.items():
        found = hot_spots(x, row, null=null)
        np.testing.assert_allclose(found.z, z, atol=1e-9)
        np.testing.assert_allclose(found.p, p, rtol=1e-12)
        np.testing.assert_allclose(found.q, false_discovery_control(p), rtol=1e-12)


@given(x=arrays(int, 4, elements=st.integers(0, 3)), size=st.integers(1, 4))
def test_the_exact_null_is_what_counting_all_draws_gives(x, size):
    sums = np.array([sum(draw) for draw in product(x.tolist(), repeat=size)])
    for seen in np.unique(sums):
        lower, upper, half = (sums <= seen).mean(), (sums >= seen).mean(), (sums == seen).mean() / 2
        asked = np.array([seen]), np.array([size])
        assert exact_p(x, *asked, "greater")[0] == pytest.approx(upper)
        assert exact_p(x, *asked, "less")[0] == pytest.approx(lower)
        assert exact_p(x, *asked, "two-sided")[0] == pytest.approx(min(1, 2 * min(lower, upper)))
        assert exact_p(x, *asked, "greater", mid_p=True)[0] == pytest.approx(upper - half)


def test_the_exact_null_keeps_its_precision_in_the_far_tail():
    counts = np.random.default_rng(1).poisson(0.3, 2_000)
    counts[0] = 40
    frequency = [Fraction(int(times), len(counts)) for times in np.bincount(counts)]
    chance = [Fraction(1)]
    for _ in range(7):
        longer = [Fraction(0)] * (len(chance) + len(frequency) - 1)
        for (a, p), (b, q) in product(enumerate(chance), enumerate(frequency)):
            longer[a + b] += p * q
        chance = longer
    sums = np.arange(len(chance))
    expected = [float(sum(chance[seen:])) for seen in sums]
    assert min(expected) < 1e-20
    found = exact_p(counts, sums, np.full(len(sums), 7), "greater")
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_permutation_is_exact_where_all_deals_can_be_counted():
    values = np.array([7.0, 4, 4, 1, 0, 0])
    weights = Weights.within(np.arange(6), np.zeros(6), 1)
    found = hot_spots(values, weights, null="permutation", alternative="greater", permutations=20_000, seed=5).p
    for cell in range(6):
        neighbours = int(weights.sums[cell]) - 1
        sums = [sum(deal) for deal in permutations(np.delete(values, cell), neighbours)]
        seen = weights.lag(values)[cell] - values[cell]
        assert found[cell] == pytest.approx(np.mean(np.array(sums) >= seen), abs=0.02)


def test_permutation_repeats_with_its_seed():
    values = np.random.default_rng(0).poisson(2, 256)
    weights = Weights.within(EAST, NORTH, 45)
    one, again, other = (
        hot_spots(values, weights, null="permutation", permutations=19, seed=seed).p for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert one.min() >= 1 / 20


@pytest.mark.parametrize(
    ("mean", "method"), [(0.2, "exact"), (LARGEST_SPARSE_MEAN - 2, "exact"), (LARGEST_SPARSE_MEAN + 2, "normal")]
)
def test_auto_chooses_by_the_mean_count_and_says_which(mean, method):
    values = np.random.default_rng(0).poisson(mean, 256)
    found = hot_spots(values, Weights.within(EAST, NORTH, 45))
    assert found.method == method
    assert found.parameters["mean"] == values.mean()
    assert found.parameters["n"] == 256


def test_auto_leaves_rates_and_weighted_neighbours_to_the_normal_curve():
    assert hot_spots(np.arange(12) / 10, LINE).method == "normal"
    assert hot_spots(np.arange(12), Weights(csr_array(LINE.matrix * 0.5))).method == "normal"


def test_two_sided_normal_p_is_the_textbooks():
    found = hot_spots(np.arange(12.0), LINE, null="normal")
    np.testing.assert_allclose(found.p, 2 * norm.sf(np.abs(found.z)))
    assert set(np.sign(found.bin[found.bin != 0])) <= set(np.sign(found.z))


@pytest.mark.parametrize("null", ["exact", "normal", "permutation"])
@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ([0.0] * 12, LINE),
        ([3.0] * 12, LINE),
        ([3.0] * 12, LINE_WITHOUT_SELF),
        ([5.0], Weights.within([0], [0], 1)),
        ([5.0, 0, 0], Weights.within([0, 9, 18], [0, 0, 0], 1, with_self=False)),
    ],
)
def test_where_nothing_can_stand_out_the_score_is_0_and_p_is_1(null, values, weights):
    found = hot_spots(values, weights, null=null)
    np.testing.assert_array_equal(found.z, 0)
    np.testing.assert_allclose(found.p, 1)
    assert not found.bin.any()


def test_a_neighbourhood_of_the_whole_map_scores_0():
    np.testing.assert_array_equal(gi_z([1.0, 2, 10], Weights.within([0, 1, 2], [0, 0, 0], 5)), 0)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ([1] * 11 + [-1], {}, "-1 at position 11 is negative"),
        ([1] * 11 + [np.nan], {}, "nan at position 11 is not a finite number"),
        ([1] * 11, {}, "counts must have the shape 12, not 11"),
        ([[1] * 12], {}, "must have the shape 12, not 1 x 12"),
        ([0.5] * 12, {"null": "exact"}, "0.5 at position 0 is not a whole number"),
        ([200_000] * 12, {"null": "exact"}, "sums up to 100000"),
        ([1] * 12, {"null": "poisson"}, "null is auto or one of exact, normal, permutation"),
        ([1] * 12, {"alternative": "both"}, "alternative is one of two-sided, greater, less"),
        ([1] * 12, {"null": "permutation", "permutations": 0}, "at least one permutation"),
        (
            [1] * 12,
            {"null": "permutation", "permutations": 10**7},
            "420,000,000 draws, of at most 250,000,000: take fewer",
        ),
    ],
)
def test_bad_counts_get_a_clear_error(counts, options, message):
    with pytest.raises(InputError, match=message):
        hot_spots(counts, LINE, **options)


def test_the_exact_null_refuses_weights_other_than_one():
    with pytest.raises(InputError, match="needs binary weights"):
        hot_spots([1] * 12, Weights(csr_array(LINE.matrix * 0.5)), null="exact")
