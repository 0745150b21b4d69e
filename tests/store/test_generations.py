"""Generations of two cities over time: whoever loads at once, whatever the date, each period has one set of units."""

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import NotFoundError, RefusedError
from geo.lookup.answer import locate
from geo.store.boundaries import (
    NewGeneration,
    activate,
    add_draft,
    add_generation,
    add_territory,
    list_generations,
    read_dispatch,
    read_layer,
    read_units_frame,
    retire,
)
from geo.store.follow import boundaries_version
from geo.store.generations import find_generation
from geo.units.territory import HANOI, Territory
from tests.conftest import Database

TODAY = dt.date(2026, 1, 5)
NEXT_MONTH = dt.date(2026, 2, 1)
MIDDLE = (105.856919, 21.005396)
HCMC = Territory(
    "hcmc", "Thành phố Hồ Chí Minh", "Ho Chi Minh City", "Asia/Ho_Chi_Minh", ("vi", "en"), "VN", metric_srid=32648
)


def squares(
    prefix: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    *,
    level: str = "ward",
    origin: tuple[float, float] = (105.8, 20.9),
    side: float = 0.05,
) -> NewGeneration:
    """Nine square units whose names and codes begin alike."""
    west, south = origin
    boxes = [shapely.box(west + i * side, south + j * side, west + (i + 1) * side, south + (j + 1) * side)
             for i in range(3) for j in range(3)]  # fmt: skip
    codes = [f"{prefix}{number}" for number in range(9)]
    columns = {"code": codes, "name": [f"Phường {code}" for code in codes], "name_en": codes, "kind": "Phường"}
    shapes = [shapely.multipolygons([box]) for box in boxes]
    units = gpd.GeoDataFrame({**columns, "parent_code": None}, geometry=shapes, crs=4326)
    return NewGeneration(level, valid_from, valid_to, units, "a test", "none", prefix, "a test")


def everything(database: Database) -> list[tuple]:
    with database.connect() as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in ("unit", "boundary")]
        states = connection.execute("SELECT id, state, valid_from, valid_to FROM generation ORDER BY id").fetchall()
    return [*counts, *states]


def open_wards(database: Database) -> int:
    with database.transaction() as connection:
        return next(each.id for each in list_generations(connection, HANOI.id, "ward") if each.valid_to is None)


@pytest.mark.parametrize("codes", [("A", "A"), ("A", "B")], ids=["same units", "other units"])
def test_of_two_loads_of_one_period_at_once_one_is_refused_and_leaves_nothing(database, codes):
    with database.transaction() as connection:
        add_territory(connection, HANOI)
    start = Barrier(2)

    def load(prefix: str) -> str:
        try:
            with database.transaction() as connection:
                connection.exec_driver_sql("SELECT 1")
                start.wait()
                add_generation(connection, HANOI.id, squares(prefix, TODAY), today=TODAY)
        except RefusedError as error:
            return str(error)
        return "loaded"

    with ThreadPoolExecutor(2) as pool:
        refused, loaded = sorted(pool.map(load, codes), key=lambda told: told == "loaded")
    assert loaded == "loaded"
    assert "the period since 2026-01-05 overlaps generation" in refused
    assert "\n" not in refused
    units, boundaries, *generations = everything(database)
    assert (units, boundaries, len(generations)) == ((9,), (9,), 1)


def test_the_database_itself_refuses_two_active_generations_of_one_day(database):
    """Both look before either has committed: only the exclusion constraint can tell."""
    with database.transaction() as connection:
        add_territory(connection, HANOI)
        first, second = (add_draft(connection, HANOI.id, squares(prefix, TODAY)).id for prefix in "AB")
    with database.transaction() as ahead, ThreadPoolExecutor(1) as pool:
        activate(ahead, HANOI.id, first, today=TODAY)

        def follow() -> None:
            with database.transaction() as behind:
                activate(behind, HANOI.id, second, today=TODAY)

        waiting = pool.submit(follow)
        with database.connect("postgres") as observer:
            blocked = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            while not observer.execute(blocked).fetchone()[0]:
                assert not waiting.done()
        ahead.commit()
        with pytest.raises(RefusedError, match=f"overlaps generation {first} "):
            waiting.result()
    with database.transaction() as connection:
        assert find_generation(connection, HANOI.id, second).state == "draft"


