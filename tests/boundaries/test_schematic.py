"""The schematic boundaries are an exact coverage at all levels and agree with the surveyed ones as well as promised."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from boundaries import facts
from boundaries.schematic import SchematicLayer, schematic_layers

METRIC = 32648


@pytest.fixture(scope="module")
def layers() -> tuple[SchematicLayer, ...]:
    return schematic_layers()


@pytest.fixture(scope="module")
def old(layers) -> dict[str, gpd.GeoDataFrame]:
    return {layer.level: layer.units for layer in layers if layer.valid_to is not None}


@pytest.fixture(scope="module")
def new(layers) -> dict[str, gpd.GeoDataFrame]:
    return {layer.level: layer.units for layer in layers if layer.valid_to is None}


def unit_at(units: gpd.GeoDataFrame, lon: float, lat: float) -> str:
    (name,) = units.loc[units.covers(shapely.Point(lon, lat)), "name"]
    return name


def test_each_layer_is_an_exact_coverage_of_valid_multipolygons_in_degrees(layers):
    assert [len(layer.units) for layer in layers] == [1, 30, 526, 1, 126]
    for layer in layers:
        shapes = layer.units.geometry
        assert layer.units.crs.to_epsg() == 4326
        assert set(shapes.geom_type) == {"MultiPolygon"}
        assert shapes.is_valid.all()
        assert shapely.coverage_is_valid(shapes.to_numpy())
        assert layer.units["code"].is_unique


def test_the_periods_meet_on_the_day_of_the_reform(layers):
    periods = {(str(layer.valid_from), str(layer.valid_to)) for layer in layers}
    assert periods == {("2008-08-01", "2025-07-01"), ("2025-07-01", "None")}


def test_the_city_is_in_one_piece_without_holes_and_exactly_its_wards(old, new):
    (city,) = old["city"].geometry
    assert shapely.get_num_geometries(city) == 1
    assert shapely.get_num_interior_rings(city.geoms[0]) == 0
    for units in (old["district"], old["ward"], new["city"], new["ward"]):
        assert shapely.coverage_union_all(units.geometry.to_numpy()).equals(city)


def test_each_district_is_exactly_the_wards_that_name_it_as_parent(old):
    united = old["ward"].dissolve(by="parent_code").geometry
    assert old["district"].set_index("code").geometry.geom_equals(united).all()
    assert old["district"]["parent_code"].isna().all()


def test_all_lies_within_the_bounding_boxes_of_the_wards(old):
    wards = facts.wards_until_2025()
    west, south, east, north = old["city"].total_bounds
    margin = 0.001  # a cell
    assert wards["west"].min() - margin < west
    assert wards["south"].min() - margin < south
    assert east < wards["east"].max() + margin
    assert north < wards["north"].max() + margin


def test_each_old_ward_holds_its_published_centre(old):
    wards = facts.wards_until_2025()
    # One centre is published for two wards, Liên Phương and Văn Phú, and can be in only one of them.
    shared = wards.duplicated(["lon", "lat"], keep="first")
    shapes = old["ward"].set_index("code").geometry.reindex(wards["code"]).to_numpy()
    assert shapely.covers(shapes, shapely.points(wards["lon"], wards["lat"]))[~shared].all()
    assert shared.sum() == 1


def test_the_area_of_each_new_ward_is_near_the_stated_one(new):
    measured = new["ward"].to_crs(METRIC).area.to_numpy() / 1e6
    stated = facts.wards_since_2025()["area_km2"].to_numpy()
    assert np.median(np.abs(measured / stated - 1)) < 0.06
    assert measured.sum() == pytest.approx(stated.sum(), rel=0.07)


def test_the_places_of_the_press_cases(old, new):
    assert unit_at(old["ward"], 105.856919, 21.005396) == "Phường Thanh Nhàn"
    assert unit_at(old["district"], 105.856919, 21.005396) == "Quận Hai Bà Trưng"
    assert unit_at(new["ward"], 105.856919, 21.005396) == "Phường Bạch Mai"
    assert unit_at(old["ward"], 105.868664, 20.998485) == "Phường Vĩnh Tuy"
    assert unit_at(new["ward"], 105.868664, 20.998485) == "Phường Vĩnh Tuy"


def test_a_second_run_gives_the_same_bytes(layers):
    again = schematic_layers()
    for first, second in zip(layers, again, strict=True):
        assert first.units.to_wkb().equals(second.units.to_wkb())


@pytest.mark.surveyed
@pytest.mark.parametrize(
    ("period", "level", "file", "least"),
    [("new", "ward", "hanoi_wards_2025.parquet", 0.88), ("old", "district", "hanoi_districts_2024.parquet", 0.945)],
)
def test_agreement_with_the_surveyed_units(request, capsys, test_data: Path, period, level, file, least):
    surveyed = gpd.read_parquet(test_data / file).to_crs(METRIC).set_index("code").geometry.make_valid()
    schematic = request.getfixturevalue(period)[level].to_crs(METRIC).set_index("code").geometry.reindex(surveyed.index)
    agreement = schematic.intersection(surveyed).area.sum() / surveyed.area.sum()
    ours, theirs = schematic.union_all(), surveyed.union_all()
    likeness = ours.intersection(theirs).area / ours.union(theirs).area
    with capsys.disabled():
        print(
            f"\n{level}: {agreement:.2%} of the surveyed area agrees; outlines: {likeness:.2%} (intersection / union)"
        )
    assert agreement > least
    assert likeness > 0.925
