"""An answer says whose a point is, how that was found, how sure it is, and who must act."""

import datetime as dt

import numpy as np
import pytest
import shapely

from geo.errors import CoordinateError, InputError, NotFoundError
from geo.lookup.answer import locate
from geo.units.jurisdiction import NEAREST_WITHIN_M, Layer
from tests.geo.coverages import spread

VINH_TUY, THANH_NHAN = (105.868664, 20.998485), (105.856919, 21.005396)
BEFORE, AFTER = dt.date(2024, 7, 1), dt.date(2026, 1, 5)
ALWAYS = {"lon", "lat", "at", "how", "border_m", "certain", "unit", "generation", "ancestors"}


@pytest.fixture(scope="module")
def today(dispatch) -> Layer:
    return dispatch.jurisdiction.layer_at(AFTER)


def on_a_shared_border(layer: Layer) -> tuple[float, float, set[str]]:
    """A vertex that several units have, with the codes of all units that cover it, by GEOS."""
    polygons = layer.locator.polygons
    shared = shapely.intersection(polygons[0], polygons[next(iter(touching(polygons)))])
    lon, lat = shapely.get_coordinates(shared)[0]
    return lon, lat, {layer.units[i].code for i in np.flatnonzero(shapely.intersects_xy(polygons, lon, lat))}


def touching(polygons: np.ndarray) -> np.ndarray:
    return np.flatnonzero(shapely.intersects(polygons[0], polygons[1:])) + 1


def beyond_the_west(layer: Layer, metres: float) -> tuple[float, float]:
    """A point so far west of the westernmost place of the city."""
    vertices = shapely.get_coordinates(layer.locator.polygons)
    lon, lat = vertices[np.argmin(vertices[:, 0])]
    return lon - metres / (111_320 * np.cos(np.radians(lat))), lat


def test_the_same_point_on_two_dates(dispatch):
    before, after = locate(dispatch, *THANH_NHAN, BEFORE), locate(dispatch, *THANH_NHAN, AFTER)
    assert (before["unit"]["name"], after["unit"]["name"]) == ("Phường Thanh Nhàn", "Phường Bạch Mai")
    assert [unit["name"] for unit in before["ancestors"]] == ["Quận Hai Bà Trưng", "Thành phố Hà Nội"]
    assert [unit["name"] for unit in after["ancestors"]] == ["Thành phố Hà Nội"]
    assert (before["at"], after["at"]) == ("2024-07-01", "2026-01-05")
    for day in (BEFORE, AFTER):
        assert locate(dispatch, *VINH_TUY, day)["unit"]["name"] == "Phường Vĩnh Tuy"


def test_the_boundaries_change_between_two_days(dispatch):
    last, first = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
    assert locate(dispatch, *THANH_NHAN, last)["generation"]["valid_to"] == "2025-07-01"
    assert locate(dispatch, *THANH_NHAN, first)["generation"]["valid_from"] == "2025-07-01"


def test_the_fields_are_those_of_the_documentation(dispatch):
    answer = locate(dispatch, *VINH_TUY, AFTER)
    assert answer.keys() == ALWAYS
    assert answer["unit"] == {
        "code": "00283",
        "name": "Phường Vĩnh Tuy",
        "name_en": "Vinh Tuy Ward",
        "level": "ward",
        "territory": "hanoi",
    }
    generation = answer["generation"]
    assert {**generation, "id": None} == {
        "id": None,
        "valid_from": "2025-07-01",
        "valid_to": None,
        "schematic": True,
    }
    assert (answer["lon"], answer["lat"], answer["how"], answer["certain"]) == (*VINH_TUY, "inside", True)
    asked = locate(dispatch, *VINH_TUY, AFTER, accuracy_m=30, category="waste")
    assert asked.keys() == ALWAYS | {"candidates", "responsible"}
    assert asked["candidates"][0].keys() == {"code", "name", "share", "distance_m"}


def test_the_distance_to_the_border_is_that_of_postgis(dispatch, today, city_database):
    with city_database.connect() as connection:
        [metres] = connection.execute(
            "SELECT min(ST_Distance(ST_Boundary(geom)::geography, ST_Point(%s, %s, 4326)::geography)) FROM boundary"
            " WHERE generation_id = %s",
            (*VINH_TUY, today.generation.id),
        ).fetchone()
    assert locate(dispatch, *VINH_TUY, AFTER)["border_m"] == pytest.approx(metres, abs=0.1)


