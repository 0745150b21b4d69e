"""Folders of many files: what is in one, and a new one that is there whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from geo.errors import FileError
from geo.table_files import SUFFIXES


def files_of(source: Path) -> list[Path]:
    """Name the CSV and Parquet files below a folder, relative to it, in order; of a file, itself.

    Names that begin with a dot or an underscore are passed over, as all readers of such folders do.

    Raises
    ------
    FileError
        It isn't there, or has no such file.
    """
    if source.is_file():
        return [Path(source.name)]
    names = sorted(path.relative_to(source) for path in source.rglob("*") if path.suffix.lower() in SUFFIXES)
    names = [name for name in names if not any(part.startswith((".", "_")) for part in name.parts)]
    if not names:
        raise FileError(f"{source}: no file that ends in {' or '.join(SUFFIXES)} is there")
    return names


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
