"""Rows of a CSV file: each line that can't be read costs itself and not the file."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.columns import Integers
from geo.errors import FileError
from geo.report_files.encodings import MARKED, SURROGATE
from geo.report_files.rows import Rejected, Rows

BLOCK_CHARACTERS = 2_000_000
DELIMITERS = ",;\t|"


class CsvReader:
    """A CSV file, open for one reading.

    Parameters
    ----------
    path : Path
    delimiter : str, optional
        Found in the first line if not given: a comma, semicolon, tab or bar.
    encoding : str, optional
        By Python's names. Without it UTF-8, or UTF-16 if the file begins with that byte order mark.
    block_characters : int, optional
        How much is held at a time; BLOCK_CHARACTERS if not given.

    Raises
    ------
    FileError
        The file can't be opened, is empty, or names a column twice.
    """

    def __init__(
        self,
        path: Path,
        delimiter: str | None = None,
        encoding: str | None = None,
        block_characters: int | None = None,
    ) -> None:
        self._block_characters = block_characters or BLOCK_CHARACTERS
        try:
            self._bytes = path.open("rb")
            mark = self._bytes.peek(2)[:2]
        except OSError as error:
            raise FileError(f"{path}: can't be read: {error.strerror}") from None
        self.size = path.stat().st_size
        self._encoding = encoding or _encoding_of(mark)
        self._file = io.TextIOWrapper(self._bytes, self._encoding, errors=MARKED, newline="")
        try:
            self.header, self._delimiter = _read_header(path, self._file, delimiter)
            if any(map(SURROGATE.search, self.header)):
                raise FileError(f"{path}, line 1: {self._broken}")
        except (FileError, UnicodeError) as error:
            self.close()
            if isinstance(error, FileError):
                raise
            raise FileError(f"{path}: is not {self._encoding}: {error}") from None

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._bytes.tell()

    @property
    def _broken(self) -> str:
        encoding = self._encoding.upper().removesuffix("-SIG")
        return f"broken {encoding}: save the file as UTF-8, or name its encoding in the mapping"

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self) -> Iterator[Rows]:
        """Read the file to its end, some rows at a time."""
        pending: list[str] = []
        line = 2
        while True:
            fresh = self._file.readlines(self._block_characters)
            lines = pending + fresh
            if not lines:
                return
            rows, starts, rejected, used = self._parse(lines, line, final=not fresh)
            yield self._rows(rows, starts, rejected)
            pending = lines[used:]
            line += used

    def _parse(
        self, lines: list[str], first: int, final: bool
    ) -> tuple[list[list[str]], Integers, list[Rejected], int]:
        """Split lines into rows; give the rows, where they begin, what is no row, and how many lines were used up."""
        rows: list[list[str]] = []
        starts: list[Integers] = []
        rejected: list[Rejected] = []
        begin = 0
        while begin < len(lines):
            reader = csv.reader(
                map(lines.__getitem__, range(begin, len(lines))), delimiter=self._delimiter, strict=True
            )
            read: list[list[str]] = []
            fault = None
            try:
                read.extend(reader)
            except csv.Error as error:
                fault = error
            one_line_each = fault is None and reader.line_num == len(read)
            spans = np.ones(len(read), np.int64) if one_line_each else _spans(read)
            ends = begin + np.cumsum(spans)
            rows += read
            starts.append(first + ends - spans)
            end, begin = begin + reader.line_num, int(ends[-1]) if read else begin
            if fault is not None:
                if end == len(lines) and not final:
                    break  # a quotation that the next block may close
                # A quote that nobody closed swallows what follows: it costs its own line only.
                reason = f"can't be read as CSV ({fault}): is a quotation mark not closed, or not doubled?"
                rejected.append(Rejected(first + begin, "", reason, [lines[begin].rstrip("\r\n")]))
                begin += 1
        return rows, np.concatenate(starts), rejected, begin

    def _rows(self, rows: list[list[str]], starts: Integers, rejected: list[Rejected]) -> Rows:
        """Make columns; reject rows that are too short, too long or of broken bytes."""
        expected = len(self.header)
        widths = np.fromiter(map(len, rows), np.int64, len(rows))
        for number in np.flatnonzero((widths != expected) & (widths != 0)):
            reason = f"{widths[number]} fields where the header has {expected}: is a column missing, or one too many?"
            rejected.append(Rejected(int(starts[number]), "", reason, rows[number]))
        rows, starts = list(compress(rows, widths == expected)), starts[widths == expected]
        try:
            return Rows(self._table(rows), starts, rejected)
        except UnicodeEncodeError:
            broken = [_broken_field(row) for row in rows]
        for line, row, field in zip(starts, rows, broken, strict=True):
            if field is not None:
                rejected.append(Rejected(int(line), self.header[field], self._broken, row))
        sound = np.array([field is None for field in broken])
        return Rows(self._table(list(compress(rows, sound))), starts[sound], rejected)

    def _table(self, rows: Sequence[list[str]]) -> pa.Table:
        columns = zip(*rows, strict=True) if rows else [()] * len(self.header)
        return pa.table([pa.array(column, pa.string()) for column in columns], names=self.header)


_BREAK = re.compile("\r\n|\n|\r")


def _encoding_of(mark: bytes) -> str:
    return "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _spans(rows: list[list[str]]) -> Integers:
    """Count the lines that each row takes."""
    return np.array([1 + sum(len(_BREAK.findall(field)) for field in row) for row in rows], dtype=np.int64)


def _broken_field(row: list[str]) -> int | None:
    return next((number for number, field in enumerate(row) if SURROGATE.search(field)), None)


def _read_header(path: Path, file: io.TextIOWrapper, delimiter: str | None) -> tuple[list[str], str]:
    """Read the names of the columns and find the delimiter that separates them."""
    first = file.readline()
    if not first.strip():
        raise FileError(f"{path}: the file is empty: the first line must name the columns")
    delimiter = delimiter or max(DELIMITERS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    if doubled := sorted(name for name, times in Counter(header).items() if times > 1):
        raise FileError(f"{path}, line 1: the column {', '.join(doubled)} stands there twice")
    return header, delimiter
