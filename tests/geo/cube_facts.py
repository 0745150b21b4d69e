"""Random reports for tests of the cube, and how they are counted one by one."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import h3
import numpy as np

from geo.counting.axes import Axes, Facts
from geo.counting.cube import Query
from geo.hexagons.cells import cells_of
from geo.vocabulary import STATUSES

CATEGORIES = ("waste", "parking", "fire_risk")
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Reported:
    """One report, as people would tell it."""

    day: dt.date
    category: str
    status: str
    duplicate: bool
    synthetic: bool
    lon: float
    lat: float
    reporter: int


def random_reports(seed: int, n: int, first: dt.date = dt.date(2025, 11, 20), days: int = 100) -> list[Reported]:
    """Make reports in some dozen places, by few people."""
    random = np.random.default_rng(seed)
    spots = 105.80 + random.random((12, 2)) * [0.06, 0.06] + [0, -84.75]
    return [
        Reported(
            first + dt.timedelta(days=int(random.integers(days))),
            CATEGORIES[random.integers(3)],
            STATUSES[random.integers(4)],
            bool(random.random() < 0.1),
            bool(random.random() < 0.3),
            *(spots[random.integers(12)] + random.normal(0, 0.001, 2)).tolist(),
            int(random.integers(8)),
        )
        for _ in range(n)
    ]


def facts_of(axes: Axes, reports: list[Reported], weight: int = 1) -> Facts:
    """Code reports for the cube."""
    lon, lat = (np.array([getattr(report, name) for report in reports], float) for name in ("lon", "lat"))
    return Facts(
        np.array([(report.day - EPOCH).days for report in reports], np.int64),
        axes.series(
            [1 + CATEGORIES.index(report.category) for report in reports],
            [STATUSES.index(report.status) for report in reports],
            [report.duplicate for report in reports],
            [report.synthetic for report in reports],
        ),
        axes.places(cells_of(lon, lat), lon, lat),
        np.array([report.reporter for report in reports], np.uint32),
        np.full(len(reports), weight, np.int64),
    )


def asked_for(reports: list[Reported], query: Query) -> list[Reported]:
    """Pick reports one by one."""
    return [
        report
        for report in reports
        if query.first <= report.day <= query.last
        and (query.categories is None or report.category in query.categories)
        and (query.statuses is None or report.status in query.statuses)
        and (query.duplicates or not report.duplicate)
    ]


def cell_of(report: Reported, resolution: int) -> int:
    """Give the parent of the stored cell, as the h3 library has it."""
    return h3.str_to_int(h3.cell_to_parent(h3.latlng_to_cell(report.lat, report.lon, 12), resolution))


def counted(reports: list[Reported], resolution: int) -> dict[int, int]:
    """Count one by one."""
    return dict(Counter(cell_of(report, resolution) for report in reports))