def test_a_draft_is_readable_and_answers_nothing_until_it_is_activated(city_database):
    with city_database.transaction() as connection:
        before = boundaries_version(connection, HANOI.id)
        old = find_generation(connection, HANOI.id, open_wards(city_database))
        draft = add_draft(connection, HANOI.id, squares("A", old.valid_from))
        assert (draft.state, draft.units) == ("draft", 9)
        assert len(read_units_frame(connection, draft.id)) == 9
        assert read_layer(connection, draft).locator.codes[0] == "A0"
        assert boundaries_version(connection, HANOI.id) == before
        told = locate(read_dispatch(connection, HANOI.id), *MIDDLE, TODAY)
    assert told["generation"]["id"] == old.id
    with city_database.transaction() as connection:
        outcome = activate(connection, HANOI.id, draft.id, today=TODAY)
        assert outcome.retired == old  # a schematic one of the same period gives way
        told = locate(read_dispatch(connection, HANOI.id), *MIDDLE, TODAY)
        assert told["unit"]["code"] == "A5"
        for again in (draft.id, old.id):
            with pytest.raises(RefusedError, match="only a draft can be activated"):
                activate(connection, HANOI.id, again)
        with pytest.raises(RefusedError, match="is retired already"):
            retire(connection, HANOI.id, old.id)
        with pytest.raises(NotFoundError, match="no generation 99 in territory 'hanoi'; known: 1, 2"):
            retire(connection, HANOI.id, 99)


def test_a_draft_of_a_corrected_survey_remembers_what_it_replaces_and_what_it_calls_its_units(city_database):
    since = dt.date(2025, 7, 1)
    corrected = squares("A", since)
    corrected.units["name_en"], corrected.units["kind"] = "Corrected Commune", "Xã"
    with city_database.transaction() as connection:
        first = add_generation(connection, HANOI.id, squares("A", since), today=TODAY).generation.id
        draft = add_draft(connection, HANOI.id, corrected, replace=first)
        assert draft.replaces_id == first
        assert read_units_frame(connection, first)["kind"].tolist() == ["Phường"] * 9
        outcome = activate(connection, HANOI.id, draft.id, today=TODAY)
        assert outcome.retired.id == first
        told = locate(read_dispatch(connection, HANOI.id), *MIDDLE, TODAY)["unit"]
        assert (told["code"], told["name_en"]) == ("A5", "Corrected Commune")
        assert read_units_frame(connection, draft.id)["kind"].tolist() == ["Xã"] * 9
        with pytest.raises(RefusedError, match="is retired: only an active one can be replaced"):
            add_draft(connection, HANOI.id, corrected, replace=first)


def test_a_generation_of_next_month_answers_from_that_date_on(city_database):
    old = open_wards(city_database)
    with city_database.transaction() as connection:
        outcome = add_generation(connection, HANOI.id, squares("A", NEXT_MONTH), today=TODAY)
        assert (outcome.ended.id, outcome.retired) == (old, None)
        dispatch = read_dispatch(connection, HANOI.id)
    days = {day: locate(dispatch, *MIDDLE, day) for day in (TODAY, dt.date(2026, 1, 31), NEXT_MONTH)}
    assert [told["generation"]["id"] for told in days.values()] == [old, old, outcome.generation.id]
    assert [told["unit"]["name"] for told in days.values()] == ["Phường Bạch Mai"] * 2 + ["Phường A5"]
    assert days[TODAY]["generation"]["valid_to"] == "2026-02-01"
    with city_database.transaction() as connection:
        with pytest.raises(RefusedError, match="or --end"):  # days that are gone change only if somebody says so
            add_generation(connection, HANOI.id, squares("B", dt.date(2026, 3, 1)), today=dt.date(2026, 3, 2))
        late = add_generation(
            connection,
            HANOI.id,
            squares("B", dt.date(2026, 3, 1)),
            end=outcome.generation.id,
            today=dt.date(2026, 3, 2),
        )
        assert late.ended.id == outcome.generation.id
        back = retire(connection, HANOI.id, outcome.generation.id, today=TODAY)
        assert (back.reopened.id, back.reopened.valid_to) == (old, dt.date(2026, 3, 1))
        back = retire(connection, HANOI.id, late.generation.id, today=TODAY)
        assert (back.reopened.id, back.reopened.valid_to) == (old, None)


def test_a_replacement_is_of_the_same_level_and_period_and_active(city_database):
    old = open_wards(city_database)
    with city_database.transaction() as connection:
        since = find_generation(connection, HANOI.id, old).valid_from
        with pytest.raises(RefusedError, match="has the same period, not since 2026-02-01"):
            add_generation(connection, HANOI.id, squares("A", NEXT_MONTH), replace=old)
        with pytest.raises(RefusedError, match="units of level ward"):
            add_generation(connection, HANOI.id, squares("A", since, level="area"), replace=old)
        first = add_generation(connection, HANOI.id, squares("A", since), today=TODAY).generation.id
        with pytest.raises(RefusedError, match=f"--replace {first}"):  # it is surveyed: it gives way only by name
            add_generation(connection, HANOI.id, squares("B", since), today=TODAY)
        with pytest.raises(RefusedError, match="is retired: only an active one"):
            add_generation(connection, HANOI.id, squares("B", since), replace=old)
        second = squares("A", since)
        second.units["name"] = second.units["name"].str.replace("Phường A1", "Phường A1 (mới)")
        again = add_generation(connection, HANOI.id, second, replace=first, today=TODAY)
        assert again.retired.id == first
        ids = [[unit.id for unit in read_layer(connection, find_generation(connection, HANOI.id, each)).units]
               for each in (first, again.generation.id)]  # fmt: skip
        assert ids[0] == ids[1], "a unit whose name is spelt anew keeps its identity"


