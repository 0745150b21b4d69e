"""Some of the demo's reports, laid into a database with what happened to them."""

import numpy as np
from sqlalchemy import Engine

from geo.demo.reports import Demo
from geo.store.reports import add_reports
from geo.units.territory import HANOI


def add(engine: Engine, demo: Demo, rows: slice) -> None:
    chosen = np.arange(len(demo.reports))[rows]
    events = demo.events.take(np.isin(demo.events.report, chosen))
    events.report[:] = np.searchsorted(chosen, events.report)
    with engine.begin() as connection:
        assert add_reports(connection, HANOI.id, demo.reports.take(chosen), demo.course.take(chosen), events).all()
