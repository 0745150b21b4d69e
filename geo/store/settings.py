"""Settings of the store and of the territory, from the environment as it is at the moment."""

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.errors import SetupError

Settings = TypeVar("Settings", bound=BaseSettings)


def sqlalchemy_url(url: str) -> str:
    """Turn a database's address into the one that SQLAlchemy needs for psycopg 3.

    Parameters
    ----------
    url : str
        ``postgresql://``, ``postgres://`` or ``postgresql+psycopg://``.

    Raises
    ------
    ValueError
        It is no address of a PostgreSQL database. The message does not repeat it, as it may hold a password.

    Examples
    --------
    >>> sqlalchemy_url("postgres://an:secret@db.example:5433/reports")
    'postgresql+psycopg://an:secret@db.example:5433/reports'
    """
    from sqlalchemy.engine import make_url  # late: half the time of a command that asks no database is this import
    from sqlalchemy.exc import ArgumentError

    advice = "write postgresql://user:password@host:5432/database"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(f"not the address of a database: {advice}") from None
    if parsed.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError(f"{parsed.drivername}:// is not PostgreSQL by psycopg: {advice}")
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _absolute(folder: Path) -> Path:
    return folder.expanduser().absolute()


DatabaseUrl = Annotated[str, AfterValidator(sqlalchemy_url)]
AbsolutePath = Annotated[Path, AfterValidator(_absolute)]


class DatabaseSettings(BaseSettings):
    """Databases that somebody else runs; without a url, a private one is started.

    Parameters
    ----------
    url : str, optional
        ``DATABASE_URL``, as SQLAlchemy needs it.
    read_url : str, optional
        ``DATABASE_READ_URL``: a replica for queries.
    """

    model_config = SettingsConfigDict(env_prefix="DATABASE_", env_ignore_empty=True, frozen=True)

    url: DatabaseUrl | None = Field(default=None, repr=False)
    read_url: DatabaseUrl | None = Field(default=None, repr=False)


class TerritorySettings(BaseSettings):
    """What this machine serves, and where it keeps it.

    Parameters
    ----------
    data_dir : Path
        ``HIENTRUONG_DATA_DIR``, absolute; default ``.data`` in the current folder.
    territory : str
        ``HIENTRUONG_TERRITORY``: the territory that is meant when none is named.
    boundaries : Path, optional
        ``HIENTRUONG_BOUNDARIES``: a file of surveyed units to start with.
    population : Path, optional
        ``HIENTRUONG_POPULATION``: a CSV file of residents by H3 cell, with the columns cell and population.
    pseudonym_key : str, optional
        ``HIENTRUONG_PSEUDONYM_KEY``: the secret of the reporters' pseudonyms, the same for all processes of a
        database; else it is made in the data folder.
    """

    model_config = SettingsConfigDict(
        env_prefix="HIENTRUONG_", env_ignore_empty=True, frozen=True, validate_default=True
    )

    data_dir: AbsolutePath = Path(".data")
    territory: str = "hanoi"
    boundaries: AbsolutePath | None = None
    population: AbsolutePath | None = None
    pseudonym_key: SecretStr | None = Field(default=None, min_length=32)


def database_settings() -> DatabaseSettings:
    """Read the database's settings.

    Raises
    ------
    SetupError
        An address is not one.
    """
    return read_settings(DatabaseSettings)


def territory_settings() -> TerritorySettings:
    """Read the territory's settings."""
    return read_settings(TerritorySettings)


def read_settings(kind: type[Settings]) -> Settings:
    """Read one class of settings from the environment.

    Raises
    ------
    SetupError
        A value can't be used; the message names its variable, not the value, which may hold a secret.
    """
    try:
        return kind()
    except ValidationError as refusal:
        first = refusal.errors(include_input=False)[0]
        variable = f"{kind.model_config['env_prefix']}{first['loc'][0]}".upper()
        raise SetupError(f"{variable}: {first['msg'].removeprefix('Value error, ')}") from None
