"""How another system's file says what our reports say: a TOML file, checked before a row is read."""

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo.errors import FileError, InputError
from geo.report_files.encodings import check_encoding
from geo.report_files.times import check_format
from geo.vocabulary import CHANNELS, STATUSES


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name!r}: give an IANA name such as Asia/Ho_Chi_Minh") from None
    return name


def _encoding(name: str) -> str:
    check_encoding(name)
    return name


def _time_format(form: str) -> str:
    check_format(form)
    return form


OPTIONAL = ("external_id", "accuracy_m", "channel", "description", "media")
"""Columns of our own files that may be left out."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnNames(_Table):
    """Which column of the file says what; the description may be made of several."""

    category: str | None = None
    lon: str | None = None
    lat: str | None = None
    point: str | None = None
    reported_at: str
    external_id: str | None = None
    accuracy_m: str | None = None
    channel: str | None = None
    description: str | list[str] = Field(default_factory=list)
    media: str | None = None
    status: str | None = None
    status_at: str | None = None
    answer: str | None = None
    answer_media: str | None = None

    @property
    def descriptions(self) -> list[str]:
        """The columns that make up the description."""
        return [self.description] if isinstance(self.description, str) else self.description

    @property
    def pictures(self) -> list[str]:
        """The columns of links to pictures: the only ones that may hold lists."""
        return [name for name in (self.media, self.answer_media) if name is not None]

    @property
    def coordinates(self) -> list[str]:
        """The columns that say where: a text with both, or longitude and latitude, which a geometry gives as well."""
        return [self.point] if self.point is not None else [self.lon or "lon", self.lat or "lat"]

    @property
    def used(self) -> list[str]:
        """All columns that are read, each once."""
        single = self.model_dump(exclude={"description", "lon", "lat", "point"}, exclude_none=True).values()
        return list(dict.fromkeys([*self.coordinates, *single, *self.descriptions]))

    def of(self, field: str) -> str:
        """Give the column behind a field of ours; the field itself if several columns or none make it."""
        column = getattr(self, field, None)
        return column if isinstance(column, str) else field


class Words(_Table):
    """What the file's words mean in ours: `values` by word; words of ours mean themselves; `default` is for the others.

    Rows with a word of `ignore` are counted and left out.
    """

    values: dict[str, str] = Field(default_factory=dict)
    default: str | None = None
    ignore: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := sorted(set(self.ignore) & self.values.keys()):
            raise ValueError(f"{both[0]!r} stands in ignore and in values: choose one")
        return self

    def meaning(self, word: str, known: Collection[str]) -> str:
        """Translate a word; one that nothing is said about stays, for the intake to refuse."""
        return self.values.get(word) or (word if word in known else self.default or word)

    def check(self, known: Collection[str], place: str) -> None:
        """Refuse meanings that are not words of ours."""
        meant = [(f"{place}.values.{word!r}", meaning) for word, meaning in self.values.items()]
        for where, meaning in [*meant, (f"{place}.default", self.default)]:
            if meaning is not None and meaning not in known:
                raise ValueError(f"{where}: {meaning!r} is none of {', '.join(sorted(known))}")


class Times(_Table):
    """Of which zone times without an offset are (the territory's if left out), and how they are written if not ISO."""

    zone: Annotated[str, AfterValidator(_zone)] | None = None
    formats: list[Annotated[str, AfterValidator(_time_format)]] = Field(default_factory=list)


class CsvForm(_Table):
    """How a CSV file is written, where that can't be seen."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None


class Mapping(_Table):
    """How the rows of a file become reports.

    Raises
    ------
    pydantic.ValidationError
        Something needed is missing, said twice, or none of our words.
    """

    columns: ColumnNames
    category: Words = Words()
    channel: Words = Words(values={"": "import"})
    status: Words = Words()
    times: Times = Times()
    csv: CsvForm = CsvForm()
    external_id_prefix: str = ""
    media_separator: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        columns = self.columns
        if columns.category is None and self.category.default is None:
            raise ValueError("columns.category is missing: name a column, or give category.default")
        if columns.point is not None and (columns.lon is not None or columns.lat is not None):
            raise ValueError("columns.point stands beside columns.lon or columns.lat: choose one way")
        if (columns.lon is None) != (columns.lat is None):
            raise ValueError("columns.lon and columns.lat go together")
        told = (columns.status_at, columns.answer, columns.answer_media)
        if columns.status is None and any(name is not None for name in told):
            raise ValueError("columns.status_at, columns.answer and columns.answer_media go with columns.status")
        if columns.status is not None and columns.status_at is None:
            raise ValueError("columns.status needs columns.status_at: since when the report has that status")
        self.channel.check(CHANNELS, "channel")
        self.status.check(STATUSES, "status")
        return self

    def check_categories(self, known: Collection[str]) -> None:
        """Refuse meanings that are not categories of the territory; InputError says which."""
        try:
            self.category.check(known, "category")
        except ValueError as error:
            raise InputError(f"mapping, {error}", "mapping") from None


def ours(header: Collection[str]) -> Mapping:
    """Give the mapping of files that are written in our own words: the columns that are there are read.

    Examples
    --------
    >>> ours(["Category", "lon", "lat", "reported_at", "note"]).columns.used
    ['lon', 'lat', 'Category', 'reported_at']
    """
    there = {name.lower(): name for name in header}
    needed = {name: there.get(name, name) for name in ("category", "lon", "lat", "reported_at")}
    optional = {name: there[name] for name in OPTIONAL if name in there}
    return Mapping(columns=ColumnNames.model_validate(needed | optional))


def read_mapping(path: Path) -> Mapping:
    """Read a mapping from a TOML file.

    Raises
    ------
    FileError
        The file can't be read, or something in it is wrong; the message says what and on which line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: is no TOML: {error}") from None
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        detail = error.errors()[0]
        place = [str(part) for part in detail["loc"]]
        reason = _REASONS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
        said = f"{'.'.join(place)}: {reason}" if place else reason
        raise FileError(f"{path}{_line_of(text, place or _place_in(reason))}: {said}") from None


_REASONS = {"missing": "is missing", "extra_forbidden": "is no key of a mapping: see docs/import.md"}


def _place_in(reason: str) -> list[str]:
    """Find the key that a reason begins with."""
    found = re.match(r"[a-z_]+(?:\.[a-z_]+)+", reason)
    return found[0].split(".") if found else []


def _line_of(text: str, place: list[str]) -> str:
    """Say on which line a key stands; the table's own line if the key isn't there, nothing if neither is."""
    table, found = "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            table = header[1]
        dotted = re.match(r"\s*([\w.-]+)\s*=", line)
        here = [*filter(None, table.split(".")), *(dotted[1].split(".") if dotted else [])]
        if here and here == place[: len(here)]:
            found = f", line {number}"
    return found
