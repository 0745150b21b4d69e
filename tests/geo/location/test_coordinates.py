"""Coordinates that can't be meant are refused, and the message names the likely mistake."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CoordinateError
from geo.location.coordinates import FAR_DEGREES, CoordinateFault, check_coordinates, coordinate_faults

HANOI = (105.285, 20.564, 106.021, 21.386)


@pytest.mark.parametrize(
    ("lon", "lat", "message", "field"),
    [
        (21.03, 105.85, "look swapped", None),
        (float("nan"), 21.03, "missing", None),
        (105.85, None, "missing", None),
        (float("inf"), 21.03, "infinite", None),
        (200.0, 21.03, "longitude is out of range", "lon"),
        (105.85, -90.1, "latitude is out of range", "lat"),
        (2.35, 48.86, "more than 1 degree outside", None),
        (-105.85, 21.03, "more than 1 degree outside", None),
        (588_000.0, 2_326_000.0, "out of range", "lon"),
        ("here", 21.03, "must be numbers", None),
    ],
)
def test_each_mistake_is_named(lon: object, lat: object, message: str, field: str | None) -> None:
    with pytest.raises(CoordinateError, match=message) as caught:
        check_coordinates(lon, lat, HANOI)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert "\n" not in str(caught.value)


def test_the_first_bad_point_of_many_is_named_with_its_values() -> None:
    with pytest.raises(CoordinateError, match=r"^point 1: lon 21\.0, lat 105\.0: .*swapped"):
        check_coordinates([105.8, 21.0], [21.0, 105.0], HANOI)


def test_swapped_is_seen_without_an_extent_when_the_latitude_gives_it_away() -> None:
    with pytest.raises(CoordinateError, match="swapped"):
        check_coordinates(21.03, 105.85)


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(CoordinateError, match="2 and 1"):
        check_coordinates([1.0, 2.0], [1.0])


def test_what_is_kept_is_returned_unchanged_as_float64() -> None:
    lon, lat = check_coordinates(["105.85", 105], np.array([21, 20.6], dtype=np.float32), HANOI)
    assert lon.dtype == lat.dtype == np.float64
    np.testing.assert_array_equal(lon, [105.85, 105])
    np.testing.assert_array_equal(lat, np.float32([21, 20.6]))


@given(st.floats(), st.floats())
def test_every_pair_of_numbers_is_kept_or_refused_for_a_reason_that_holds(lon: float, lat: float) -> None:
    west, south, east, north = HANOI
    near = west - FAR_DEGREES <= lon <= east + FAR_DEGREES and south - FAR_DEGREES <= lat <= north + FAR_DEGREES
    fault = CoordinateFault(int(coordinate_faults(lon, lat, HANOI)))
    assert (fault is CoordinateFault.OK) == near
    assert fault.reason


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1))
def test_a_row_is_judged_alike_alone_and_among_others(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array(points).T
    alone = [int(coordinate_faults(x, y, HANOI)) for x, y in points]
    assert coordinate_faults(lon, lat, HANOI).tolist() == alone
