"""The PostgreSQL server on this machine: where its binaries are, and whether PostGIS came with them."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.errors import SetupError

EXTENSIONS = ("postgis", "btree_gist")
"""What every database of ours needs: shapes, and an index that keeps periods of one level from overlapping."""

_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # packages of postgresql.org for Fedora and its kin
    "/opt/homebrew/opt/postgresql*/bin",  # Homebrew on Apple's processors
    "/usr/local/opt/postgresql*/bin",  # Homebrew on Intel's
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_NEEDED = ("initdb", "pg_config", "pg_ctl", "postgres")


@dataclass(frozen=True)
class Server:
    """One installed PostgreSQL server.

    Parameters
    ----------
    folder : Path
        Where its binaries are.
    major : int
        Its major version; a cluster can only be run by the version that made it.
    extensions : Path
        Where the control files of its extensions are.
    """

    folder: Path
    major: int
    extensions: Path

    @property
    def missing(self) -> list[str]:
        """Names of the extensions that we need and that are not installed."""
        return [name for name in EXTENSIONS if not (self.extensions / f"{name}.control").is_file()]


def find_server(major: int | None = None) -> Server:
    """Find a server that has PostGIS: the one that ``pg_config`` names, else the newest.

    Parameters
    ----------
    major : int, optional
        The only major version that will do: that of a cluster made earlier.

    Raises
    ------
    SetupError
        No server, none of this version, or none with PostGIS. The message says which command installs it.
    """
    return choose_server(_candidate_folders(), major)


def choose_server(folders: Iterable[Path], major: int | None = None) -> Server:
    """Take the first server of these folders that is whole; for parameters and errors see `find_server`."""
    installed = [server for folder in folders if (server := _server_in(folder))]
    fitting = [server for server in installed if major in (None, server.major)]
    for server in fitting:
        if not server.missing:
            return server
    if fitting:
        raise SetupError(
            f"PostgreSQL {fitting[0].major} in {fitting[0].folder} lacks {' and '.join(fitting[0].missing)}: "
            f"{_how_to_install(fitting[0].major)}"
        )
    if installed:
        raise SetupError(
            f"this data folder was made by PostgreSQL {major}, but this machine has only "
            f"{', '.join(str(server.major) for server in installed)}: "
            f"{_how_to_install(major)}, or set HIENTRUONG_DATA_DIR to another folder"
        )
    raise SetupError(f"PostgreSQL with PostGIS is not installed: {_how_to_install(major)}")


def _candidate_folders() -> Iterator[Path]:
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    found = [folder for place in _PLACES for folder in Path("/").glob(place.removeprefix("/"))]
    yield from sorted(found, key=_version_in_name, reverse=True)


def _version_in_name(folder: Path) -> int:
    versions = re.findall(r"\d+", folder.parent.name)
    return int(versions[0]) if versions else 0


def _server_in(folder: Path) -> Server | None:
    if not all((folder / name).is_file() for name in _NEEDED):
        return None
    answer = subprocess.run(
        [folder / "pg_config", "--version", "--sharedir"], capture_output=True, text=True, check=False
    )
    version, _, shared = answer.stdout.strip().partition("\n")
    number = re.search(r"\d+", version)
    return Server(folder, int(number[0]), Path(shared) / "extension") if number else None


def _how_to_install(major: int | None) -> str:
    if shutil.which("apt-get"):
        package = f"postgresql-{major}-postgis-3" if major else "postgresql-postgis"
        return f"run `sudo apt-get install {package}`"
    if shutil.which("brew"):
        return f"run `brew install {f'postgresql@{major}' if major else 'postgresql'} postgis`"
    return "install both by your system's packages, or start the database of compose.yaml and set DATABASE_URL"
