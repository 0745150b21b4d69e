"""Duplicates: the planted ones are found, and the search is brute force over all pairs, only faster."""

from itertools import combinations

import numpy as np
import pyproj
import pytest

from geo.demo.reports import make_demo
from geo.folded import folded_words
from geo.reports.duplicates import LIKELY, RADIUS_M, likely_pairs, likely_pairs_of
from tests.geo.planted import judge, planted, sightings

NOW = np.datetime64("2026-01-05T03:00", "ms")


@pytest.fixture(scope="module")
def demo(dispatch):
    return make_demo(dispatch, NOW, 20_000)


def test_precision_and_recall_on_planted_duplicates_stay_above_their_floor(demo):
    truth = planted(demo)
    assert len(truth) == pytest.approx(0.04 * 20_000, abs=2)
    found = judge(likely_pairs(sightings(demo)), truth)
    assert found.precision > 0.95
    assert found.recall > 0.97


def trigrams(text: str) -> set[str]:
    plain = " " + " ".join(folded_words(text)) + " "
    return {plain[i : i + 3] for i in range(len(plain) - 2)} if plain.strip() else set()


def test_pairs_are_those_of_brute_force_by_the_stated_formula(demo):
    reports = sightings(demo).take(np.flatnonzero(demo.reports.reported_at > NOW - np.timedelta64(6, "D")))
    reports.description[::9] = ""
    geod = pyproj.Geod(ellps="WGS84")
    expected = {}
    for i, j in combinations(range(len(reports)), 2):
        i, j = sorted((i, j), key=lambda row: reports.reported_at[row])
        metres = geod.inv(reports.lon[i], reports.lat[i], reports.lon[j], reports.lat[j])[2]
        hours = (reports.reported_at[j] - reports.reported_at[i]) / np.timedelta64(1, "h")
        if metres > RADIUS_M or hours > 72:
            continue
        one, other = (reports.description[row] for row in (i, j))
        words = len(trigrams(one) & trigrams(other)) / len(trigrams(one) | trigrams(other)) if one and other else 0.5
        named = [{word for word in folded_words(text) if any(map(str.isdigit, word))} for text in (one, other)]
        others = all(named) and not named[0] & named[1]
        factor = (0.5 if others else 1) * (1 if reports.category[i] == reports.category[j] else 0.5)
        score = factor * (words / (1 + (metres / 50) ** 2) / (1 + (hours / 36) ** 2)) ** (1 / 3)
        expected[i, j] = score
    assert len(expected) > 10
    pairs = likely_pairs(reports, 0.0)
    found = dict(zip(zip(pairs.earlier.tolist(), pairs.later.tolist(), strict=True), pairs.score, strict=True))
    assert found == pytest.approx(expected)
    assert (np.diff(pairs.score) <= 0).all()
    likely = likely_pairs(reports)
    assert len(likely) == sum(score >= LIKELY for score in expected.values())
    for row in np.unique([likely.earlier[:3], likely.later[:3]]):
        of_row = likely_pairs_of(reports, int(row))
        mine = (likely.earlier == row) | (likely.later == row)
        assert sorted(zip(of_row.earlier, of_row.later, strict=True)) == sorted(
            zip(likely.earlier[mine], likely.later[mine], strict=True)
        )


@pytest.mark.parametrize("n", [0, 1])
def test_where_nothing_is_to_be_compared_nothing_is_found(demo, n):
    few = sightings(demo).take(np.arange(n))
    assert len(likely_pairs(few)) == 0
    assert n == 0 or len(likely_pairs_of(few, 0)) == 0
