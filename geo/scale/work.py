"""What the workers do with each part of a folder, and how their answers are put together."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from distributed import Client

from geo.counting.counted_file import Counted, added, count_file
from geo.counting.cube import Query
from geo.errors import InputError
from geo.hotspots.question import Count, Question
from geo.hotspots.question import Tally as CellTally
from geo.hotspots.views import windows_of
from geo.lookup.dispatch import Dispatch
from geo.lookup.located_file import PointColumns, Tally, locate_file
from geo.scale.cluster import Advance, each
from geo.scale.parts import Part, new_folder, parts_of, whole_file

LON_LAT = PointColumns()


def locate_folder(
    client: Client,
    dispatch: Dispatch,
    source: Path,
    out: Path,
    columns: PointColumns = LON_LAT,
    day: dt.date | None = None,
    category: str | None = None,
    advance: Advance = lambda _done, _total: None,
) -> Tally:
    """Say whose each point of many files is, as `geo.lookup.located_file.locate_file` does for one.

    Parameters
    ----------
    client : Client
        From `connect`.
    dispatch : Dispatch
        Boundaries and rules; each worker gets them once.
    source : Path
        A folder of CSV and Parquet files, at any depth, or one file.
    out : Path
        A new folder. It has a GeoParquet file for each of the source, in the same place, with the same rows in the same
        order, and the added columns; for a large Parquet file several, see `geo.scale.parts.Part`.
    columns, day, category
        As `locate_file` has them.
    advance : callable
        Told how many of how many parts are done.

    Raises
    ------
    FileError
        A file can't be read or written, or lacks a column. Nothing is left in this case.
    SetupError
        The scheduler is gone, or a file killed each worker that tried it. Nothing is left.
    InputError, NotFoundError
        As `locate_file` raises them.
    """
    parts, total = parts_of(source), Tally(0, 0, 0)
    with new_folder(out.absolute()) as attempt:
        located = _Located(dispatch, attempt, columns, day or dispatch.jurisdiction.territory.today(), category)
        for tally in each(client, located, _locate, parts, advance):
            total = Tally(total.rows + tally.rows, total.outside + tally.outside, total.invalid + tally.invalid)
    return total


def count_folder(
    client: Client,
    dispatch: Dispatch,
    source: Path,
    question: Question,
    query: Query,
    advance: Advance = lambda _done, _total: None,
) -> Count:
    """Count the reports in many files, for `geo.hotspots.views.find`.

    Parameters
    ----------
    client : Client
        From `connect`.
    dispatch : Dispatch
        Its categories and time zone are those of the reports.
    source : Path
        A folder of CSV and Parquet files, at any depth, or one file; see `geo.counting.counted_file.count_file`.
    question : Question
        Its windows are counted, all in one reading.
    query : Query
        What is counted; period and categories are those of each window.
    advance : callable
        Told how many of how many parts are done.

    Raises
    ------
    FileError
        A file can't be read or lacks a column.
    SetupError
        The scheduler is gone, or a file killed each worker that tried it.
    InputError
        The question is about people, who don't add up from file to file.
    """
    if question.measure == "reporters":
        raise InputError("people who are in several files can't be added up: count them on one machine", "measure")
    windows = tuple(windows_of(question))
    categories = tuple(category.code for category in dispatch.categories)
    counted = Counted(categories, dispatch.jurisdiction.territory.time_zone, query, windows)
    tallies = None
    for part in each(client, counted, _count, parts_of(source), advance):
        tallies = part if tallies is None else added([tallies, part])
    return dict(zip(windows, tallies or [], strict=True)).__getitem__


@dataclass(frozen=True)
class _Located:
    """What is the same for all parts that are located."""

    dispatch: Dispatch
    out: Path
    columns: PointColumns
    day: dt.date
    category: str | None


def _locate(to: _Located, part: Part) -> Tally:
    with whole_file(to.out / part.out) as out:
        return locate_file(
            to.dispatch, part.source, out, to.columns, to.day, to.category, with_points=True, groups=part.groups
        )


def _count(counted: Counted, part: Part) -> list[CellTally]:
    return count_file(counted, part.source, groups=part.groups)
