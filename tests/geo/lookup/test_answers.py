"""Many points are answered and refused as each would be alone, whatever is wrong with them, however wide they ask."""

import datetime as dt
import json
import subprocess
import sys
from itertools import product

import numpy as np
import pytest

from geo.columns import column
from geo.errors import HienTruongError
from geo.lookup.answer import locate
from geo.lookup.answers import Asked, answer_many
from geo.lookup.dispatch import Dispatch
from tests.api.lookups import dispatch_over
from tests.geo.coverages import hanoi

INSIDE = (105.868664, 20.998485)
PLACES = [INSIDE, INSIDE[::-1], (10.0, 20.0), (np.nan, 21.0), (np.inf, 21.0), (500.0, 0.0), (0.0, -91.0), (106.5, 20.9)]
DAYS = ["2026-01-05", "1990-01-01", "2100-06-01", "2100-12-20", "2100-12-31", "2101-01-01", "9999-12-31"]
"""Of the last five the calendar has the first; then a deadline, and then the day itself, lies beyond its end."""
CATEGORIES = [None, "waste", "fire_risk", "zoo"]
RADII = [np.nan, 30.0, 3_000.0, 0.0, -5.0, 1e6, np.inf]


@pytest.fixture(scope="module")
def city() -> Dispatch:
    return dispatch_over(hanoi())


def alone(city: Dispatch, lon: float, lat: float, day: str, category: str | None, radius: float) -> object:
    """What a single lookup answers, or how it refuses."""
    try:
        radius_or_none = None if np.isnan(radius) else radius
        told = locate(city, lon, lat, dt.date.fromisoformat(day), radius_or_none, category)
    except HienTruongError as error:
        return type(error), str(error), getattr(error, "field", None)
    unit, responsible = told["unit"] or {}, told.get("responsible", {})
    return [unit.get("code"), told["how"], told["certain"], told["border_m"], responsible.get("lead")]


def test_each_point_is_answered_or_refused_in_the_words_of_a_single_lookup(city: Dispatch) -> None:
    asked = list(product(PLACES, DAYS, CATEGORIES, RADII))
    places, days, categories, radii = zip(*asked, strict=True)
    lon, lat = np.array(places).T
    many = answer_many(city, Asked(lon, lat, np.array(days, "datetime64[D]"), np.array(radii), column(categories)))
    rows = many.rows(["unit_code", "how", "certain", "border_m", "agency"])
    told: list[object] = [list(row.values()) for row in rows]
    for row, error in many.refusals():
        assert (rows[row]["how"], rows[row]["unit_code"], rows[row]["agency"]) == ("invalid", None, None)
        told[row] = type(error), str(error), getattr(error, "field", None)
    expected = [alone(city, *place, *more) for place, *more in asked]
    order = ["unit_code", "how", "certain", "border_m", "agency"]
    assert [sorted(map(str, each)) for each in told] == [sorted(map(str, each)) for each in expected], order
    assert sum(isinstance(each, tuple) for each in told) == many.invalid.sum()
    assert len({each for each in told if isinstance(each, tuple)}) == 15


def test_a_day_that_could_not_be_read_is_told(city: Dispatch) -> None:
    days = np.array(["NaT", "2026-01-05"], "datetime64[D]")
    many = answer_many(city, Asked(*np.array([INSIDE, INSIDE]).T, days))
    [(row, error)] = many.refusals()
    assert (row, getattr(error, "field", None)) == (0, "at")
    assert str(error).startswith("the day can't be read: give a local date")


AT_THE_LIMIT = """
import json, resource, time
import numpy as np
from geo.location.locator import MAX_ACCURACY_M
from geo.lookup.answers import Asked, answer_many
from tests.api.lookups import dispatch_over
from tests.geo.coverages import hanoi, spread

coverage = hanoi()
city, (lon, lat) = dispatch_over(coverage), spread(coverage.polygons, 10_000)
locator = city.jurisdiction.layers[0].locator

def measured(work):
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = work()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return [grown / 1024, time.process_time() - begun, found]

wide = np.full(10_000, MAX_ACCURACY_M)
asked = Asked(lon, lat, np.full(10_000, np.datetime64("2026-01-05")), wide)
batch = measured(lambda: int(answer_many(city, asked).certain.sum()))
discs = measured(lambda: float(np.bincount(locator.disc_shares(lon[:40], lat[:40], MAX_ACCURACY_M).point).min()))
print(json.dumps([batch, discs]))
"""


def test_the_widest_discs_of_the_largest_batch_take_neither_memory_nor_minutes() -> None:
    done = subprocess.run([sys.executable, "-c", AT_THE_LIMIT], capture_output=True, text=True, check=True)
    (batch_mib, batch_s, certain), (discs_mib, discs_s, units) = json.loads(done.stdout)
    assert certain == 0
    assert units == len(hanoi().codes)
    assert batch_mib < 100
    assert batch_s < 10, "60 microseconds a point, not 100 milliseconds"
    assert discs_mib < 200, "40 points and 132,000 edges take a gigabyte if all their pairs are held"
    assert discs_s < 40
