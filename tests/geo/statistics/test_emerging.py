"""Every class has a series that is it and one that just is not; scores are esda's on the whole space-time matrix."""

import numpy as np
import pytest
from esda.getisord import G_Local
from libpysal.weights import W
from scipy.sparse import csr_array
from scipy.stats import binomtest, false_discovery_control, norm

from geo.errors import InputError
from geo.statistics.emerging import NAMES, classify, emerging_hot_spots
from geo.statistics.weights import Weights

CODES = {words.en.removesuffix(" hot spot"): code for code, words in NAMES.items() if code > 0}
LINE = Weights.within(np.arange(30), np.zeros(30), 1)

# Twenty steps: # hot, - cold, . neither; then the trend of the score; then the class that the rules give by hand.
SERIES = [
    ("##################..", 0, "historical"),  # hot in 90 %, not at the end
    ("#################...", 0, None),  # 85 %
    ("##################.-", 0, "historical"),  # also an oscillating cold spot: the first rule decides
    (".." + "#" * 18, 1, "intensifying"),
    (".." + "#" * 18, -1, "diminishing"),
    (".." + "#" * 18, 0, "persistent"),
    ("-." + "#" * 18, 0, "persistent"),  # once cold, but hot in 90 %
    ("..." + "#" * 17, 1, "consecutive"),  # 85 %: no trend makes it intensifying
    ("..." + "#" * 17, -1, "consecutive"),
    ("..." + "#" * 17, 0, "consecutive"),
    ("-.................." + "#", 0, "oscillating"),
    ("...................#", 0, "new"),  # never cold
    ("#.................-#", 0, "oscillating"),
    ("#..................#", 0, "sporadic"),  # hot before
    ("..................##", 0, "consecutive"),  # not new: a run of two
    ("#.................##", 0, "sporadic"),  # hot before the run
    ("-.................##", 0, "oscillating"),  # cold before the run
    ("##################.#", 0, "persistent"),  # hot in 95 %
    ("##.##############.-#", 0, "oscillating"),  # on and off, 85 %, once cold
    ("##.##############..#", 0, "sporadic"),
    ("....................", 1, None),
    ("##................#.", 1, None),  # not hot at the end
]


def states(text: str) -> np.ndarray:
    return np.array([{"#": 1, "-": -1, ".": 0}[step] for step in text], np.int8)


@pytest.mark.parametrize(("text", "direction", "name"), SERIES)
def test_a_series_has_the_class_of_the_rules_and_its_mirror_the_cold_one(text, direction, name):
    code = CODES.get(name, 0)
    state, trend = states(text)[None], np.array([direction], np.int8)
    assert classify(state, trend) == [code]
    assert classify(-state, -trend) == [-code]


def test_each_of_the_seventeen_classes_has_a_series_and_a_name_in_both_languages():
    assert {CODES.get(name, 0) for _, _, name in SERIES} == set(range(9))
    assert set(NAMES) == set(range(-8, 9))
    assert len({words.vi for words in NAMES.values()}) == len({words.en for words in NAMES.values()}) == 17


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
@pytest.mark.parametrize("steps_back", [0, 1, 3])
def test_scores_are_those_of_the_whole_space_time_matrix(steps_back):
    steps = 12
    counts = np.random.default_rng(steps_back).poisson(2, (LINE.n, steps))
    before = np.subtract.outer(np.arange(steps), np.arange(steps))
    near_in_time = (before >= 0) & (before <= steps_back)
    near = np.kron(LINE.matrix.toarray(), near_in_time) > 0
    others = {place: np.flatnonzero(row & (np.arange(len(row)) != place)).tolist() for place, row in enumerate(near)}
    esda = G_Local(counts.ravel(), W(others, silence_warnings=True), "B", permutations=0, star=True)
    found = emerging_hot_spots(counts, LINE, steps_back=steps_back, null="normal")
    np.testing.assert_allclose(found.z.ravel(), esda.Zs, atol=1e-9)
    q = false_discovery_control(2 * norm.sf(np.abs(esda.Zs)))
    np.testing.assert_array_equal(found.state.ravel(), np.sign(esda.Zs) * (q <= 0.05))


