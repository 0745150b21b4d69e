"""An address that names a unit is found there, whichever boundaries the name is from."""

import pytest
import shapely

from api.open311.addresses import find_place
from geo.errors import InputError
from geo.lookup.dispatch import Dispatch


def test_every_ward_of_any_time_is_found_by_its_name_and_its_district(dispatch: Dispatch):
    """Old wards of one name lie in different districts; today's need no more than their name."""
    places = {}
    for layer in dispatch.jurisdiction.layers:
        for number, unit in enumerate(layer.units):
            above = layer.ancestors(number, layer.generation.valid_from)
            address = ", ".join(["số 1", unit.name, *(each.name for each in above)])
            places[unit.id] = (find_place(dispatch.jurisdiction, address), layer.locator.polygons[number])
    assert len(places) > 600
    for place, polygon in places.values():
        assert polygon.covers(shapely.Point(place.lon, place.lat))


@pytest.mark.parametrize(
    "address",
    [
        "phường Vĩnh Tuy",
        "PHƯỜNG VĨNH TUY; Hà Nội",
        "phuong vinh tuy",
        "phuong Vĩnh Tuy",
        "P.Vĩnh Tuy",
        "p vinh tuy",
        "Vinh Tuy Ward",
        "Phu\u031bo\u031b\u0300ng Vi\u0303nh Tuy",
    ],
)
def test_one_ward_is_found_however_it_is_written(dispatch: Dispatch, address):
    today = dispatch.jurisdiction.layer_at(dispatch.jurisdiction.territory.today())
    place = find_place(dispatch.jurisdiction, address)
    number, _ = today.locator.locate_one(place.lon, place.lat)
    assert today.units[number].name == "Phường Vĩnh Tuy"


@pytest.mark.parametrize(
    "address", ["", "Vĩnh Tuy", "phường Vinh Túy", "622 Minh Khai", "phường Vĩnh Tuy Hạ", "Hà Nội", ","]
)
def test_what_names_no_ward_is_not_guessed(dispatch: Dispatch, address):
    with pytest.raises(InputError, match="send lat and long"):
        find_place(dispatch.jurisdiction, address)


def test_a_name_that_several_wards_had_is_not_guessed(dispatch: Dispatch):
    """Until the districts went, communes of different districts could have one name."""
    old = dispatch.jurisdiction.layers[0]
    today = {unit.name for unit in dispatch.jurisdiction.layers[-1].units}
    names = [unit.name for unit in old.units]
    [name, *_] = [name for name in names if names.count(name) > 1 and name not in today]
    with pytest.raises(InputError, match="several units"):
        find_place(dispatch.jurisdiction, name)
