"""A file of reports into the database, block by block, each in a transaction: a run that broke is simply run again.

Every row is claimed by its channel and external id in the transaction that writes it. So nothing is there twice,
whatever runs at the same time or died before, and nothing needs to be remembered about files or runs. While a block is
written the next one is read.
"""

import csv
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from geo.columns import utc_now
from geo.errors import FileError
from geo.lookup.dispatch import Dispatch
from geo.report_files.files import open_reports, rows_of
from geo.report_files.history import told
from geo.report_files.mapping import Mapping
from geo.report_files.reading import ReportReading
from geo.report_files.rows import Reader, Rejected
from geo.reports.course import Course, Events, arrived
from geo.reports.intake import Admitted, admit
from geo.reports.texts import composed
from geo.store import months
from geo.store.boundaries import read_dispatch
from geo.store.report_reading import Reference, known_references
from geo.store.reports import add_reports


@dataclass
class Tally:
    """What became of the rows of a file.

    ``read`` is the sum of the others: ``added`` now, ``known`` from before or from higher up in the file, ``ignored``
    by the mapping, ``rejected`` with a reason.
    """

    added: int = 0
    known: int = 0
    ignored: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        """All rows that hold something."""
        return self.added + self.known + self.ignored + self.rejected


Progress = Callable[[int, int, int], None]
"""Told bytes done, bytes in all and rows done after each block."""


def import_file(
    engine: Engine, territory: str, path: Path, mapping: Mapping | None, rejects: Path, progress: Progress
) -> Tally:
    """Import a file of reports.

    Parameters
    ----------
    engine : Engine
    territory : str
        Id of the territory.
    path : Path
        CSV, GeoJSON or GeoParquet; see :mod:`geo.report_files.files`.
    mapping : Mapping or None
        How the file says what our reports say; None if it uses our words.
    rejects : Path
        Written anew: line, field, reason and the row's own fields. Removed if nothing is rejected.
    progress : callable

    Returns
    -------
    Tally

    Raises
    ------
    FileError
        If a file can't be read or written, or lacks a column.
    InputError
        If the mapping means categories that the territory lacks.
    NotFoundError
        If the territory has no boundaries.
    """
    with engine.connect() as connection:
        dispatch = read_dispatch(connection, territory)
    if mapping is not None:
        mapping.check_categories([category.code for category in dispatch.categories])
    tally = Tally()
    with open_reports(path, mapping) as (reader, used), _rejects(rejects, reader.header) as reject:
        for block in _ahead(_blocks(path, reader, used, dispatch)):
            if len(block.admitted):
                with engine.begin() as connection:
                    months.ensure_for(connection, block.admitted.reported_at)  # nobody waits for it until a block ends
                with engine.begin() as connection:
                    added = add_reports(connection, territory, block.admitted, block.course, block.events)
                tally.added += int(added.sum())
                tally.known += int((~added).sum())
            known, rejected = _known_and_rejected(engine, territory, block)
            tally.known += known
            tally.ignored += block.ignored
            tally.rejected += len(rejected)
            reject(rejected)
            progress(reader.position, reader.size, tally.read)
    return tally


@dataclass(frozen=True)
class _Block:
    """Some rows of a file, ready to be written, and those that won't be; ``refused`` have the ids of their reports."""

    admitted: Admitted
    course: Course
    events: Events
    unreadable: list[Rejected]
    refused: list[tuple[Reference, Rejected]]
    ignored: int


def _blocks(path: Path, reader: Reader, mapping: Mapping, dispatch: Dispatch) -> Iterator[_Block]:
    """Read, check, locate and date a file."""
    categories = [category.code for category in dispatch.categories]
    reading = ReportReading(mapping, categories, dispatch.jurisdiction.territory.time_zone)
    for rows in rows_of(path, reader):
        now = utc_now()
        read = reading.read(rows, now)
        # What another system tells the history of was received when it was reported, not when the file came.
        received_at = np.full(len(read.number), now)
        if read.history is not None:
            received_at = np.minimum(read.submitted.reported_at, now)
        admitted, kept, problems = admit(read.submitted, dispatch, received_at)
        course, events = arrived(admitted) if read.history is None else told(admitted, read.history.take(kept))
        numbers = read.number[[problem.row for problem in problems]].tolist()
        given = read.submitted
        refused = [
            (
                (given.channel[problem.row], composed(given.external_id[problem.row])),
                Rejected(int(rows.lines[number]), mapping.columns.of(problem.field), problem.reason, rows.row(number)),
            )
            for number, problem in zip(numbers, problems, strict=True)
        ]
        yield _Block(admitted, course, events, read.rejected, refused, read.ignored)


def _known_and_rejected(engine: Engine, territory: str, block: _Block) -> tuple[int, list[Rejected]]:
    """Count the refused rows whose reports are there all the same, and give the others with what could not be read.

    Categories, boundaries and limits may be others than when an earlier run took them.
    """
    known: set[Reference] = set()
    if block.refused:
        with engine.connect() as connection:
            known = known_references(connection, territory, [reference for reference, _ in block.refused])
    rejected = [row for reference, row in block.refused if reference not in known]
    return len(block.refused) - len(rejected), sorted(block.unreadable + rejected)


def _ahead(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """Make each block in a thread while the one before it is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = thread.submit(next, blocks, None)
            yield block


def _legible(text: str) -> str:
    """Give a text that can be written, if its bytes were broken."""
    return text.encode(errors="surrogateescape").decode(errors="replace")


@contextmanager
def _rejects(path: Path, header: list[str]) -> Iterator[Callable[[Sequence[Rejected]], None]]:
    """Write beside the place and move there at the end; leave no file if there is nothing in it."""
    attempt = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")  # another import may write there, too
    nothing = True

    def reject(rows: Sequence[Rejected]) -> None:
        nonlocal nothing
        nothing = nothing and not rows
        with _writing(path):
            writer.writerows([line, field, reason, *map(_legible, row)] for line, field, reason, row in rows)

    with _writing(path):
        file = attempt.open("w", encoding="utf-8", newline="")
    try:
        writer = csv.writer(file)
        with _writing(path):
            writer.writerow(["line", "field", "reason", *header])
        yield reject
        with _writing(path):
            file.close()
            if nothing:
                path.unlink(missing_ok=True)
            else:
                attempt.replace(path)
    finally:
        with suppress(OSError):  # of a full disk it was told already
            file.close()
        attempt.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Tell in one line why the list of rejected rows can't be written."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{path}: can't be written: {error.strerror}") from None
