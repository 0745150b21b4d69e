"""Folders of many files: what is in one, part by part, and a new one that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np

from geo.errors import FileError
from geo.table_files import SUFFIXES, row_groups

PART_ROWS = 1 << 20
"""About how many rows of a large Parquet file are one part."""


@dataclass(frozen=True)
class Part:
    """What one task does: a file, or some row groups of a large Parquet file.

    Parameters
    ----------
    source : Path
    out : Path
        Of the file that comes of it, relative to the folder of all: in the same place under the same name, with the
        number of the part behind it, so that the order of names is that of rows.
    groups : tuple of int, optional
        Row groups; all if not given.
    """

    source: Path
    out: Path
    groups: tuple[int, ...] | None = None

    def __str__(self) -> str:
        """Name the file, for messages."""
        return str(self.source)


def parts_of(source: Path) -> list[Part]:
    """List what is to be done with the CSV and Parquet files below a folder, in order; or with one file.

    Names that begin with a dot or an underscore are passed over, as all readers of such folders do.

    Raises
    ------
    FileError
        It isn't there, has no such file, one that can't be read, or two of which files of one name would come.
    """
    source = source.absolute()
    if source.is_file():
        return _parts_of_file(source, source.parent)
    files = sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    files = [file for file in files if not any(name.startswith((".", "_")) for name in file.relative_to(source).parts)]
    if not files:
        raise FileError(f"{source}: no file that ends in {' or '.join(SUFFIXES)} is there")
    parts = [part for file in files for part in _parts_of_file(file, source)]
    outs: dict[Path, Path] = {}
    for part in parts:
        if (other := outs.setdefault(part.out, part.source)) != part.source:
            raise FileError(f"{other} and {part.source} would both become {part.out}: rename one")
    return parts


def _parts_of_file(file: Path, folder: Path) -> list[Part]:
    out = file.relative_to(folder).with_suffix(".parquet")
    if file.suffix.lower() == ".csv":
        return [Part(file, out)]
    before = np.cumsum([0, *row_groups(file)])
    number = before[:-1] // PART_ROWS
    lots = np.split(np.arange(len(number)), np.flatnonzero(np.diff(number)) + 1)
    if len(lots) == 1:
        return [Part(file, out)]
    return [Part(file, out.with_stem(f"{out.stem}-{at:05}"), tuple(lot.tolist())) for at, lot in enumerate(lots)]


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Make a folder beside its place, which takes its place at the end, and is gone after an error.

    Raises
    ------
    FileError
        There is something of this name already, or the folder can't be made.
    """
    if out.exists():
        raise FileError(f"{out} is there already: give the output another name")
    attempt = out.with_name(f".{out.name}.{uuid4()}")
    try:
        attempt.mkdir()
        yield attempt
        for left in attempt.rglob(".*"):
            left.unlink()
        attempt.rename(out)
    except OSError as error:
        raise FileError(f"{out}: can't be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(attempt, ignore_errors=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name that nobody else uses, hidden beside a file's place; at the end the file takes this place.

    Two who write the same file at once don't disturb each other, and one that is killed leaves what nobody reads.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    attempt = path.with_name(f".{uuid4()}{path.suffix}")
    yield attempt
    attempt.replace(path)
