"""The key of whoever starts a service by `hientruong up`: an administrator's, in a file of the data folder."""

import secrets
from pathlib import Path

from geo.errors import SetupError
from geo.keys import read_key
from geo.store.keys import create_key, read_keys
from geo.store.session import Engine

FILE = "admin.key"


def ensure_admin_key(engine: Engine, territory: str, folder: Path) -> Path | None:
    """See that there is a key in the data folder, which only its owner can read.

    A key that is there is never replaced: one that was revoked stays revoked, one of another database stays that one's.

    Parameters
    ----------
    engine : Engine
    territory : str
    folder : Path
        The data folder.

    Returns
    -------
    Path or None
        The file; its text is the key. None if there is a key of another database.

    Raises
    ------
    SetupError
        The file can't be read or written.
    """
    path = folder / FILE
    try:
        with engine.begin() as connection:
            if not path.exists():
                _write(path, create_key(connection, territory, "admin", "hientruong up", name="who started it"))
                return path
            shown = read_key(path.read_text().strip())
            is_ours = shown is not None and shown.id in {key.id for key in read_keys(connection, territory)}
            return path if is_ours else None
    except OSError as error:
        raise SetupError(f"{path}: the administrator's key: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    attempt = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    attempt.touch(0o600, exist_ok=False)
    attempt.write_text(f"{text}\n")
    attempt.replace(path)