def test_planted_series_come_out_of_noise():
    weights = Weights.within(np.arange(400), np.zeros(400), 1)
    counts = np.random.default_rng(7).poisson(0.3, (400, 24))
    counts[100:103] += 4
    counts[200:203, 12:] += 4
    counts[300:303, -1] += 8
    found = emerging_hot_spots(counts, weights, steps_back=0)
    assert found.method == "exact"
    assert [NAMES[int(code)].en for code in found.classes[[101, 201, 301]]] == [
        "persistent hot spot", "consecutive hot spot", "new hot spot",
    ]  # fmt: skip
    planted = np.array([*range(99, 104), *range(199, 204), *range(299, 304)])
    assert (np.delete(found.classes, planted) == 0).mean() > 0.98


def test_a_cube_of_equal_counts_has_no_pattern():
    found = emerging_hot_spots(np.full((30, 12), 3), LINE)
    assert not found.z.any()
    assert not found.classes.any()


@pytest.mark.parametrize("steps_back", [0, 1, 3])
def test_a_series_told_backwards_has_the_opposite_trend(steps_back):
    counts = np.random.default_rng(steps_back).poisson(2, (LINE.n, 12))
    forth, back = (emerging_hot_spots(told, LINE, steps_back=steps_back).trend for told in (counts, counts[:, ::-1]))
    np.testing.assert_array_equal(back.s, -forth.s)
    np.testing.assert_array_equal(back.p, forth.p)
    assert forth.s.any()


@pytest.mark.parametrize("steps_back", [0, 1, 5])
def test_places_that_are_always_as_hot_have_no_trend(steps_back):
    row = Weights.within(np.arange(300), np.zeros(300), 1)
    counts = np.repeat(np.random.default_rng(0).poisson(0.5, (300, 1)), 20, axis=1)
    found = emerging_hot_spots(counts, row, steps_back=steps_back)
    assert not found.trend.s.any()
    assert not np.isin(np.abs(found.classes), [CODES["intensifying"], CODES["diminishing"]]).any()
    assert (found.classes == CODES["persistent"]).any()


def test_hot_places_of_the_same_mean_rise_as_often_as_they_fall():
    """Both are more often than the 2.5 % of series without memory, as neighbouring steps share counts."""
    row, hot = Weights.within(np.arange(400), np.zeros(400), 1), np.arange(20, 390, 20)
    rises = falls = places = 0
    for seed in range(60):
        random = np.random.default_rng([seed, 12])
        counts = random.poisson(0.3, (400, 12))
        for beside in (-1, 0, 1):
            counts[hot + beside] += random.poisson(12, (len(hot), 12))
        found = emerging_hot_spots(counts, row)
        assert (found.state[hot] == 1).mean() > 0.8
        trend = np.sign(found.trend.z[hot]) * (found.trend.p[hot] <= 0.05)
        rises, falls, places = rises + (trend > 0).sum(), falls + (trend < 0).sum(), places + len(hot)
    print(f"hot places of the same mean: {rises / places:.1%} rise, {falls / places:.1%} fall")
    assert binomtest(int(rises), int(rises + falls)).pvalue > 0.01
    assert rises + falls < 0.15 * places


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (np.ones((30, 9)), {}, "at least 10 steps of time, not 9"),
        (np.ones((29, 12)), {}, "shape 30 x any, not 29 x 12"),
        (np.ones(30), {}, "shape 30 x any, not 30"),
        (np.full((30, 12), -1), {}, "-1 at position 0, 0 is negative"),
        (np.full((30, 12), 0.5), {}, "not a whole number"),
        (np.ones((30, 12)), {"steps_back": -1}, "steps_back is 0 to 10 of 12 steps, not -1"),
        (np.ones((30, 12)), {"steps_back": 11}, "steps_back is 0 to 10 of 12 steps, not 11"),
        (np.ones((30, 12)), {"alpha": 0}, "alpha must lie between 0 and 1"),
        (np.ones((30, 12)), {"null": "permutation"}, "null is auto or one of exact, normal"),
    ],
)
def test_what_is_no_cube_is_refused(counts, options, message):
    with pytest.raises(InputError, match=message):
        emerging_hot_spots(counts, LINE, **options)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="with the cell itself"):
        emerging_hot_spots(np.ones((2, 12)), Weights.within([0, 1], [0, 0], 1, with_self=False))
    with pytest.raises(InputError, match="needs binary weights"):
        emerging_hot_spots(np.ones((30, 12)), Weights(csr_array(LINE.matrix * 0.5)), null="exact")
