"""Trends are those that were published, and pymannkendall's."""

import numpy as np
import pymannkendall
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.errors import InputError
from geo.statistics.mann_kendall import mann_kendall

# The volume of the Nile at Aswan 1871-1970 (Cobb 1978), as R has it.
NILE = [
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
    781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
    744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
]  # fmt: skip

tables = arrays(float, st.tuples(st.integers(1, 5), st.integers(3, 15)), elements=st.integers(0, 5))


@pytest.mark.parametrize(
    ("series", "s", "variance", "z"),
    [
        ([23, 24, 0, 6, 0, 24, 24, 0, 23], -1, 83.6667, 0),
        ([17, 14, 39, 16, 39, 14, 14, 39, 17, 39], 7, 111.667, 0.5678),
        (NILE, -1387, 112728.333, -4.128067),
    ],
)
def test_published_trends(series, s, variance, z):
    trend = mann_kendall([series])
    assert trend.s[0] == s
    assert trend.variance[0] == pytest.approx(variance, abs=5e-4)
    assert trend.z[0] == pytest.approx(z, abs=5e-5)


def test_the_p_value_of_the_nile():
    assert mann_kendall([NILE]).p[0] == pytest.approx(3.658263e-5, rel=1e-6)


@given(series=tables)
def test_each_row_is_pymannkendalls(series):
    trend = mann_kendall(series)
    for row, values in enumerate(series):
        peer = pymannkendall.original_test(values)
        assert trend.s[row] == peer.s
        assert trend.variance[row] == pytest.approx(peer.var_s)
        assert trend.z[row] == pytest.approx(peer.z)
        assert trend.p[row] == pytest.approx(peer.p)


def test_equal_values_have_no_trend():
    trend = mann_kendall(np.full((2, 10), 3.0))
    np.testing.assert_array_equal([trend.s, trend.z, trend.p], [[0, 0], [0, 0], [1, 1]])


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([1, 2, 3], "shape any x any, not 3"),
        (np.empty((0, 5)), "empty"),
        ([[1, np.inf]], "inf at position 0, 1"),
        ([[1]], "needs 2 to"),
    ],
)
def test_what_is_no_series_is_refused(series, message):
    with pytest.raises(InputError, match=message):
        mann_kendall(series)
