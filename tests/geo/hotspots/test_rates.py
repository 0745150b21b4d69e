"""Hot spots of rates on a city's grid: none in noise, none where there is no exposure, no method but their own."""

import datetime as dt

import numpy as np
import pytest
import shapely

from geo.errors import InputError
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Found, Question, Tally, Window
from geo.hotspots.views import find

WINDOW = Window(dt.date(2026, 1, 1), dt.date(2026, 1, 31), ("waste",))
CITY = HexGrid.of([shapely.box(105.8, 21.0, 105.9, 21.1)], 9)
GRID = CITY.with_population(CITY.cell[CITY.inside == 1], np.full((CITY.inside == 1).sum(), 400.0))


def answered(counts: np.ndarray, measure: str) -> Found:
    tally = Tally(GRID.cell, counts, np.zeros_like(counts), GRID.cell[:0])
    return find(GRID, lambda _: tally, Question(WINDOW, measure=measure))


@pytest.mark.parametrize("mean", [0.02, 0.5])
@pytest.mark.parametrize("measure", ["per_km2", "per_1000"])
def test_noise_has_no_hot_spots(measure, mean):
    exposure = GRID.inside_m2 if measure == "per_km2" else np.nan_to_num(GRID.population)
    expected = mean * exposure / exposure.max()
    hits = [
        (answered(np.random.default_rng(seed).poisson(expected), measure).findings != 0).sum() for seed in range(20)
    ]
    print(f"{measure}, noise of mean {mean}, {len(GRID)} cells: {np.mean(hits):.2f} false findings a map")
    assert (np.array(hits) > 0).sum() <= 3  # of 20 maps; a chance of 5 % gives more in 1.6 % of all cases


def test_a_cell_without_residents_is_not_tested_and_its_reports_are_left_out():
    counts = np.where(np.isnan(GRID.population), 50, 1)
    found = answered(counts, "per_1000")
    unknown = np.isnan(GRID.population)
    assert unknown.any()
    assert not found.classes.any()
    for name, value in (("z", 0), ("p", 1), ("q", 1)):
        assert (found.columns[name][unknown] == value).all()
    assert np.isnan(found.columns["per_1000"][unknown]).all()
    assert found.parameters["n"] == found.parameters["reports"] == (~unknown).sum()
    assert found.n == counts.sum()


@pytest.mark.parametrize("method", ["exact", "normal", "permutation"])
def test_the_methods_of_counts_are_refused(method):
    with pytest.raises(InputError, match=f"per_km2 take the method auto: .* not by Gi\\*, whose method {method}"):
        Question(WINDOW, measure="per_km2", method=method)
