"""Reports in CSV files: read in chunks of constant memory, each bad line with its number and the reason.

Columns: category, lon, lat, reported_at (ISO 8601; without an offset it is the territory's local time) must be there;
external_id, accuracy_m, description and channel may be.
"""

import csv
import hashlib
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.columns import Floats, Moments, Words, column, constant
from geo.errors import FileError
from geo.intake import Submitted

REQUIRED = ("category", "lon", "lat", "reported_at")
CHUNK_ROWS = 20_000


class Rejected(NamedTuple):
    """A line that was not taken."""

    line: int
    field: str
    reason: str
    row: list[str]


@dataclass(frozen=True)
class Chunk:
    """Some lines of a file: those that could be read, and those that could not.

    Parameters
    ----------
    submitted : Submitted, n rows
        What could be read.
    lines : list of int, length n
        The line on which each row begins.
    rows : list of list of str
        The fields of each row as they stand in the file.
    rejected : list of Rejected
        Lines that can't be read as a row at all.
    """

    submitted: Submitted
    lines: list[int]
    rows: list[list[str]]
    rejected: list[Rejected]


class ReportCsv:
    """A CSV file of reports, open for one reading.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a byte order mark; separated by commas, semicolons or tabs.
    time_zone : str
        IANA name of the zone for times without an offset.

    Raises
    ------
    FileError
        If the file can't be opened, is empty, or lacks a required column.
    """

    def __init__(self, path: Path, time_zone: str) -> None:
        self._time_zone = time_zone
        try:
            self._bytes = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            raise FileError(f"{path}: can't be read: {error.strerror}") from None
        # Broken UTF-8 becomes lone surrogates, so that it costs its own line and not the file.
        self._lines = _Lines(io.TextIOWrapper(self._bytes, encoding="utf-8-sig", errors="surrogateescape", newline=""))
        try:
            self.header, delimiter = _read_header(path, next(self._lines, ""))
        except FileError:
            self._lines.close()
            raise
        self._external_id = self.header.index("external_id") if "external_id" in self.header else None
        self._channel = self.header.index("channel") if "channel" in self.header else None
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._line_of: dict[tuple[str, str], int] = {}
        self._times_seen: Counter[str] = Counter()

    def __enter__(self) -> "ReportCsv":
        """Use as a context manager: the file is closed at the end."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the file."""
        self._lines.close()

    @property
    def position(self) -> int:
        """How many bytes have been read, for a progress bar."""
        return self._bytes.tell()

    def chunks(self, rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Read the file to its end, some rows at a time."""
        while True:
            chunk = self._read(rows)
            if not chunk.lines and not chunk.rejected:
                return
            yield chunk

    def _read(self, limit: int) -> Chunk:
        lines: list[int] = []
        rows: list[list[str]] = []
        rejected: list[Rejected] = []
        while len(lines) < limit:
            line = self._lines.begin_row()
            try:
                row = next(self._reader, None)
            except csv.Error as error:
                # A quote that nobody closed swallows what follows: it costs its own line and not the file.
                text = self._lines.give_back()
                reason = f"can't be read as CSV ({error}): is a quotation mark not closed, or not doubled?"
                rejected.append(Rejected(line, "", reason, [text]))
                continue
            if row is None:
                break
            if not row:
                continue
            problem = self._fault_of(line, row)
            if problem is None:
                lines.append(line)
                rows.append(row)
            else:
                rejected.append(Rejected(line, *problem, row))
        return self._parse(lines, rows, rejected)

    def _fault_of(self, line: int, row: list[str]) -> tuple[str, str] | None:
        """Find what keeps a line from being read at all: field and reason."""
        if len(row) != len(self.header):
            return (
                "",
                f"{len(row)} fields where the header has {len(self.header)}: is a column missing, or a comma too many?",
            )
        for name, text in zip(self.header, row, strict=True):
            if not text.isascii() and _SURROGATE.search(text):
                return name, "broken UTF-8: save the file as UTF-8 and import this line again"
        if self._external_id is not None and (given := row[self._external_id]):
            channel = row[self._channel] if self._channel is not None else ""
            first = self._line_of.setdefault((channel, given), line)
            if first != line:
                return "external_id", f"{given!r} stands on line {first} already"
        return None

    def _parse(self, lines: list[int], rows: list[list[str]], rejected: list[Rejected]) -> Chunk:
        columns = dict(zip(self.header, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}

        def words(name: str) -> Words:
            return column(columns.get(name, [""] * len(rows)))

        numbers = {name: words(name) for name in ("lon", "lat", "accuracy_m")}
        values = {name: _floats(texts) for name, texts in numbers.items()}
        faults = {
            int(row): (name, f"{texts[row]!r} is not a number: write digits with a decimal point")
            for name, texts in numbers.items()
            for row in np.flatnonzero(np.isnan(values[name]) & (texts != ""))
        }
        times = words("reported_at")
        moments = _moments(times, self._time_zone)
        for row in np.flatnonzero(np.isnat(moments) & (times != "")):
            faults.setdefault(int(row), ("reported_at", f"{times[row]!r} is not a time: write 2026-01-31T08:30"))

        submitted = Submitted(
            category=words("category"),
            **values,
            reported_at=moments,
            channel=np.where(words("channel") == "", "import", words("channel")),
            external_id=self._external_ids(words("external_id"), rows),
            description=words("description"),
            reporter=constant(len(rows), None),
            media=constant(len(rows), ()),
        )
        rejected += [Rejected(lines[row], *fault, rows[row]) for row, fault in faults.items()]
        kept = [row for row in range(len(rows)) if row not in faults]
        return Chunk(
            submitted.take(np.array(kept, dtype=np.int64)),
            [lines[row] for row in kept],
            [rows[row] for row in kept],
            rejected,
        )

    def _external_ids(self, given: Words, rows: list[list[str]]) -> Words:
        """Give rows without an external id one made from what they say, so that a second run knows them again."""
        for row in np.flatnonzero(given == ""):
            digest = hashlib.sha256("\x1f".join(rows[row]).encode()).hexdigest()[:32]
            self._times_seen[digest] += 1
            given[row] = f"row-{digest}-{self._times_seen[digest]}"
        return given


class _Lines:
    """The lines of a file, counted; those that a row should not have swallowed can be given back."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self._given_back: deque[str] = deque()
        self._row: list[str] = []
        self._count = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._given_back.popleft() if self._given_back else next(self._file)
        self._row.append(line)
        self._count += 1
        return line

    def begin_row(self) -> int:
        """Forget the lines of the last row; return the number of the next line, from 1."""
        self._row = []
        return self._count + 1

    def give_back(self) -> str:
        """Take back all lines of this row but the first, and return that one."""
        first, *others = self._row
        self._given_back.extendleft(reversed(others))
        self._count -= len(others)
        return first.rstrip("\r\n")

    def close(self) -> None:
        self._file.close()


_SURROGATE = re.compile("[\ud800-\udfff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(?P<offset>Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII)


def _read_header(path: Path, first: str) -> tuple[list[str], str]:
    """Read the names of the columns and find the delimiter that separates them."""
    if not first.strip():
        raise FileError(f"{path}: the file is empty: the first line must name the columns {', '.join(REQUIRED)}")
    delimiter = max(",;\t", key=first.count)
    header = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter))]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        found = ", ".join(header)
        raise FileError(
            f"{path}, line 1: no column {', '.join(missing)}: found {found}; needed are {', '.join(REQUIRED)}"
        )
    doubled = sorted(name for name, times in Counter(header).items() if times > 1)
    if doubled:
        raise FileError(f"{path}, line 1: the column {', '.join(doubled)} stands there twice")
    return header, delimiter


def _floats(texts: Words) -> Floats:
    """Read numbers; NaN where there is none."""
    return pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(np.float64)


def _moments(texts: Words, time_zone: str) -> Moments:
    """Read ISO 8601 times as UTC; NaT where there is none, or where the clock skipped that time."""
    moments = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[ms]")
    # pandas would take "today" and the year 2026 for times, too.
    read_as = [_TIME.fullmatch(text.strip()) for text in texts]
    with_offset = np.array([match is not None and match["offset"] is not None for match in read_as], dtype=bool)
    local = np.array([match is not None and match["offset"] is None for match in read_as], dtype=bool)
    if with_offset.any():
        read = pd.to_datetime(texts[with_offset], format="ISO8601", errors="coerce", utc=True)
        moments[with_offset] = read.tz_localize(None).to_numpy()
    if local.any():
        wall = pd.to_datetime(texts[local], format="ISO8601", errors="coerce")
        read = wall.tz_localize(time_zone, ambiguous="NaT", nonexistent="NaT").tz_convert("UTC")
        moments[local] = read.tz_localize(None).to_numpy()
    return moments
