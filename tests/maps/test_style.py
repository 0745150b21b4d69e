"""Palettes can be told apart by colour-blind eyes; class breaks say what is in the data."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from maps.style import COUNT_COLOURS, count_classes

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB; row by row.
MACHADO = {
    "normal": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "protanopia": (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998),
    "deuteranopia": (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    "tritanopia": (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900),
}
SRGB_TO_XYZ = (0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.0721750, 0.0193339, 0.1191920, 0.9503041)
JUST_NOTICEABLE = 2.3

counts_of_cells = st.lists(st.integers(0, 10_000), max_size=200)


def lab_of(colours, eye):
    """CIE L*a*b*, D65, as an eye sees sRGB colours."""
    rgb = np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.reshape(eye, (3, 3)).T, 0, 1)
    ratio = seen @ np.reshape(SRGB_TO_XYZ, (3, 3)).T / [0.95047, 1, 1.08883]
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize("eye", MACHADO)
def test_neighbouring_colours_differ_clearly_for_every_eye(eye):
    lab = lab_of(["#ffffff", *COUNT_COLOURS], MACHADO[eye])
    assert (np.diff(lab[:, 0]) < 0).all(), "more reports must look darker"
    assert np.linalg.norm(np.diff(lab, axis=0), axis=1).min() > 4 * JUST_NOTICEABLE


@given(counts=counts_of_cells)
def test_classes_hold_every_cell_once_between_counts_that_exist(counts):
    classes = count_classes(counts)
    assert sum(one.cells for one in classes) == len(counts)
    for one in classes:
        assert {one.low, one.high} <= set(counts)
        assert one.cells == sum(one.low <= count <= one.high for count in counts)
    assert all(one.high < next_one.low for one, next_one in pairwise(classes))


@given(counts=counts_of_cells)
def test_classes_are_as_many_as_the_counts_allow(counts):
    classes = count_classes(counts)
    assert len(classes) <= min(len(COUNT_COLOURS), len(set(counts)))
    assert len({one.colour for one in classes}) == len(classes)


def test_classes_of_distinct_counts_are_quantiles():
    counts = np.arange(1, 601)
    sixths = np.quantile(counts, np.arange(1, 7) / 6, method="inverted_cdf")
    assert [one.high for one in count_classes(counts)] == sixths.tolist()


@pytest.mark.parametrize("counts", [[-1], [1.5], [float("nan")]])
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_what_is_no_count_is_refused(counts):
    with pytest.raises(InputError, match="whole numbers from 0"):
        count_classes(counts)
