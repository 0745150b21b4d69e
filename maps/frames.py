"""What a session hands out as a GeoDataFrame, read back: the cells with their figures, and what they rest on.

A frame of cells has the cells' names as its index, the columns that docs/hotspots.md explains, and in its ``attrs``
the facts that every file and answer carries: view, measure, period, categories, n, parameters, generation and so on.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np

from geo.errors import InputError
from geo.hexagons.cells import cell_polygons, cells_named
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Found, Question, Window
from geo.location.ellipsoid import areas_m2
from geo.statistics.words import Words
from maps.drawing import MapFacts
from maps.words import WORDS, Language

_ASIDE = ("geometry", "inside", "hidden", "class_name", "synthetic")
_BOUNDARIES: Mapping[Language, str] = {
    "vi": "Phường, xã từ {day}: {source}",
    "en": "Wards and communes since {day}: {source}",
}


def found_in(frame: gpd.GeoDataFrame) -> Found:
    """Read a frame of cells as the answer that it was made from.

    Parameters
    ----------
    frame : GeoDataFrame
        Rows may have been left out: n is that of the rows that are there.

    Raises
    ------
    InputError
        The frame's attrs do not say what was asked, or its index has no names of cells.
    """
    facts = _Facts(frame)
    before, parameters = facts.get("period_before"), facts.get("parameters") or {}
    categories = facts.get("categories")
    window = Window(*_days(facts["period"]), None if categories is None else tuple(categories))
    known = {name: parameters[name] for name in ("k", "alpha", "step_days") if name in parameters}
    question = Question(
        window,
        facts["view"],
        facts.get("measure") or "count",
        before=None if before is None else Window(*_days(before), window.categories),
        **known,
    )
    cells = cells_named(frame.index.astype(str).tolist())
    none, unknown = np.zeros(len(cells), np.int64), np.full(len(cells), np.nan)
    inside = frame["inside"].to_numpy(np.float64) if "inside" in frame else np.ones(len(cells))
    columns = {name: frame[name].to_numpy() for name in frame.columns if name not in _ASIDE}
    classes = columns.get("class", columns.get("bin", none)).astype(np.int8)
    return Found(
        question=question,
        grid=HexGrid(cells, inside, areas_m2(cell_polygons(cells)), unknown),
        columns=columns,
        classes=classes,
        hidden=frame["hidden"].to_numpy(bool) if "hidden" in frame else none.astype(bool),
        synthetic=frame["synthetic"].to_numpy(np.int64) if "synthetic" in frame else none,
        n=int(columns["count"].sum()),
        n_before=int(columns["before"].sum()) if "before" in columns else None,
        method=facts.get("method"),
        parameters=parameters,
        meaning=Words(**facts["meaning"]),
    )


def facts_in(frame: gpd.GeoDataFrame, language: Language) -> MapFacts:
    """Read what a frame says about itself, in one language; a frame of cells, wards or reports.

    Raises
    ------
    InputError
        The frame's attrs do not say its period.
    """
    facts = _Facts(frame)
    generation, category, made = (facts.get(name) for name in ("generation", "category", "made"))
    whole = "count" in frame and facts.get("n_city") == int(frame["count"].sum())
    return MapFacts(
        category=category and category[language],
        period=_period(frame, facts["period"]),
        n=int(facts["n"]),
        method=facts.get("method") or "",
        boundaries="" if generation is None else boundaries_in_words(generation, language),
        schematic=bool(generation and generation["schematic"]),
        synthetic=bool(facts.get("synthetic")),
        made_at=dt.datetime.fromisoformat(made) if made else dt.datetime.now().astimezone(),
        cells=facts.get("cells") if whole else None,
    )


def boundaries_in_words(generation: Mapping[str, Any], language: Language) -> str:
    """Say which boundaries a map shows, and whose."""
    day = WORDS[language].day(_date(generation["valid_from"]))
    return _BOUNDARIES[language].format(day=day, source=generation["source"])


class _Facts:
    """The attrs of a frame, of which some must be there."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        self._attrs = frame.attrs

    def __getitem__(self, name: str) -> Any:
        if name not in self._attrs:
            raise InputError(
                f"the frame does not say its {name} (frame.attrs[{name!r}]): take it from geo.connect() as it is, or "
                "carry the attrs over",
                name,
            )
        return self._attrs[name]

    def get(self, name: str) -> Any:
        return self._attrs.get(name)


def _period(frame: gpd.GeoDataFrame, period: Mapping[str, str | None]) -> tuple[dt.date, dt.date]:
    """Give the days that were asked for; where none were, those of the first report and of the last."""
    asked = period["from"], period["to"]
    if all(asked) or not len(frame):
        today = dt.date.today()
        return _date(asked[0] or today), _date(asked[1] or today)
    told = frame["reported_at"].dt.date
    return _date(asked[0] or told.min()), _date(asked[1] or told.max())


def _days(period: Mapping[str, str]) -> tuple[dt.date, dt.date]:
    return _date(period["from"]), _date(period["to"])


def _date(day: str | dt.date) -> dt.date:
    return day if isinstance(day, dt.date) else dt.date.fromisoformat(day)
