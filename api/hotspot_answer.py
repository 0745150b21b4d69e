"""An answer about hot spots over HTTP: in the format that was asked for, with a tag that says whether it changed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.caller import require
from api.hotspot_facts import facts_of
from api.hotspot_formats import MAPS, PNG, content_of, respond_file, respond_table
from api.hotspot_question import PUBLIC_VIEWS, Asked, check_public_details
from api.public_counts import published
from api.routes.geojson import bbox_of
from api.service import Service
from geo.access import SEES_SMALL_COUNTS, Caller
from geo.counting.axes import CUBE_RESOLUTION
from geo.errors import InputError
from geo.hexagons.boxes import Box, around, cells_in
from geo.hexagons.cells import cell_polygons
from geo.hexagons.grids import grid_of
from geo.hexagons.population import Residents
from geo.hotspots.question import Found, Question
from geo.hotspots.views import Counter, counting, find
from geo.privacy.public_counting import hidden_words, public_counting
from geo.privacy.published import Published
from geo.store.counts import RowCounts
from geo.units.jurisdiction import Layer
from maps.drawing import Size
from maps.exports import table
from maps.words import Language


@dataclass(frozen=True)
class Shape:
    """What of an answer is given, and how.

    Parameters
    ----------
    media_type : str
    unit, bbox : str, optional
        The cells that touch them are shown.
    every_cell : bool
        Whether cells without a report or finding are shown, too.
    language : {"vi", "en"}
        Of a map.
    size : {"a4", "slide"}
        Of a picture.
    """

    media_type: str
    unit: str | None = None
    bbox: str | None = None
    every_cell: bool = False
    language: Language = "vi"
    size: Size = "slide"


async def answered(
    request: Request, service: Service, residents: Residents | None, caller: Caller, asked: Asked, shape: Shape
) -> Response:
    """Answer a question as the caller may be told."""
    if asked.resolution > CUBE_RESOLUTION:
        raise InputError(f"hot spots have the resolutions 5 to {CUBE_RESOLUTION}, not {asked.resolution}", "res")
    public = not caller.sees_small_counts
    if public and (asked.options["view"] not in PUBLIC_VIEWS or asked.options["measure"] == "reporters"):
        require(caller, SEES_SMALL_COUNTS, f"the view {asked.options['view']} of {asked.options['measure']}")
    if public and asked.options["method"] == "permutation":  # it takes up to half a minute
        require(caller, SEES_SMALL_COUNTS, "the method permutation")
    dispatch = service.dispatch
    question = asked.question(dispatch, public=public)
    layer = dispatch.jurisdiction.layer_at(question.window.last)
    query = asked.query(question.window)
    drawn = shape.media_type in MAPS.values()
    extent = _extent(shape, layer) if drawn else None
    if public:
        check_public_details(asked)
    source = await published(service) if public else await counter_for(service, asked)

    def answer() -> Response:
        if question.measure == "per_1000" and residents is not None:
            grid = residents.on(layer, asked.resolution)
        else:
            grid = grid_of(layer, asked.resolution)
        hidden = None
        if isinstance(source, Published):
            count = public_counting(source, query, grid if drawn else None)
            hidden = hidden_words(source.counts(query), asked.resolution)
        else:
            count = counting(source, query, reporters=question.measure == "reporters")
        whole = find(grid, count, question, counting(overdue_rows(service, asked), query))
        found = shown_cells(whole, layer, shape)
        facts = facts_in(found, whole, layer, asked) | ({} if hidden is None else {"hidden": hidden})
        rows, name = table(found, facts), _file_name(question)
        if not drawn:
            return respond_table(request, shape.media_type, rows, facts, name)
        from api.hotspot_files import HotspotMap  # late: a service starts seconds sooner without folium and pandas

        picture = HotspotMap(found, asked, dispatch, whole, shape.language, shape.size, hidden, extent)
        write = picture.png if shape.media_type == PNG else picture.html
        return respond_file(request, shape.media_type, (*content_of(rows, facts), repr(shape).encode()), write, name)

    return await run_in_threadpool(answer)


def _extent(shape: Shape, layer: Layer) -> Box | None:
    """Give the box that a map shows: the one that was asked for, else that of the unit."""
    if (box := bbox_of(shape.bbox)) is None:
        return None if shape.unit is None else layer.locator.polygons[unit_number(layer, shape.unit)].bounds
    west, south, east, north = box
    if west == east or south == north:
        raise InputError(f"bbox {shape.bbox!r:.80}: a map needs a box that is wide and high", "bbox")
    return box


def _file_name(question: Question) -> str:
    """Name an answer that is kept as a file, without the suffix."""
    window = question.window
    return "-".join([question.view, *(window.categories or ()), str(window.first), str(window.last)])


async def counter_for(service: Service, asked: Asked, box: Box | None = None) -> Counter:
    """Give what counts: the cube, or the rows if it does not know what is asked for; around a box, if one is meant."""
    if not asked.from_rows:
        return await service.cube()
    near = None if box is None else around(box, asked.resolution)
    return RowCounts(service.ask, service.dispatch.jurisdiction, replace(asked.only, near=near), asked.resolution)


def overdue_rows(service: Service, asked: Asked) -> Counter:
    """Give what counts, of the reports that are asked for, those that are overdue."""
    return RowCounts(service.ask, service.dispatch.jurisdiction, replace(asked.only, overdue=True))


def shown_cells(found: Found, layer: Layer, shape: Shape) -> Found:
    """Pick the cells that are told: of a unit, of a box, and those of which there is something to say.

    Parameters
    ----------
    found : Found
        Of the whole city, by which it is judged what stands out.
    layer : Layer
        Boundaries that have the unit.
    shape : Shape

    Raises
    ------
    InputError
        No unit has the code, or the box is none.
    """
    if not shape.every_cell:
        found = found.take(found.noteworthy)
    if shape.unit is not None:
        area = layer.locator.polygons[unit_number(layer, shape.unit)]
        shapely.prepare(area)
        found = found.take(np.asarray(shapely.intersects(area, cell_polygons(found.grid.cell))))
    if (box := bbox_of(shape.bbox)) is not None:
        found = found.take(cells_in(found.grid.cell, box))
    return found


def facts_in(found: Found, whole: Found, layer: Layer, asked: Asked) -> dict[str, Any]:
    """Tell what an answer rests on: the figures of the city, and how many reports the cells shown have."""
    return facts_of(whole, layer, asked) | {
        "n": found.n,
        "n_before": found.n_before,
        "n_city": whole.n,
        "cells_shown": len(found),
        "synthetic": int(found.synthetic.sum()),
    }


def unit_number(layer: Layer, code: str) -> int:
    """Find the place of a unit in a layer by its code; InputError if it has none of that code."""
    for number, unit in enumerate(layer.units):
        if unit.code == code:
            return number
    raise InputError(f"no unit of these boundaries has the code {code!r:.40}: see /v1/units", "unit")
