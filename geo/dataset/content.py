"""What a folder says of itself: metadata.json."""

import datetime as dt
from dataclasses import field
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from geo.errors import FileError, NotFoundError
from geo.units.territory import Category, Generation, Territory

METADATA: Final = "metadata.json"
RULES: Final = "rules.toml"
REPORTS: Final = "reports"
UNITS: Final = "units"
COUNTS: Final = "counts.parquet"
FORMAT: Final = "hientruong-export"


@dataclass(frozen=True)
class ColumnWords:
    """What a column of a file is; without a unit, also in folders that were written before there were any."""

    type: str
    meaning: str
    unit: str | None = None


@dataclass(frozen=True)
class Content:
    """What is in a folder.

    Parameters
    ----------
    territory : Territory
    categories : tuple of Category
        Those whose reports are in it.
    categories_left_out : tuple of str
        Codes of the territory's other ones.
    generations : tuple of Generation
        Boundaries in force at some time, of all levels.
    first, last : date
        Local days whose reports are in it, both included.
    days_left_out : bool
        Whether there were reports of other days.
    role : str
        For whom it was made: the public has counts, all others have reports.
    unit : str, optional
        Code of the unit whose reports alone are in it, for an officer.
    reporters : bool
        Whether reports of the same person can be told.
    made_at : datetime
        The moment as of which the reports are told.
    made_by : str
    licence : str, optional
        What the operator allows; nothing was stated if it is None.
    reports, synthetic : int
        How many, and how many of them are demo data; of the public's counts, those that are told.
    months : dict of str to int
        Reports by local month.
    left_out : tuple of str
        What is not in it, and why.
    columns : dict of str to dict of str to ColumnWords
        By kind of file.
    """

    territory: Territory
    categories: tuple[Category, ...]
    categories_left_out: tuple[str, ...]
    generations: tuple[Generation, ...]
    first: dt.date
    last: dt.date
    days_left_out: bool
    role: str
    unit: str | None
    reporters: bool
    made_at: dt.datetime
    made_by: str
    licence: str | None
    reports: int
    synthetic: int
    months: dict[str, int]
    left_out: tuple[str, ...]
    columns: dict[str, dict[str, ColumnWords]] = field(repr=False)
    format: Literal["hientruong-export"] = FORMAT
    version: Literal[1] = 1


_CONTENT: Final = TypeAdapter(Content)


def write_content(folder: Path, content: Content) -> None:
    """Write metadata.json."""
    (folder / METADATA).write_bytes(_CONTENT.dump_json(content, indent=2))


def read_content(folder: Path) -> Content:
    """Read metadata.json.

    Raises
    ------
    NotFoundError
        There is no such folder.
    FileError
        It is not a folder that `hientruong export` wrote, or a version that is not known here.
    """
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: there is no such folder: `hientruong export {folder}` writes one")
    try:
        return _CONTENT.validate_json((folder / METADATA).read_bytes())
    except OSError:
        raise FileError(f"{folder} has no {METADATA}: give a folder that `hientruong export` wrote") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        what = f"{folder / METADATA}: {where}: {first['msg']}"
        raise FileError(f"{what}: give a folder that this version of `hientruong export` wrote") from None
