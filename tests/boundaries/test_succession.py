"""Succession finds who became whom as the official list has it, and tells strips of digitising noise from transfers."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from boundaries import facts
from boundaries.files import read_units
from boundaries.schematic import schematic_layers
from geo.location.geodesy import areas_m2, lengths_m
from geo.location.locator import Locator
from geo.units.noise import noise_width_m
from geo.units.shared_reports import SharedReports
from geo.units.succession import find_succession, with_reports
from tests.geo.coverages import Coverage, coverages

METRE = 1 / 111_195  # in degrees, near enough on the equator

WGS84 = Geod(ellps="WGS84")
EDGE_M2 = WGS84.a**2 * WGS84.es * np.finfo(float).eps
"""What rounding may do to the area below one edge, 0.00006 m2, however short it is (Karney 2013, equation 59): one of
its two terms is the difference of two sums of order one, each rounded to a double, by at most a^2 e^2 / 2."""


def frame(shapes, prefix: str) -> gpd.GeoDataFrame:
    codes = [f"{prefix}{number}" for number in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes, "name": [f"Phường {code}" for code in codes]}, geometry=shapes, crs=4326)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Make a box of metres on the equator, where a degree is nearly the same both ways."""
    return shapely.box(*np.array([west, south, east, north]) * METRE)


def extents(old, new, noise_width_m: float = 10) -> dict[tuple[str, str], str]:
    found = find_succession(frame(old, "o"), frame(new, "n"), noise_width_m)
    return dict(zip(zip(found["old_code"], found["new_code"], strict=True), found["extent"], strict=True))


@pytest.fixture(scope="module")
def of_hanoi() -> pd.DataFrame:
    until, since = (layer.units for layer in schematic_layers() if layer.level == "ward")
    return find_succession(until, since, noise_width_m(until, since))


def pairs(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["old_code"], rows["new_code"], strict=True))


def test_every_pair_that_is_found_is_in_the_official_list(of_hanoi):
    assert pairs(of_hanoi) <= pairs(facts.succession_2025())


def test_every_ward_that_the_official_list_has_as_whole_is_found_as_whole(of_hanoi):
    official = facts.succession_2025()
    whole = pairs(official[official["extent"] == "whole"])
    found = of_hanoi[of_hanoi["extent"] == "whole"]
    assert len(whole) == 327
    assert whole <= pairs(found)
    assert found["share_of_old"].min() > 0.99


def test_every_old_ward_of_hanoi_went_somewhere_and_all_of_it(of_hanoi):
    shares = of_hanoi.groupby("old_code")["share_of_old"].sum()
    assert set(shares.index) == set(facts.wards_until_2025()["code"])
    np.testing.assert_allclose(shares, 1, atol=1e-6)
    transfers = of_hanoi[of_hanoi["extent"] != "noise"]
    assert set(transfers["old_code"]) == set(shares.index)
    assert set(transfers["new_code"]) == set(facts.wards_since_2025()["code"])


def test_the_noise_of_the_same_lines_is_the_least_and_that_of_moved_ones_three_times_the_shift():
    city = [box(0, 0, 20_000, 20_000), box(20_000, 0, 40_000, 20_000)]
    moved = frame(shapely.transform(np.array(city), lambda points: points + 15 * METRE), "n")
    assert noise_width_m(frame(city, "o"), frame(city, "n")) == 10
    assert noise_width_m(frame(city, "o"), moved) == pytest.approx(45, rel=0.01)
    grown = frame([*city, box(40_000, 0, 50_000, 20_000)], "n")
    assert noise_width_m(frame(city, "o"), grown) == 10
    assert noise_width_m(frame(city[:1], "o"), frame([box(-9000, -9000, 60_000, 60_000)], "n")) == 250


@pytest.mark.surveyed
def test_of_two_surveys_of_different_scale_nearly_all_transfers_are_those_of_the_official_list(test_data):
    """Districts of 2024 on a coarse map, wards of 2025 on a fine one; the list tells of wards, and so of districts."""
    districts = read_units(test_data / "hanoi_districts_2024.parquet").units
    wards = read_units(test_data / "hanoi_wards_2025.parquet").units
    listed = facts.succession_2025().merge(facts.wards_until_2025(), left_on="old_code", right_on="code")
    official = set(zip(listed["district_code"], listed["new_code"], strict=True))
    found = find_succession(districts, wards, noise_width_m(districts, wards))
    transfers = pairs(found[found["extent"] != "noise"])
    assert len(official) == 213
    assert len(transfers - official) <= 15
    assert len(official - transfers) <= 25
    areas = found.set_index(["old_code", "new_code"])["area_m2"]
    wrong = areas.loc[areas.index.isin(transfers ^ official)]
    assert wrong.sum() < 0.003 * areas.sum()
    # Ten metres, right for two maps of one scale, are wrong ten times as often here.
    at_ten = find_succession(districts, wards, 10)
    assert len(pairs(at_ten[at_ten["extent"] != "noise"]) - official) > 100