def test_the_last_wards_cannot_be_retired(city_database):
    with city_database.transaction() as connection:
        first, last = (each.id for each in list_generations(connection, HANOI.id, "ward"))
        retire(connection, HANOI.id, first)
        with pytest.raises(RefusedError, match=f"generation {last} has the only wards in force of 'hanoi'"):
            retire(connection, HANOI.id, last)


@pytest.mark.parametrize("level", ["ward", "district", "city", "area"])
def test_units_of_every_level_are_loaded_and_listed_by_period(database, level):
    with database.transaction() as connection:
        add_territory(connection, HANOI)
        for prefix, since in (("A", dt.date(2024, 1, 1)), ("B", NEXT_MONTH)):
            add_generation(connection, HANOI.id, squares(prefix, since, level=level), today=TODAY)
        found = list_generations(connection, HANOI.id, level)
        codes = [read_units_frame(connection, each.id)["code"].tolist() for each in found]
    assert [(each.valid_from, each.valid_to, each.state) for each in found] == [
        (dt.date(2024, 1, 1), NEXT_MONTH, "active"),
        (NEXT_MONTH, None, "active"),
    ]
    assert codes == [[f"{prefix}{number}" for number in range(9)] for prefix in "AB"]


def test_a_second_city_lives_beside_the_first_without_a_word_between_them(city_database, dispatch):
    before = {layer.generation for layer in dispatch.jurisdiction.layers}
    with city_database.transaction() as connection:
        add_territory(connection, HCMC)
        with pytest.raises(RefusedError, match="'hcmc' is there already"):
            add_territory(connection, dataclasses.replace(HCMC, name="Other"))
        since = dt.date(2025, 7, 1)
        city = squares("hcm", since, level="city", origin=(106.6, 10.7), side=0.1)
        wards = squares("0026", since, origin=(106.6, 10.7), side=0.1)  # codes that Hanoi could have, too
        for new in (city, wards):
            add_generation(connection, HCMC.id, new, today=TODAY)
        hanoi = read_dispatch(connection, HANOI.id)
        hcmc = read_dispatch(connection, HCMC.id)
    assert {layer.generation for layer in hanoi.jurisdiction.layers} == before
    n = 2000
    west, south, east, north = hanoi.jurisdiction.extent
    random = np.random.default_rng(4)
    points = random.uniform(west, east, n), random.uniform(south, north, n), np.full(n, np.datetime64(TODAY))
    for field in dataclasses.fields(first := dispatch.jurisdiction.place(*points)):
        same = getattr(hanoi.jurisdiction.place(*points), field.name)
        np.testing.assert_array_equal(same, getattr(first, field.name))
    assert not hcmc.jurisdiction.place(*points).unit_id.any()
    there = locate(hcmc, 106.65, 10.75, TODAY)
    assert there["unit"]["territory"] == "hcmc"
    assert not set(hanoi.jurisdiction.units) & set(hcmc.jurisdiction.units)
    with city_database.transaction() as connection:
        assert {each.level for each in list_generations(connection, HCMC.id)} == {"city", "ward"}
        with pytest.raises(NotFoundError, match="in territory 'hcmc'"):
            activate(connection, HCMC.id, open_wards(city_database))


def test_ancestors_are_those_of_the_date(city_database):
    """Districts that end before their wards do are named until then; what is above them is named all along."""
    end = dt.date(2025, 3, 1)
    with city_database.connect() as connection:
        connection.execute("UPDATE generation SET valid_to = %s WHERE level = 'district'", [end])
    with city_database.transaction() as connection:
        dispatch = read_dispatch(connection, HANOI.id)
    days = (end - dt.timedelta(days=1), end, dt.date(2025, 6, 30), dt.date(2025, 7, 1))
    told = [[unit["name"] for unit in locate(dispatch, *MIDDLE, day)["ancestors"]] for day in days]
    assert told == [["Quận Hai Bà Trưng", "Thành phố Hà Nội"], *[["Thành phố Hà Nội"]] * 3]
