"""The registry of named sources: where boundaries can be downloaded from, what allows their use, how to read them.

``boundaries/data/sources.toml`` holds those that the project knows; an operator adds others in a file of the same form.
"""

import datetime as dt
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from boundaries.files import COLUMNS
from geo.errors import FileError, NotFoundError

OPERATORS_FILE = "sources.toml"
"""Name of the operator's own registry, in the data folder."""

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
Name = Annotated[str, StringConstraints(pattern=_NAME)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Source(BaseModel):
    """A source of boundaries.

    Parameters
    ----------
    name : str
        What people call it by.
    title, title_en : str
        What it holds, in the local language and in English.
    territory, level, valid_from, valid_to
        Whose units they are, and when they are in force (half-open).
    licence, attribution : str
        What allows its use, and who is to be named.
    address : str
        What the names of the files follow: http or https, with a slash at its end.
    files : tuple of str
        Names of the files. More than one must be GeoJSON.
    columns : dict of str to str
        For GeoJSON: what the properties are called, by the names that `boundaries.files.COLUMNS` accepts. Each unit
        must have them all.
    crs : str, optional
        For GeoJSON that is not in WGS 84, though its standard says so: as "EPSG:5897".
    sha256 : dict of str to str
        Checksums of files that are known; the others are recorded at the first download.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    title: str
    title_en: str
    territory: str
    level: Literal["ward", "district", "city", "area"]
    valid_from: dt.date
    valid_to: dt.date | None = None
    licence: str
    attribution: str
    address: Annotated[str, StringConstraints(pattern="^https?://.+/$")]
    files: Annotated[tuple[Name, ...], Field(min_length=1)]
    columns: dict[str, str] = {}
    crs: Annotated[str, StringConstraints(pattern=r"^EPSG:\d{4,6}$")] | None = None
    sha256: dict[str, Sha256] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> "Source":
        known = {accepted for names in COLUMNS.values() for accepted in names}
        if unknown := set(self.columns) - known:
            raise ValueError(f"columns: {', '.join(sorted(unknown))} is none of {', '.join(sorted(known))}")
        if not self.is_geojson and (len(self.files) > 1 or self.columns or self.crs):
            raise ValueError("files: several files, columns and crs are for GeoJSON (.geojson, .json)")
        if strange := set(self.sha256) - set(self.files):
            raise ValueError(f"sha256: {', '.join(sorted(strange))} is not among the files")
        return self

    @property
    def is_geojson(self) -> bool:
        """Whether all files are GeoJSON."""
        return all(file.endswith((".geojson", ".json")) for file in self.files)


def read_sources(data_folder: Path) -> dict[str, Source]:
    """Read the sources that there are, by name.

    Parameters
    ----------
    data_folder : Path
        Where the operator's own ``sources.toml`` may be; a source in it takes the place of a bundled one of its name.

    Returns
    -------
    dict of str to Source

    Raises
    ------
    FileError
        If a registry can't be read, or a source in it is not complete; it names the source and the key.

    Examples
    --------
    >>> known = read_sources(Path("nowhere"))
    >>> len(known["hanoi-2025"].files), known["hanoi-2025"].licence
    (126, 'MIT')
    """
    bundled = _read(resources.files("boundaries").joinpath("data", "sources.toml").read_bytes(), "bundled sources.toml")
    own = data_folder / OPERATORS_FILE
    try:
        return bundled | (_read(own.read_bytes(), str(own)) if own.exists() else {})
    except OSError as error:
        raise FileError(f"{own} can't be read: {error.strerror or error}") from error


def find_source(data_folder: Path, name: str) -> Source:
    """Find a source by its name; NotFoundError names those that there are."""
    known = read_sources(data_folder)
    if name not in known:
        raise NotFoundError(
            f"{name!r} is neither a file nor a source of boundaries; known sources: {', '.join(sorted(known))}"
        )
    return known[name]


def _read(content: bytes, file: str) -> dict[str, Source]:
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileError(f"{file} is no TOML in UTF-8: {error}") from error
    return {name: _source(file, name, table) for name, table in tables.items()}


def _source(file: str, name: str, table: object) -> Source:
    if not isinstance(table, dict):
        raise FileError(f"{file}: {name} is no table: expected [{name}] and its keys")
    try:
        return Source.model_validate({**table, "name": name})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise FileError(f"{file}, source {name}: {key + ': ' if key else ''}{message}") from error
