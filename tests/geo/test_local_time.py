"""Clocks and UTC agree with pandas (which takes them from the zones' own tables) in zones of every kind."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.local_time import local_days, to_local, to_utc

ZONES = ["Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]
zones = st.sampled_from(ZONES)
# From 1970 on pandas and zoneinfo have the same tables; long before, they differ about local mean time.
moments = st.lists(st.integers(0, 4_000_000_000), min_size=1, max_size=30).map(
    lambda seconds: np.array(seconds).astype("datetime64[s]").astype("datetime64[us]")
)


@given(moments, zones)
def test_clocks_show_what_pandas_says(utc: np.ndarray, zone: str) -> None:
    expected = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone).tz_localize(None).to_numpy("datetime64[us]")
    np.testing.assert_array_equal(to_local(utc, zone), expected)
    np.testing.assert_array_equal(local_days(utc, zone), expected.astype("datetime64[D]"))


@given(moments, zones)
def test_a_time_shown_twice_is_the_first_and_a_skipped_one_the_jump(wall: np.ndarray, zone: str) -> None:
    assert_as_pandas(wall, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_an_hour_around_changes_of_clocks_is_exact(zone: str) -> None:
    for first in ("2025-03-01", "2025-10-01", "2037-03-01", "2060-10-01"):
        assert_as_pandas(np.arange(first, np.datetime64(first) + 45, dtype="datetime64[15m]"), zone)


def assert_as_pandas(wall: np.ndarray, zone: str) -> None:
    index = pd.DatetimeIndex(wall.astype("datetime64[us]"))
    twice_first = np.ones(len(index), dtype=bool)
    local = index.tz_localize(zone, ambiguous=twice_first, nonexistent="shift_forward")
    np.testing.assert_array_equal(to_utc(wall, zone), local.tz_convert(None).to_numpy("datetime64[us]"))


def test_half_an_hour_that_is_skipped_is_the_jump() -> None:
    """Lord Howe's clocks went from 02:00 (+10:30) to 02:30 (+11:00); pandas shifts such times by too much."""
    wall = np.array(
        ["2025-10-05T01:59", "2025-10-05T02:00", "2025-10-05T02:29", "2025-10-05T02:30"], dtype="datetime64[m]"
    )
    utc = np.array(["2025-10-04T15:29", *["2025-10-04T15:30"] * 3], dtype="datetime64[us]")
    np.testing.assert_array_equal(to_utc(wall, "Australia/Lord_Howe"), utc)


def test_what_is_missing_stays_missing() -> None:
    nothing = np.array(["NaT"], dtype="datetime64[us]")
    assert np.isnat(to_local(nothing, "Asia/Ho_Chi_Minh")).all()
    assert np.isnat(to_utc(nothing, "Asia/Ho_Chi_Minh")).all()
