"""Pseudonyms of reporters: keyed, so that nobody without the key can go from a phone number to its reports."""

import hashlib
import hmac
import os
import secrets
import stat
from functools import cache
from pathlib import Path

from geo.errors import SetupError
from geo.reports.texts import composed
from geo.store.settings import territory_settings

_FILE = "pseudonym.key"
_KEY_BYTES = 32


def pseudonym(reporter: str) -> bytes | None:
    """Give 16 bytes that tell two reports of one person from reports of two; None for a blank, which names nobody.

    Parameters
    ----------
    reporter : str
        Whatever names the person to the sender: an account, a phone number. It is not stored.

    Raises
    ------
    SetupError
        The key can't be read or made.
    """
    said = composed(reporter.strip()).casefold()
    if not said:
        return None
    return hmac.digest(_key(), said.encode(), hashlib.sha256)[:16]


@cache
def _key() -> bytes:
    settings = territory_settings()
    if settings.pseudonym_key is not None:
        return settings.pseudonym_key.get_secret_value().encode()
    return read_or_make_key(settings.data_dir)


def read_or_make_key(folder: Path) -> bytes:
    """Read the key of a data folder; the first who asks makes it, for its owner's eyes only.

    Raises
    ------
    SetupError
        The file can't be written or read, or others than its owner may read it.
    """
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _make(path)
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SetupError(f"{path}: others may read the key of the pseudonyms: chmod 600 it")
        key = path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: the key of the pseudonyms: {error.strerror}") from None
    if len(key) < _KEY_BYTES:
        raise SetupError(f"{path}: the key of the pseudonyms is cut off: bring it back from a backup")
    return key


def _make(path: Path) -> None:
    """Write a new key whole or not at all, and never over one that is there."""
    if path.exists():
        return
    attempt = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    attempt.touch(0o600, exist_ok=False)
    with attempt.open("wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(attempt, path)
    except FileExistsError:
        pass
    finally:
        attempt.unlink()
