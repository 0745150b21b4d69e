"""A question about hot spots answered without a service: from stored reports, or from a folder by Dask's workers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count as numbers
from pathlib import Path
from typing import Any, NamedTuple

from api.hotspot_part import Part
from api.hotspot_question import Asked, check_public
from api.progress import Advance, share_done
from geo.counting.axes import Axes
from geo.hexagons.grids import grid_of
from geo.hexagons.hexgrid import HexGrid
from geo.hexagons.population import Residents
from geo.hotspots.question import Count, Found, Question, Tally, Window
from geo.hotspots.views import counting, find, windows_of
from geo.lookup.dispatch import Dispatch
from geo.privacy.public_counting import hidden_words, public_counting
from geo.privacy.published import publish
from geo.store.boundaries import read_dispatch
from geo.store.counts import RowCounts
from geo.store.cube import read_cube
from geo.store.session import Connection, Engine, engine
from geo.store.settings import territory_settings
from geo.units.jurisdiction import Layer


class Answered(NamedTuple):
    """What was found, by which boundaries and categories, and what of it is hidden from everybody."""

    found: Found
    dispatch: Dispatch
    hidden: dict[str, Any] | None = None


def find_stored(asked: Asked, population: Path | None, part: Part) -> Answered:
    """Count the stored reports by SQL, and answer.

    Parameters
    ----------
    asked : Asked
    population : Path, optional
        A file of residents; else the one of the settings, if there is one.
    part : Part
        What will be shown: one that there is not is told before all is counted.
    """
    with _opened() as (database, dispatch):
        question = asked.question(dispatch)
        grid = _grid(dispatch, asked, question, population, part)
        rows = RowCounts(_ask(database), dispatch.jurisdiction, asked.only)
        late = replace(rows, only=replace(asked.only, overdue=True))
        query = asked.query(question.window)
        count = counting(rows, query, reporters=question.measure == "reporters")
        with share_done("counting reports") as progress:
            watched = _watched(count, progress, len(windows_of(question)))
            return Answered(find(grid, watched, question, counting(late, query)), dispatch)


def find_published(asked: Asked, population: Path | None, part: Part, *, drawn: bool) -> Answered:
    """Answer from what everybody may see of the stored reports.

    Parameters
    ----------
    asked : Asked
    population : Path, optional
    part : Part
    drawn : bool
        Whether cells in which something may be hidden are named, too, as a map shows them.

    Raises
    ------
    OfficialsOnlyError
        It is not for everybody.
    """
    with _opened() as (database, dispatch):
        question = asked.question(dispatch, public=True)
        check_public(asked, question)
        grid, territory = _grid(dispatch, asked, question, population, part), dispatch.jurisdiction.territory
        axes = Axes(tuple(category.code for category in dispatch.categories), dispatch.jurisdiction.layers)
        with share_done("counting reports") as progress:
            cube = read_cube(database, territory, axes, progress).cube
        table, query = publish(cube, territory.today()), asked.query(question.window)
        count = public_counting(table, query, grid if drawn else None)
        return Answered(find(grid, count, question), dispatch, hidden_words(table.counts(query), asked.resolution))


def find_in_folder(asked: Asked, population: Path | None, part: Part, folder: Path, scheduler: str) -> Answered:
    """Let the workers of a Dask scheduler count a folder of files, and answer.

    Parameters
    ----------
    asked : Asked
    population : Path, optional
    part : Part
    folder : Path
    scheduler : str
        Its address.
    """
    from geo.scale import connect, count_folder  # here, as it brings Dask

    with _opened() as (_, dispatch):
        question = asked.question(dispatch)
        grid, query = _grid(dispatch, asked, question, population, part), asked.query(question.window)
        with connect(scheduler) as client, share_done("counting reports") as progress:
            count = count_folder(client, dispatch, folder, question, query, progress)
        return Answered(find(grid, count, question), dispatch)


@contextmanager
def _opened() -> Iterator[tuple[Engine, Dispatch]]:
    with engine() as database:
        yield database, _ask(database)(lambda connection: read_dispatch(connection, territory_settings().territory))


def _ask(database: Engine) -> Callable[[Callable[[Connection], Any]], Any]:
    def ask(question: Callable[[Connection], Any]) -> Any:
        with database.begin() as connection:
            return question(connection)

    return ask


def _grid(dispatch: Dispatch, asked: Asked, question: Question, population: Path | None, part: Part) -> HexGrid:
    """Give the cells of the boundaries that answer; what is to be shown of them is looked at before all is counted."""
    layer: Layer = dispatch.jurisdiction.layer_at(question.window.last)
    part.check(part.layer(dispatch.jurisdiction, question.window.last))
    path = population or territory_settings().population
    if question.measure != "per_1000" or path is None:
        return grid_of(layer, asked.resolution)
    residents = Residents.read(path)
    residents.check(layer)
    return residents.on(layer, asked.resolution)


def _watched(count: Count, progress: Advance, windows: int) -> Count:
    """Tell after each window how many of all are counted."""
    done = numbers(1)

    def counted(window: Window) -> Tally:
        tally = count(window)
        progress(next(done), windows)
        return tally

    return counted
