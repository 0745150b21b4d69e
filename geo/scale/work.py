"""What the workers do with each file of a folder, and how their answers are put together."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from distributed import Client

from geo.counting.counted_file import Counted, added, count_file
from geo.counting.cube import Query
from geo.errors import FileError, InputError
from geo.hotspots.question import Count, Question
from geo.hotspots.question import Tally as CellTally
from geo.hotspots.views import windows_of
from geo.lookup.dispatch import Dispatch
from geo.lookup.located_file import PointColumns, Tally, locate_file
from geo.scale.cluster import Advance, each
from geo.scale.parts import files_of, new_folder, whole_file

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
        order, and the added columns.
    columns, day, category
        As `locate_file` has them.
    advance : callable
        Told how many of how many files are done.

    Raises
    ------
    FileError
        A file can't be read or written, or lacks a column. Nothing is left in this case.
    InputError, NotFoundError
        As `locate_file` raises them.
    """
    names = files_of(source)
    if len({name.with_suffix("") for name in names}) < len(names):
        raise FileError(f"{source}: two files differ in their suffix alone: rename one")
    folder = (source.parent if source.is_file() else source).absolute()
    total = Tally(0, 0, 0)
    with new_folder(out.absolute()) as attempt:
        located = _Located(dispatch, folder, attempt, columns, day or dispatch.jurisdiction.territory.today(), category)
        for tally in each(client, located, _locate, names, advance):
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
        Told how many of how many files are done.

    Raises
    ------
    FileError
        A file can't be read or lacks a column.
    InputError
        The question is about people, who don't add up from file to file.
    """
    if question.measure == "reporters":
        raise InputError("people who are in several files can't be added up: count them on one machine", "measure")
    names = files_of(source)
    folder = (source.parent if source.is_file() else source).absolute()
    windows = tuple(windows_of(question))
    categories = tuple(category.code for category in dispatch.categories)
    counted = Counted(categories, dispatch.jurisdiction.territory.time_zone, query, windows)
    tallies = None
    for part in each(client, _CountedFolder(counted, folder), _count, names, advance):
        tallies = part if tallies is None else added([tallies, part])
    return dict(zip(windows, tallies or [], strict=True)).__getitem__


@dataclass(frozen=True)
class _Located:
    """What is the same for all files that are located."""

    dispatch: Dispatch
    source: Path
    out: Path
    columns: PointColumns
    day: dt.date
    category: str | None


@dataclass(frozen=True)
class _CountedFolder:
    """What is the same for all files that are counted."""

    counted: Counted
    source: Path


def _locate(folder: _Located, name: Path) -> Tally:
    with whole_file(folder.out / name.with_suffix(".parquet")) as out:
        return locate_file(
            folder.dispatch, folder.source / name, out, folder.columns, folder.day, folder.category, with_points=True
        )


def _count(folder: _CountedFolder, name: Path) -> list[CellTally]:
    return count_file(folder.counted, folder.source / name)
