"""The keys of a territory in memory: a request is known within microseconds, and a revoked key opens nothing more."""

import datetime as dt
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from geo.access import Caller
from geo.errors import HienTruongError
from geo.keys import is_same, read_key
from geo.store.keys import Key, note_use, read_keys
from geo.store.session import Connection

_log = logging.getLogger(__name__)


class Keyring:
    """All keys, read again whenever the database says that one was made or revoked.

    Parameters
    ----------
    ask : callable
        Runs a function in a transaction.
    territory : str
        Id of the territory whose keys these are.
    """

    def __init__(self, ask: Callable[[Callable[[Connection], Any]], Any], territory: str) -> None:
        self._ask = ask
        self._territory = territory
        self._keys: dict[str, Key] = {}
        self._noted: dict[str, dt.date] = {}
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="key-use")
        self.refresh()

    def refresh(self) -> None:
        """Read the keys; those who ask meanwhile are answered by the ones before."""
        keys: list[Key] = self._ask(partial(read_keys, territory=self._territory))
        self._keys = {key.id: key for key in keys}

    def caller(self, text: str) -> Caller | None:
        """Tell who shows this key; None if it opens nothing."""
        shown, now = read_key(text), dt.datetime.now(dt.UTC)
        key = None if shown is None else self._keys.get(shown.id)
        if shown is None or key is None or not is_same(shown.digest, key.digest) or not key.opens(now):
            return None
        self._note(key, now.date())
        return key.caller

    def close(self) -> None:
        """Write down what is not yet."""
        self._notes.shutdown()

    def _note(self, key: Key, day: dt.date) -> None:
        """Let the first use of a day be written, aside: nobody waits for it."""
        if day not in (key.last_used_on, self._noted.get(key.id)):
            self._noted[key.id] = day
            self._notes.submit(self._write, key, day)

    def _write(self, key: Key, day: dt.date) -> None:
        try:
            self._ask(partial(note_use, key=key, day=day))
        except HienTruongError as error:
            _log.warning("the use of key %s is not written down yet: %s", key.id, error)
            del self._noted[key.id]  # its next use tries again