def test_on_an_edge_the_lowest_code_wins_and_the_others_are_named(dispatch, today):
    lon, lat, codes = on_a_shared_border(today)
    answer = locate(dispatch, lon, lat, AFTER)
    assert (answer["how"], answer["certain"], answer["border_m"]) == ("edge", False, 0.0)
    assert answer["unit"]["code"] == min(codes)
    assert {unit["code"] for unit in answer["others"]} == codes - {min(codes)}
    assert len(codes) > 1


def test_just_outside_the_nearest_unit_is_given(dispatch, today):
    answer = locate(dispatch, *beyond_the_west(today, 0.8 * NEAREST_WITHIN_M), AFTER)
    assert (answer["how"], answer["certain"]) == ("nearest", False)
    assert answer["unit"] is not None
    assert answer["border_m"] <= NEAREST_WITHIN_M


def test_outside_the_nearest_unit_is_named_but_not_given(dispatch, today):
    answer = locate(dispatch, *beyond_the_west(today, 1000), AFTER, category="waste")
    assert (answer["how"], answer["unit"], answer["ancestors"], answer["certain"]) == ("outside", None, [], False)
    assert 0 < answer["nearest"]["distance_m"] <= 1005
    assert "responsible" not in answer


def test_candidates_share_the_disc(dispatch, today):
    lon, lat, codes = on_a_shared_border(today)
    answer = locate(dispatch, lon, lat, AFTER, accuracy_m=100)
    shares = [candidate["share"] for candidate in answer["candidates"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert {candidate["code"] for candidate in answer["candidates"]} >= codes
    assert answer["certain"] is False


@pytest.mark.parametrize("accuracy", [1.0, 30.0, 800.0])
def test_candidates_are_those_of_the_disc_also_where_no_border_is_near(dispatch, today, accuracy):
    lon, lat = spread(today.locator.polygons, 200)
    shares = today.locator.disc_shares(lon, lat, accuracy)
    for point, lonlat in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        answer, its = locate(dispatch, *lonlat, AFTER, accuracy_m=accuracy), shares.point == point
        expected = dict(zip(shares.unit[its].tolist(), shares.share[its].round(4).tolist(), strict=True))
        told = {today.locator.codes.index(unit["code"]): unit["share"] for unit in answer["candidates"]}
        assert told == expected
        assert answer["certain"] == (len(told) == 1 and shares.share[its].sum() > 1 - 1e-9)


def test_a_disc_well_inside_is_certain(dispatch):
    answer = locate(dispatch, *VINH_TUY, AFTER, accuracy_m=100)
    assert [candidate["share"] for candidate in answer["candidates"]] == [1.0]
    assert answer["certain"] is True


def test_a_small_disc_on_an_edge_is_not_certain_even_if_the_point_is_inside(dispatch, today):
    lon, lat, _ = on_a_shared_border(today)
    assert locate(dispatch, lon, lat + 1e-6, AFTER, accuracy_m=10)["certain"] is False


def test_who_is_responsible_is_told_with_deadlines(dispatch):
    responsible = locate(dispatch, *VINH_TUY, AFTER, category="waste")["responsible"]
    assert (responsible["rule"], responsible["lead"]) == ("waste-ward", "UBND phường Vĩnh Tuy")
    # From Monday's midnight: one working day, then five.
    assert responsible["intake_due"] == "2026-01-05T17:00:00+07:00"
    assert responsible["due"] == "2026-01-12T17:00:00+07:00"


@pytest.mark.parametrize("lonlat", [VINH_TUY, (106.3, 20.94)])
def test_an_unknown_category_is_refused(dispatch, lonlat):
    with pytest.raises(InputError, match="unknown category 'noise'"):
        locate(dispatch, *lonlat, AFTER, category="noise")


@pytest.mark.parametrize("accuracy", [0, -1, float("nan"), float("inf")])
def test_a_radius_that_is_none_is_refused(dispatch, accuracy):
    with pytest.raises(InputError, match="radius above 0"):
        locate(dispatch, *VINH_TUY, AFTER, accuracy_m=accuracy)


def test_a_date_without_boundaries_names_the_periods_that_are_loaded(dispatch):
    with pytest.raises(NotFoundError, match=r"\[2008-08-01, 2025-07-01\), \[2025-07-01, ...\)"):
        locate(dispatch, *VINH_TUY, dt.date(1999, 1, 1))


def test_swapped_coordinates_are_refused(dispatch):
    with pytest.raises(CoordinateError, match="swapped"):
        locate(dispatch, *reversed(VINH_TUY), AFTER)
