"""Boundaries change while the service answers: each answer is the old one or the new one, and none fails."""

import datetime as dt
import threading
import time

import geopandas as gpd
import pytest
import shapely

from api.service import Service
from geo.answer import locate
from geo.store.boundaries import NewGeneration, add_generation, list_generations, read_units_frame
from geo.territory import HANOI

POINT = (105.856919, 21.005396)
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def service(city_database):
    running = Service(city_database.url, HANOI.id)
    yield running
    running.close()


def surveyed(database) -> NewGeneration:
    """One ward where there were 126: whoever still answers with the old boundaries gives another name."""
    with database.transaction() as connection:
        old = next(layer for layer in list_generations(connection, HANOI.id, "ward") if layer.valid_to is None)
        shapes = read_units_frame(connection, old.id).geometry.to_numpy()
    whole = shapely.multipolygons(shapely.get_parts(shapely.union_all(shapes)))
    columns = {"code": ["99999"], "name": ["Phường Mới"], "name_en": ["Moi Ward"], "kind": ["Phường"]}
    units = gpd.GeoDataFrame({**columns, "parent_code": [None]}, geometry=[whole], crs=4326)
    return NewGeneration("ward", old.valid_from, None, units, "a test", "none", "0", "a test")


def test_every_answer_during_an_activation_is_the_old_one_or_the_new_one(service, city_database):
    names, failures, swapped = set(), [], threading.Event()

    def ask_on_and_on() -> None:
        while not swapped.is_set():
            try:
                names.add(name := locate(service.dispatch, *POINT, DAY)["unit"]["name"])
            except Exception as error:
                failures.append(error)
                swapped.set()
            else:
                if name == "Phường Mới":
                    swapped.set()

    clients = [threading.Thread(target=ask_on_and_on) for _ in range(3)]
    for client in clients:
        client.start()
    new = surveyed(city_database)
    with city_database.transaction() as connection:
        add_generation(connection, HANOI.id, new)
    reached = swapped.wait(timeout=30)
    swapped.set()
    for client in clients:
        client.join()
    assert not failures
    assert reached, "the service went on with the old boundaries"
    assert names == {"Phường Bạch Mai", "Phường Mới"}


def test_a_service_whose_connections_were_cut_still_hears_of_new_boundaries(service, city_database):
    new = surveyed(city_database)
    with city_database.connect("postgres") as admin:
        cut = admin.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert cut[0] >= 1
    with city_database.transaction() as connection:
        add_generation(connection, HANOI.id, new)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if locate(service.dispatch, *POINT, DAY)["unit"]["name"] == "Phường Mới":
            return
    pytest.fail("the service went on with the old boundaries")
