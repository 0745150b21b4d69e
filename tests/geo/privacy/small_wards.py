"""Reports in wards so small that their borders cut through the places of the reports: what attackers ask about."""

import datetime as dt

import numpy as np
import shapely

from geo.counting.axes import Axes
from geo.hexagons.cells import cells_of
from geo.location.locator import Locator
from geo.units.jurisdiction import Layer
from geo.units.territory import HANOI, Generation, Unit
from geo.wards.cases import Cases
from tests.geo.cube_facts import CATEGORIES, random_reports

REPORTS = random_reports(11, 1100)
TODAY = dt.date(2026, 2, 20)
NOW = np.datetime64(TODAY, "ms")
MONTHS = [(2025, 11), (2025, 12), (2026, 1)]
Kind = tuple[tuple[int, int], str]
"""Month and category: what totals can be asked by."""


def small_wards() -> Layer:
    """Wards of some 600 m, whose borders cut through the places of the reports; the outermost are in none."""
    shapes = [shapely.box(x, y, x + 0.006, y + 0.006) for x in np.arange(105.801, 105.85, 0.006)
              for y in np.arange(21.048, 21.1, 0.006)]  # fmt: skip
    codes = [f"{number:05d}" for number in range(len(shapes))]
    # Their ids are in another order than their codes.
    units = tuple(Unit(900 - number, "ward", code, "", code, code) for number, code in enumerate(codes))
    since, moment = dt.date(2025, 7, 1), dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
    generation = Generation(
        1, HANOI.id, "ward", since, None, "active", False, "a test", "none", "0", len(units), "", moment
    )
    return Layer(generation, Locator.build(codes, np.array(shapes)), units, ())


LAYER = small_wards()
UNIT_IDS = sorted(LAYER.unit_ids[:-1].tolist())
AXES = Axes(CATEGORIES, (LAYER,))
LON, LAT = (np.array([getattr(report, name) for report in REPORTS]) for name in ("lon", "lat"))
WARD, CELL = LAYER.place(LON, LAT)[0], cells_of(LON, LAT)
KIND: list[Kind] = [((report.day.year, report.day.month), report.category) for report in REPORTS]
KINDS = [(month, category) for month in MONTHS for category in CATEGORIES]


def unanswered() -> Cases:
    """Give the reports as rows of ward figures, of which nothing has become."""
    n, never = len(REPORTS), np.full(len(REPORTS), np.datetime64("NaT", "ms"))
    return Cases(
        unit_id=WARD,
        cell=CELL,
        category=np.array([CATEGORIES.index(category) for _, category in KIND]),
        month=np.array([f"{year}-{month:02}" for (year, month), _ in KIND], "datetime64[M]"),
        reporter=np.array([report.reporter for report in REPORTS]),
        received_at=np.full(n, NOW),
        due_at=never,
        intake_at=never,
        answered_at=never,
        closed_at=never,
        evidence=np.full(n, -1),
        satisfied=np.full(n, -1),
        reopened=np.zeros(n, np.int64),
        merged=np.zeros(n, bool),
        synthetic=np.array([report.synthetic for report in REPORTS]),
    )


def people(numbers: np.ndarray) -> int:
    """Count the people who are known."""
    return len({REPORTS[number].reporter for number in numbers} - {0})
