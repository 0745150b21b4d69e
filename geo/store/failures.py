"""What the database server's own words mean for the person who started it."""

import shutil
from pathlib import Path

from geo.errors import SetupError

_NEW_CLUSTER_MB = 70  # measured: 64 MB with PostGIS in one database
_FULL_DISK = ("No space left on device", "Disk quota exceeded", "Check free disk space")


def setup_failure(step: str, folder: Path, said: str) -> SetupError:
    """Put a failure of the private database into one line.

    Parameters
    ----------
    step : str
        What failed, as a verb: "make", "start".
    folder : Path
        The cluster's folder.
    said : str
        What the binaries printed and what the server's log got meanwhile.
    """
    free = shutil.disk_usage(_nearest_existing(folder)).free / 1e6
    if _tells_of_a_full_disk(said) or free < 1:
        return SetupError(
            f"can't {step} the database: the disk of {folder} is full ({free:.0f} MB free, a new database takes "
            f"{_NEW_CLUSTER_MB} MB): make room, or set HIENTRUONG_DATA_DIR to a folder on another disk"
        )
    return SetupError(f"can't {step} the database in {folder}: {_last_lines(said)}")


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _tells_of_a_full_disk(said: str) -> bool:
    """Shared memory that is full says "No space left on device", too."""
    return any(sign in line for sign in _FULL_DISK for line in said.splitlines() if "shared memory" not in line)


def _last_lines(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " / ".join(lines[-4:]) or "no reason given"
