"""The locator, PostGIS, the batch by HTTP and the single lookup by HTTP give every point to the same unit."""

import json
from collections.abc import Callable

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from geo.location.locator import How
from geo.units.jurisdiction import NEAREST_WITHIN_M
from tests.api.lookups import (
    ARROW,
    JSON,
    LINES,
    RAW,
    application,
    as_arrow,
    as_raw,
    ask_each,
    ask_each_directly,
    dispatch_over,
    from_arrow,
    post,
)
from tests.conftest import Database
from tests.geo.coverages import Coverage, coverages, generated, hanoi, hcmc, spread, stress_set
from tests.geo.location.by_postgis import assert_st_covers_agrees

BY_COLUMNS, BY_OBJECTS, BY_ASGI = 200_000, 10_000, 200
"""How many points at most are asked as Arrow and as pairs, as JSON, as lines and one by one, one by one as ASGI."""
DAY = "2026-01-05"


def assert_the_same_everywhere(database: Database, coverage: Coverage, lon: np.ndarray, lat: np.ndarray) -> None:
    dispatch = dispatch_over(coverage)
    app, locator = application(dispatch), dispatch.jurisdiction.layers[0].locator
    located = locator.locate(lon, lat, nearest_within_m=NEAREST_WITHIN_M)
    covered = (located.how == How.INSIDE) | (located.how == How.EDGE)
    with database.connect() as connection:
        assert_st_covers_agrees(connection, locator.polygons, lon, lat, np.where(covered, located.unit, -1))

    some = np.random.default_rng(0).permutation(len(lon))[:BY_COLUMNS]
    lon, lat = lon[some], lat[some]
    codes = np.array([*locator.codes, None], dtype=object)[located.unit[some]].tolist()
    how = [How(each).word for each in located.how[some].tolist()]
    by_arrow = from_arrow(post(app, as_arrow({"lon": lon, "lat": lat}), ARROW, f"?at={DAY}").content)
    assert by_arrow["unit_code"].to_pylist() == codes
    assert by_arrow["how"].to_pylist() == how
    numbers, words = from_raw(post(app, as_raw(lon, lat), RAW, f"?at={DAY}").content)
    assert np.array([*words["codes"], None], dtype=object)[numbers].tolist() == codes

    points = [{"lon": x, "lat": y, "at": DAY} for x, y in zip(lon.tolist(), lat.tolist(), strict=True)][:BY_OBJECTS]
    answers = post(app, orjson.dumps({"points": points}), JSON).json()["answers"]
    lines = post(app, b"\n".join(map(orjson.dumps, points)), LINES).text.splitlines()
    assert [(answer["unit_code"], answer["how"]) for answer in answers] == list(zip(codes, how, strict=True))[
        :BY_OBJECTS
    ]
    assert list(map(json.loads, lines)) == answers
    directly = ask_each_directly(app, points)
    assert directly[:BY_ASGI] == ask_each(app, "/v1/locate", points[:BY_ASGI])
    for single, answer in zip(directly, answers, strict=True):
        assert ((single["unit"] or {}).get("code"), single["how"]) == (answer["unit_code"], answer["how"])
        assert single["certain"] == answer["certain"]


def from_raw(content: bytes) -> tuple[np.ndarray, dict[str, list[str]]]:
    length = int.from_bytes(content[:4], "little")
    return np.frombuffer(content, "<i4", offset=4 + length), json.loads(content[4 : 4 + length])


@pytest.mark.parametrize("city", [hanoi, hcmc], ids=["hanoi", "hcmc"])
def test_at_the_borders_of_a_city_and_anywhere(empty_database: Database, city: Callable[[], Coverage]) -> None:
    coverage = city()
    parts = zip(stress_set(coverage.polygons), spread(coverage.polygons, 20_000), strict=True)
    assert_the_same_everywhere(empty_database, coverage, *map(np.concatenate, parts))


def test_in_a_generated_city_with_overlaps(empty_database: Database) -> None:
    coverage = generated(units=30, seed=3, overlaps=8)
    assert_the_same_everywhere(empty_database, coverage, *stress_set(coverage.polygons, every=3))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(coverage=coverages())
def test_among_holes_slivers_gaps_and_overlaps(empty_database: Database, coverage: Coverage) -> None:
    assert_the_same_everywhere(empty_database, coverage, *stress_set(coverage.polygons))
