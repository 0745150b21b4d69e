"""The locator, PostGIS, the batch by HTTP and the single lookup by HTTP give every point to the same unit."""

import json

import numpy as np
import orjson
import pytest
import shapely
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
    ask,
    dispatch_over,
    from_arrow,
    post,
)
from tests.conftest import Database
from tests.geo.coverages import Coverage, coverages, generated, hanoi, hcmc, spread, stress_set
from tests.geo.location.by_postgis import COVERS, NOT_DISJOINT, lowest_units

SINGLES = 25
DAY = "2026-01-05"


def assert_the_same_everywhere(
    database: Database, coverage: Coverage, lon: np.ndarray, lat: np.ndarray, holds: str
) -> None:
    dispatch = dispatch_over(coverage)
    app, locator = application(dispatch), dispatch.jurisdiction.layers[0].locator
    located = locator.locate(lon, lat, nearest_within_m=NEAREST_WITHIN_M)
    covered = (located.how == How.INSIDE) | (located.how == How.EDGE)
    with database.connect() as connection:
        sql = lowest_units(connection, locator.polygons, shapely.points(lon, lat), holds)
    np.testing.assert_array_equal(np.where(covered, located.unit, -1), sql)

    codes = np.array([*locator.codes, None], dtype=object)[located.unit].tolist()
    how = [How(each).word for each in located.how.tolist()]
    by_arrow = from_arrow(post(app, as_arrow({"lon": lon, "lat": lat}), ARROW, f"?at={DAY}").content)
    assert by_arrow["unit_code"].to_pylist() == codes
    assert by_arrow["how"].to_pylist() == how
    numbers, words = from_raw(post(app, as_raw(lon, lat), RAW, f"?at={DAY}").content)
    assert np.array([*words["codes"], None], dtype=object)[numbers].tolist() == codes

    some = np.random.default_rng(0).choice(len(lon), min(len(lon), 2_000), replace=False)
    points = [{"lon": lon[row].item(), "lat": lat[row].item(), "at": DAY} for row in some.tolist()]
    answers = post(app, orjson.dumps({"points": points}), JSON).json()["answers"]
    lines = post(app, b"\n".join(map(orjson.dumps, points)), LINES).text.splitlines()
    assert [answer["unit_code"] for answer in answers] == [codes[row] for row in some]
    assert list(map(json.loads, lines)) == answers
    for row, point, answer in list(zip(some.tolist(), points, answers, strict=True))[:SINGLES]:
        single = ask(app, "GET", "/v1/locate", params=point).json()
        assert ((single["unit"] or {}).get("code"), single["how"]) == (codes[row], how[row])
        assert (answer["how"], answer["certain"]) == (single["how"], single["certain"])


def from_raw(content: bytes) -> tuple[np.ndarray, dict[str, list[str]]]:
    length = int.from_bytes(content[:4], "little")
    return np.frombuffer(content, "<i4", offset=4 + length), json.loads(content[4 : 4 + length])


@pytest.mark.parametrize("city", [hanoi, hcmc], ids=["hanoi", "hcmc"])
def test_at_the_borders_of_a_city_and_anywhere(empty_database: Database, city) -> None:
    coverage = city()
    beside, anywhere = stress_set(coverage.polygons, every=29), spread(coverage.polygons, 20_000)
    lon, lat = (np.concatenate(parts) for parts in zip(beside, anywhere, strict=True))
    assert_the_same_everywhere(empty_database, coverage, lon, lat, COVERS)


def test_in_a_generated_city_with_overlaps(empty_database: Database) -> None:
    coverage = generated(units=30, seed=3, overlaps=8)
    assert_the_same_everywhere(empty_database, coverage, *stress_set(coverage.polygons, every=3), NOT_DISJOINT)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(coverage=coverages())
def test_among_holes_slivers_gaps_and_overlaps(empty_database: Database, coverage: Coverage) -> None:
    assert_the_same_everywhere(empty_database, coverage, *stress_set(coverage.polygons), NOT_DISJOINT)
