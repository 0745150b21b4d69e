"""A map of hexagons with a slider of time: one answer for each step, all with the same classes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geo.columns import Integers
from geo.errors import InputError
from geo.hexagons.cells import cell_polygons
from geo.hexagons.hexgrid import HexGrid
from geo.hotspots.question import Found
from maps.arguments import check_steps
from maps.card_map import Card, Script, card_map
from maps.drawing import NOT_COLOURED, HexDrawing
from maps.frames import found_in
from maps.hexagon_maps import Cells, facts_of
from maps.hexagons import outline_of
from maps.hotspot_drawing import hotspot_drawing, reports_in_words
from maps.leaflet import OfflineMap
from maps.rings import rings_of
from maps.step_words import STEP_WORDS
from maps.words import WORDS, Language


def time_slider(
    steps: Sequence[Cells], *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi"
) -> OfflineMap:
    """Show hexagons step by step, with a slider that plays.

    The classes are made of all steps together, so that a colour means the same in each of them.

    Parameters
    ----------
    steps : sequence of GeoDataFrame or Found
        One for each step of time, in their order, all of the same view and measure: what ``db.hexes(...)`` gives for
        one month after another.
    wards : GeoDataFrame of polygons, optional
        For orientation: what ``db.units(...)`` gives.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        A folium map: the last line of a notebook's cell shows it, ``save(path)`` writes it.

    Raises
    ------
    InputError
        There are fewer than two steps, they are of different views or measures, or not in the order of time.

    Examples
    --------
    See docs/maps.md.
    """
    check_steps(steps, language)
    founds = [cells if isinstance(cells, Found) else found_in(cells) for cells in steps]
    _check(founds)
    whole, step_of = _joined(founds)
    drawing = hotspot_drawing(whole, facts_of(steps[-1], language), language)
    drawing = replace(drawing, sentence=_sentence(founds, language))
    cells, place = np.unique(drawing.cells, return_inverse=True)
    tips, tip_of = np.unique(drawing.tips, return_inverse=True)
    rows = [np.flatnonzero(step_of == number) for number in range(len(founds))]
    told = [
        _step(drawing, found, place, tip_of, np.asarray(at[np.argsort(place[at])]))
        for found, at in zip(founds, rows, strict=True)
    ]
    most = max(max(found.n for found in founds), 1)
    bars = [{"label": step["label"], "height": 100 * found.n // most} for step, found in zip(told, founds, strict=True)]
    drawn = {
        "hexagons": rings_of(cell_polygons(cells)),
        "colours": drawing.palette,
        "steps": told,
        "tips": tips.tolist(),
        "outline": outline_of(wards, language),
        "dashed": drawing.facts.schematic,
    }
    card = Card("step_card.html", {"face": drawing, "slider": STEP_WORDS[language], "steps": bars})
    return card_map(drawing.title, language, card, Script(("step_map.js",), "drawStepMap", drawn))


def _check(founds: Sequence[Found]) -> None:
    if len(founds) < 2:
        raise InputError(f"a slider needs at least two steps, not {len(founds)}", "steps")
    for name in ("view", "measure"):
        different = sorted({getattr(found.question, name) for found in founds})
        if len(different) > 1:
            raise InputError(f"all steps have one {name}, not {', '.join(different)}", "steps")
    days = [found.question.window.first for found in founds]
    if days != sorted(days):
        raise InputError("give the steps in the order of time", "steps")


def _joined(founds: Sequence[Found]) -> tuple[Found, Integers]:
    """Lay all steps below each other, and tell of which step each row is that will be drawn."""
    first, last = founds[0], founds[-1]

    def below(values: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(values)

    grids = [found.grid for found in founds]
    names = ("cell", "inside", "area_m2", "population")
    whole = replace(
        last,
        question=replace(last.question, window=last.question.window._replace(first=first.question.window.first)),
        grid=HexGrid(**{name: below([getattr(grid, name) for grid in grids]) for name in names}),
        columns={name: below([found.columns[name] for found in founds]) for name in last.columns},
        classes=below([found.classes for found in founds]),
        hidden=below([found.hidden for found in founds]),
        synthetic=below([found.synthetic for found in founds]),
        n=sum(found.n for found in founds),
    )
    step_of = np.repeat(np.arange(len(founds)), [len(found) for found in founds])
    return whole, step_of[whole.noteworthy]


def _step(drawing: HexDrawing, found: Found, place: Integers, tip_of: Integers, rows: Integers) -> dict[str, Any]:
    """Write a step: the gaps from cell to cell, the class and the tip of each, and what the legend says of it."""
    words, class_of = WORDS[drawing.language], drawing.class_of[rows]
    sizes = np.bincount(class_of[class_of != NOT_COLOURED], minlength=len(drawing.classes))
    label = words.step(*_period(found))
    n = reports_in_words(found, drawing.language)
    return {
        "label": label,
        "said": STEP_WORDS[drawing.language].said.format(step=label, n=n),
        "cells": np.diff(place[rows], prepend=0).tolist(),
        "colourOf": drawing.colour_of[rows].tolist(),
        "tipOf": tip_of[rows].tolist(),
        "hatched": np.flatnonzero(drawing.hatched[rows]).tolist(),
        "sizes": [words.cells.format(n=words.count(size)) for size in sizes.tolist()],
    }


def _sentence(founds: Sequence[Found], language: Language) -> str:
    words, most = WORDS[language], max(founds, key=lambda found: found.n)
    return STEP_WORDS[language].sentence.format(
        period=words.period(_period(founds[0])[0], _period(founds[-1])[1]),
        steps=words.number(len(founds)),
        n=reports_in_words(replace(most, n=sum(found.n for found in founds)), language),
        most=words.number(most.n),
        step=words.step(*_period(most)),
    )


def _period(found: Found) -> tuple[dt.date, dt.date]:
    return found.question.window.first, found.question.window.last
