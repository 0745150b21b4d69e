"""Palettes can be told apart by colour-blind eyes; class breaks say what is in the data."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from maps.style import (
    CHANGE_COLOURS,
    COUNT_COLOURS,
    EMERGING_COLOURS,
    SIGNIFICANCE_COLOURS,
    STATUS_COLOURS,
    count_classes,
)

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB; row by row.
MACHADO = {
    "normal": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "protanopia": (0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998),
    "deuteranopia": (0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881),
    "tritanopia": (1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900),
}
SRGB_TO_XYZ = (0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.0721750, 0.0193339, 0.1191920, 0.9503041)
CLEARLY_APART = 7.5
"""CIEDE2000; 1 is just noticeable side by side, and classes of a map do not lie side by side."""
SEVEN_STEPS = {"significance": SIGNIFICANCE_COLOURS, "change": CHANGE_COLOURS}
KINDS = {"emerging": tuple(EMERGING_COLOURS.values()), "status": tuple(STATUS_COLOURS.values())}
INK, QUIET, ACCENT, CAUTION, WHITE = "#1f1b26", "#5c5665", "#5d4582", "#fff6d6", "#ffffff"

counts_of_cells = st.lists(st.integers(0, 10_000), max_size=200)


def lab_of(colours, eye):
    """CIE L*a*b*, D65, as an eye sees sRGB colours."""
    rgb = np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.reshape(eye, (3, 3)).T, 0, 1)
    ratio = seen @ np.reshape(SRGB_TO_XYZ, (3, 3)).T / [0.95047, 1, 1.08883]
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def difference(one, other):
    """CIEDE2000 after Sharma, Wu & Dalal (2005), of L*a*b* in rows."""
    light, a, b = (np.stack([one[:, i], other[:, i]]) for i in range(3))
    mean_7 = np.hypot(a, b).mean(axis=0) ** 7
    a = a * (1 + 0.5 * (1 - np.sqrt(mean_7 / (mean_7 + 25.0**7))))
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    turn = (hue[1] - hue[0] + 180) % 360 - 180
    middle = (hue[0] + turn / 2) % 360
    between_l, between_c = light.mean(axis=0), chroma.mean(axis=0)
    by_hue = (
        1
        - 0.17 * np.cos(np.radians(middle - 30))
        + 0.24 * np.cos(np.radians(2 * middle))
        + 0.32 * np.cos(np.radians(3 * middle + 6))
        - 0.20 * np.cos(np.radians(4 * middle - 63))
    )
    in_light = (light[1] - light[0]) / (1 + 0.015 * (between_l - 50) ** 2 / np.sqrt(20 + (between_l - 50) ** 2))
    in_chroma = (chroma[1] - chroma[0]) / (1 + 0.045 * between_c)
    in_hue = 2 * np.sqrt(chroma[0] * chroma[1]) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * between_c * by_hue)
    rotation = -2 * np.sqrt(between_c**7 / (between_c**7 + 25.0**7))
    rotation *= np.sin(np.radians(60 * np.exp(-(((middle - 275) / 25) ** 2))))
    return np.sqrt(in_light**2 + in_chroma**2 + in_hue**2 + rotation * in_chroma * in_hue)


def seen_apart(pairs, eye):
    ones, others = (lab_of(colours, MACHADO[eye]) for colours in zip(*pairs, strict=True))
    return difference(ones, others).min()


def contrast(one, other):
    """As WCAG 2 has it."""
    luminances = [
        np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
        for rgb in (np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]) for colour in (one, other))
    ]
    return (max(luminances) + 0.05) / (min(luminances) + 0.05)


def test_the_difference_of_colours_is_that_of_the_published_examples():
    one = np.array([[50, 2.6772, -79.7751], [50, 2.5, 0], [2.0776, 0.0795, -1.1350], [22.7233, 20.0904, -46.6940]])
    other = np.array([[50, 0, -82.7485], [58, 24, 15], [0.9033, -0.0636, -0.5514], [23.0331, 14.9730, -42.5619]])
    np.testing.assert_allclose(difference(one, other), [2.0425, 19.4535, 0.9082, 2.0373], atol=1e-4)


@pytest.mark.parametrize("eye", MACHADO)
def test_neighbouring_classes_differ_clearly_for_every_eye(eye):
    assert (np.diff(lab_of([WHITE, *COUNT_COLOURS], MACHADO[eye])[:, 0]) < 0).all(), "more reports must look darker"
    assert seen_apart(list(pairwise([WHITE, *COUNT_COLOURS])), eye) > CLEARLY_APART


@pytest.mark.parametrize("eye", MACHADO)
@pytest.mark.parametrize("palette", SEVEN_STEPS)
def test_more_and_fewer_differ_and_are_surer_the_darker_for_every_eye(palette, eye):
    colours = SEVEN_STEPS[palette]
    light = lab_of(colours, MACHADO[eye])[:, 0]
    assert (np.diff(light[:4]) > 0).all()
    assert (np.diff(light[3:]) < 0).all()
    mirrored = [(colours[step], colours[-1 - step]) for step in range(3)]
    assert seen_apart([*pairwise(colours), *mirrored], eye) > CLEARLY_APART


@pytest.mark.parametrize("eye", MACHADO)
@pytest.mark.parametrize("palette", KINDS)
def test_any_two_kinds_differ_clearly_for_every_eye(palette, eye):
    assert seen_apart(list(combinations(KINDS[palette], 2)), eye) > CLEARLY_APART


@pytest.mark.parametrize(("text", "ground"), [(INK, WHITE), (QUIET, WHITE), (ACCENT, WHITE), (INK, CAUTION)])
def test_text_can_be_read(text, ground):
    style = (Path(__file__).parents[2] / "maps/templates/card.css").read_text("utf-8")
    assert text in style
    assert contrast(text, ground) > 4.5


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
