"""The keys of a territory in memory: a request is known within microseconds, and a revoked key opens nothing more."""

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from geo.access import Caller
from geo.errors import HienTruongError
from geo.keys import is_same, read_key
from geo.store.keys import Key, note_use, read_keys
from geo.store.session import Connection

_log = logging.getLogger(__name__)
_ASKS_EVERY_S = 1.0
"""The database is asked for keys that are not in memory so often at most, however many are tried."""
_MOST_DENIED = 10_000


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
        self._denied: dict[str, None] = {}
        self._asking = asyncio.Lock()
        self._asked_at = self._answered_at = -_ASKS_EVERY_S
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

    async def newest_caller(self, text: str) -> Caller | None:
        """Tell who shows a key that may have been made a moment ago; the database is asked once for each that is new.

        Who tries many keys waits for one answer to all of them, a second or less; one that was denied is not asked for
        again, as its id won't be drawn a second time.
        """
        shown = read_key(text)
        if shown is None or shown.id in self._keys or shown.id in self._denied:
            return None
        came_at = time.monotonic()
        async with self._asking:
            if self._asked_at < came_at and shown.id not in self._keys:
                await self._ask_again()
        if shown.id not in self._keys and self._answered_at >= came_at:
            self._deny(shown.id)
        return self.caller(text)

    async def _ask_again(self) -> None:
        await asyncio.sleep(max(self._asked_at + _ASKS_EVERY_S - time.monotonic(), 0))
        self._asked_at = time.monotonic()
        try:
            await run_in_threadpool(self.refresh)
        except HienTruongError as error:
            _log.warning("keys that are not in memory can't be asked for: %s", error)
        else:
            self._answered_at = self._asked_at

    def _deny(self, id: str) -> None:
        self._denied[id] = None
        if len(self._denied) > _MOST_DENIED:
            del self._denied[next(iter(self._denied))]

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
