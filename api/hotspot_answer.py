"""An answer about hot spots over HTTP: in the format that was asked for, with a tag that says whether it changed."""

from dataclasses import dataclass, replace

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.caller import require
from api.dropped import Dropping
from api.hotspot_facts import facts_of
from api.hotspot_formats import MAPS, PNG, content_of, respond_file, respond_table
from api.hotspot_part import Part
from api.hotspot_question import PUBLIC_VIEWS, Asked, check_public_details
from api.public_counts import published
from api.service import Service
from geo.access import SEES_SMALL_COUNTS, Caller
from geo.counting.axes import CUBE_RESOLUTION
from geo.errors import InputError
from geo.hexagons.boxes import Box, around
from geo.hexagons.grids import grid_of
from geo.hexagons.population import Residents
from geo.hotspots.question import Question
from geo.hotspots.views import Counter, counting, find
from geo.privacy.public_counting import hidden_words, public_counting
from geo.privacy.published import Published
from geo.store.counts import RowCounts
from maps.drawing import Size
from maps.exports import table
from maps.words import Language


@dataclass(frozen=True)
class Shape:
    """What of an answer is given, and how.

    Parameters
    ----------
    media_type : str
    part : Part
    language : {"vi", "en"}
        Of a map.
    size : {"a4", "slide"}
        Of a picture.
    """

    media_type: str
    part: Part
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
    ward_layer = shape.part.layer(dispatch.jurisdiction, question.window.last)
    extent = shape.part.box(ward_layer) if drawn else None
    if public:
        check_public_details(asked)
    dropping = Dropping(request)
    source = await published(service) if public else await counter_for(service, asked, dropping)

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
        whole = find(grid, count, question, counting(overdue_rows(service, asked, dropping), query))
        found = shape.part.of(whole, ward_layer)
        facts = facts_of(found, whole, layer, asked, shape.part, hidden)
        rows, name = table(found, facts), _file_name(question)
        if not drawn:
            return respond_table(request, shape.media_type, rows, facts, name)
        from api.hotspot_files import HotspotMap  # late: a service starts seconds sooner without folium and pandas

        picture = HotspotMap(found, asked, dispatch, whole, shape.language, shape.size, hidden, extent)
        write = picture.png if shape.media_type == PNG else picture.html
        return respond_file(request, shape.media_type, (*content_of(rows, facts), repr(shape).encode()), write, name)

    return await dropping.run(run_in_threadpool(answer))


def _file_name(question: Question) -> str:
    """Name an answer that is kept as a file, without the suffix."""
    window = question.window
    return "-".join([question.view, *(window.categories or ()), str(window.first), str(window.last)])


async def counter_for(service: Service, asked: Asked, dropping: Dropping, box: Box | None = None) -> Counter:
    """Give what counts: the cube, or the rows if it does not know what is asked for; around a box, if one is meant."""
    if not asked.from_rows:
        return await service.cube()
    near = None if box is None else around(box, asked.resolution)
    only = replace(asked.only, near=near)
    return RowCounts(dropping.asking(service.ask), service.dispatch.jurisdiction, only, asked.resolution)


def overdue_rows(service: Service, asked: Asked, dropping: Dropping) -> Counter:
    """Give what counts, of the reports that are asked for, those that are overdue."""
    only = replace(asked.only, overdue=True)
    return RowCounts(dropping.asking(service.ask), service.dispatch.jurisdiction, only)
