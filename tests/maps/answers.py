"""Answers and frames as a session gives them, small and made by hand, for tests of maps."""

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike

from geo.hexagons.cells import cell_names, cell_polygons
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Found, Question, Window
from geo.hotspots.views import COUNTED
from maps.drawing import MapFacts

OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
FACTS = MapFacts(
    category="Rác thải",
    period=OCTOBER,
    n=1_284,
    method="",
    boundaries="126 phường, xã từ 01/07/2025",
    schematic=False,
    synthetic=False,
    made_at=dt.datetime(2026, 11, 1, 9, 30),
)


def counted(cells: ArrayLike, counts: ArrayLike, hidden: ArrayLike | None = None) -> Found:
    """Give counts of waste by cell as an answer."""
    cell, count = np.asarray(cells, np.int64), np.asarray(counts, np.int64)
    known = np.ones(len(cell))
    return Found(
        question=Question(Window(*OCTOBER, ("waste",)), "counts"),
        grid=HexGrid(cell, known, known * 1e5, known * np.nan),
        columns={"count": count},
        classes=np.zeros(len(cell), np.int8),
        hidden=np.zeros(len(cell), bool) if hidden is None else np.asarray(hidden, bool),
        synthetic=np.zeros(len(cell), np.int64),
        n=int(count.sum()),
        n_before=None,
        method=None,
        parameters={},
        meaning=COUNTED,
    )


def frame_of(found: Found, generation: dict[str, Any] | None = None) -> gpd.GeoDataFrame:
    """Lay an answer out as a session's frame: cells by name, and in attrs what they rest on."""
    question = found.question
    frame = gpd.GeoDataFrame(
        {**found.columns, "inside": found.grid.inside, "hidden": found.hidden},
        geometry=cell_polygons(found.grid.cell),
        crs=4326,
        index=cell_names(found.grid.cell),
    )
    frame.attrs = {
        "view": question.view,
        "measure": question.measure,
        "period": _days(question.window),
        "period_before": None if question.before is None else _days(question.before),
        "categories": question.window.categories,
        "category": None if question.window.categories is None else {"vi": "Rác thải", "en": "Waste"},
        "n": found.n,
        "n_city": found.n,
        "n_before": found.n_before,
        "cells": len(found),
        "made": "2026-11-01T09:30:00+07:00",
        "method": found.method,
        "parameters": dict(found.parameters),
        "synthetic": int(found.synthetic.sum()),
        "generation": generation
        or {"valid_from": "2025-07-01", "valid_to": None, "schematic": False, "source": "survey of 2025"},
        "meaning": {"vi": found.meaning.vi, "en": found.meaning.en},
    }
    return frame


def _days(window: Window) -> dict[str, str]:
    return {"from": window.first.isoformat(), "to": window.last.isoformat()}
