"""A file of reports into the database, chunk by chunk, each in a transaction: a run that broke is simply run again."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine

from geo.columns import utc_now
from geo.course import arrived
from geo.dispatch import Dispatch
from geo.errors import FileError
from geo.intake import admit
from geo.report_csv import Chunk, Rejected, ReportCsv
from geo.store.boundaries import read_dispatch
from geo.store.reports import add_reports


@dataclass
class Tally:
    """What became of the lines of a file.

    ``read`` is the sum of the others: ``added`` now, ``known`` from before, ``rejected`` with a reason.
    """

    added: int = 0
    known: int = 0
    rejected: int = 0

    @property
    def read(self) -> int:
        """All lines that hold something."""
        return self.added + self.known + self.rejected


def import_csv(
    engine: Engine, territory: str, path: Path, rejects: Path, progress: Callable[[int, int], None]
) -> Tally:
    """Import a CSV file of reports.

    Parameters
    ----------
    engine : Engine
    territory : str
        Id of the territory.
    path : Path
        The file; see :mod:`geo.report_csv` for its columns.
    rejects : Path
        Written anew: line, field, reason and the line's own fields. Removed if nothing is rejected.
    progress : callable
        Told bytes done and bytes in all after each chunk.

    Returns
    -------
    Tally

    Raises
    ------
    FileError
        If a file can't be read or written, or the columns are not there.
    NotFoundError
        If the territory has no boundaries.
    """
    with engine.connect() as connection:
        dispatch = read_dispatch(connection, territory)
    tally = Tally()
    with ReportCsv(path, dispatch.jurisdiction.territory.time_zone) as file, _rejects(rejects, file.header) as reject:
        for chunk in file.chunks():
            rejected = _import_chunk(engine, dispatch, chunk, tally)
            for line, field, reason, row in sorted(rejected):
                reject.writerow(
                    [
                        line,
                        field,
                        reason,
                        *(text.encode(errors="surrogateescape").decode(errors="replace") for text in row),
                    ]
                )
            progress(file.position, file.size)
    return tally


def _import_chunk(engine: Engine, dispatch: Dispatch, chunk: Chunk, tally: Tally) -> list[Rejected]:
    """Admit and write one chunk; return all of it that was rejected."""
    received_at = np.full(len(chunk.lines), utc_now())
    admitted, _, problems = admit(chunk.submitted, dispatch, received_at)
    if len(admitted):
        with engine.begin() as connection:
            added = add_reports(connection, dispatch.jurisdiction.territory.id, admitted, *arrived(admitted))
        tally.added += int(added.sum())
        tally.known += int((~added).sum())
    rejected = chunk.rejected + [Rejected(chunk.lines[p.row], p.field, p.reason, chunk.rows[p.row]) for p in problems]
    tally.rejected += len(rejected)
    return rejected


@contextmanager
def _rejects(path: Path, header: list[str]) -> Iterator[Any]:
    """Write beside the place and move there at the end; leave no file if there is nothing in it."""
    attempt = path.with_name(f"{path.name}.part")
    try:
        with attempt.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "field", "reason", *header])
            empty = file.tell()
            yield writer
            nothing = file.tell() == empty
    except OSError as error:
        raise FileError(f"{path}: can't be written: {error.strerror}") from None
    if nothing:
        attempt.unlink()
        path.unlink(missing_ok=True)
    else:
        attempt.replace(path)
