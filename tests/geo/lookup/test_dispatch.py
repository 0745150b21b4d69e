"""A report that comes alone is assigned as it would be among many."""

import datetime as dt

import numpy as np

from geo.columns import column
from tests.api.lookups import dispatch_over
from tests.geo.coverages import hanoi, spread


def test_one_report_is_assigned_as_among_many() -> None:
    dispatch, random, count = dispatch_over(hanoi()), np.random.default_rng(8), 300
    lon, lat = spread(hanoi().polygons, count)
    begun = np.datetime64("2026-02-10T00:00", "ms")  # the week before Tết, and the month after it
    received = begun + random.integers(0, 30 * 86_400_000, count).astype("timedelta64[ms]")
    received[:2] = np.datetime64("2026-02-13T17:00", "ms"), np.datetime64("2026-02-14T16:59:59.999", "ms")
    category = column([dispatch.categories[number].code for number in random.integers(0, 3, count)])
    days = received.astype("datetime64[D]")
    unit_id = dispatch.jurisdiction.place(lon, lat, days).unit_id
    held = np.flatnonzero(unit_id)
    areas = dispatch.jurisdiction.areas_of(lon, lat, days)
    many = dispatch.assign(category[held], unit_id[held], received[held], areas)
    for at, row in enumerate(held):
        moment = received[row].item().replace(tzinfo=dt.UTC)
        alone = dispatch.areas_at(lon[row], lat[row], moment.date())
        assigned = dispatch.assign_one(category[row], dispatch.jurisdiction.units[unit_id[row]], moment, alone)
        for name in ("rule", "lead", "cooperating", "urgency"):
            assert getattr(assigned, name) == getattr(many, name)[at], name
        for name in ("intake_due_at", "due_at"):
            assert getattr(assigned, name) == getattr(many, name)[at].item().replace(tzinfo=dt.UTC), name
    assert len(set(many.due_at.tolist())) > 20
    assert max(many.due_at.tolist()) < dt.datetime(2026, 5, 1)
