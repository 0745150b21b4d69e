"""The duplicates that the demo plants, and how well a search finds them."""

from dataclasses import dataclass

from geo.demo.reports import Demo
from geo.reports.duplicates import Pairs, Sightings


def sightings(demo: Demo) -> Sightings:
    """Give what of the demo's reports is compared: nothing that tells the truth."""
    reports = demo.reports
    return Sightings(reports.id, reports.lon, reports.lat, reports.reported_at, reports.category, reports.description)


def planted(demo: Demo) -> set[frozenset[int]]:
    """Read from the external ids which two rows are about the same."""
    numbers = [id.split("-repeats-") for id in demo.reports.external_id]
    row = {each[0].removeprefix("demo-"): i for i, each in enumerate(numbers)}
    return {frozenset((i, row[each[1]])) for i, each in enumerate(numbers) if len(each) == 2}


@dataclass(frozen=True)
class Judged:
    """How many of the pairs that were found were planted, and how many of the planted ones were found."""

    precision: float
    recall: float


def judge(pairs: Pairs, truth: set[frozenset[int]]) -> Judged:
    found = {frozenset(pair) for pair in zip(pairs.earlier.tolist(), pairs.later.tolist(), strict=True)}
    return Judged(len(found & truth) / max(len(found), 1), len(found & truth) / len(truth))