def test_reports_of_a_pair_are_those_that_lie_in_both_and_none_is_lost():
    old = frame([box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)], "o").iloc[::-1]
    new = frame([box(0, 0, 250, 1000), box(250, 0, 2100, 1000)], "n")
    x = np.array([100, 100, 500, 900, 1500, 2050, 2050, 9000]) * METRE
    before, after = (Locator.build(list(units["code"]), units.geometry.to_numpy()) for units in (old, new))
    i, j = (each.locate(x, np.full(len(x), 500 * METRE)).unit for each in (before, after))
    shared = SharedReports(*np.unique(np.column_stack([i, j]), axis=0).T, np.array([1, 2, 2, 2, 1]))
    told = with_reports(find_succession(old, new, 10), old, new, shared)
    columns = ["old_code", "new_code", "reports", "reports_share_of_old", "reports_share_of_new"]
    assert told[columns].to_numpy().tolist() == [
        ["o0", "n0", 2, 0.5, 1],
        ["o0", "n1", 2, 0.5, 0.4],
        ["o1", "n1", 1, 1, 0.2],
    ]


def test_shares_of_squares_are_those_of_the_drawing():
    old = frame([box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)], "o")
    new = frame([box(0, 0, 250, 1000), box(250, 0, 2000, 1000)], "n")
    found = find_succession(old, new, 10)
    assert found[["old_code", "old_name", "new_code", "new_name", "extent"]].to_numpy().tolist() == [
        ["o0", "Phường o0", "n0", "Phường n0", "part"],
        ["o0", "Phường o0", "n1", "Phường n1", "part"],
        ["o1", "Phường o1", "n1", "Phường n1", "whole"],
    ]
    np.testing.assert_allclose(found["share_of_old"], [1 / 4, 3 / 4, 1], rtol=1e-6)
    np.testing.assert_allclose(found["share_of_new"], [1, 3 / 7, 4 / 7], rtol=1e-6)
    np.testing.assert_allclose(found["area_m2"], [250e3, 750e3, 1e6], rtol=0.01)


def test_units_that_only_touch_are_no_pair():
    assert extents([box(0, 0, 1000, 1000)], [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]) == {
        ("o0", "n0"): "whole"
    }


@pytest.mark.parametrize(("shift", "extent"), [(8, "noise"), (12, "part")])
def test_a_strip_along_a_border_is_noise_up_to_ten_metres(shift: float, extent: str):
    old = [box(0, 0, 5000, 5000), box(5000, 0, 10000, 5000)]
    new = [box(0, 0, 5000 + shift, 5000), box(5000 + shift, 0, 10000, 5000)]
    rest = "whole" if extent == "noise" else "part"
    assert extents(old, new) == {("o0", "n0"): "whole", ("o1", "n0"): extent, ("o1", "n1"): rest}


def test_what_is_noise_is_as_wide_as_it_is_said():
    old = [box(0, 0, 5000, 5000), box(5000, 0, 10000, 5000)]
    new = [box(0, 0, 5040, 5000), box(5040, 0, 10000, 5000)]
    assert extents(old, new)["o1", "n0"] == "part"
    assert extents(old, new, noise_width_m=50)["o1", "n0"] == "noise"


def test_a_compact_block_is_a_transfer_however_small_its_share():
    block = box(5000, 0, 5100, 100)
    east = box(5000, 0, 10000, 5000)
    new = [box(0, 0, 5000, 5000).union(block), east.difference(block)]
    assert extents([box(0, 0, 5000, 5000), east], new)["o1", "n0"] == "part"


def test_a_narrow_strip_that_is_much_of_a_unit_is_a_transfer():
    alley = [box(0, 0, 8, 1000), box(8, 0, 16, 1000)]
    assert extents(alley, [box(0, 0, 16, 1000)]) == {("o0", "n0"): "whole", ("o1", "n0"): "whole"}


def test_a_unit_of_which_a_tenth_is_in_no_new_unit_is_not_whole():
    assert extents([box(0, 0, 1000, 1000)], [box(0, 0, 900, 1000)]) == {("o0", "n0"): "part"}


@settings(max_examples=50)
@given(coverages(), st.integers(0, 2**32 - 1))
def test_shares_of_an_old_unit_sum_to_one_if_the_new_ones_cover_it(coverage: Coverage, seed: int):
    # An edge that is straight in degrees is no geodesic; short ones differ by nothing that counts when they are cut.
    old = shapely.segmentize(coverage.polygons, 0.005)
    old = old[areas_m2(old) > 0.001]  # below, the area itself is no better than rounding
    assume(len(old) > 0 and shapely.is_valid(old).all())
    extent = shapely.box(*shapely.total_bounds(old))
    west, south, east, north = extent.bounds
    sites = np.random.default_rng(seed).uniform([west, south], [east, north], (12, 2))
    new = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=extent))
    found = find_succession(frame(old, "o"), frame(new, "n"), 10)
    shared = found.groupby("old_code")["area_m2"].sum().reindex(frame(old, "o")["code"], fill_value=0)
    edges = shapely.get_num_coordinates(np.column_stack([shapely.intersection(old[:, None], new), old])).sum(axis=1)
    # GEOS rounds to what a double holds of a degree, less than a micrometre all around the unit.
    allowed = 1e-6 * areas_m2(old) + 1e-6 * lengths_m(old) + EDGE_M2 * edges
    assert (np.abs(shared.to_numpy() - areas_m2(old)) <= allowed).all()
