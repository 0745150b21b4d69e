"""The public keys of those who sign tokens: kept for some minutes, fetched again when an unknown one turns up."""

import logging
import threading
import time
from collections.abc import Callable

import httpx
import jwt

LIFETIME_S = 600.0
"""A key that its owner withdraws is trusted no longer than this."""

PAUSE_S = 10.0
"""At least so long between two fetches: tokens with invented key ids must not become requests. Doubled by failures."""

LONGEST_PAUSE_S = 300.0
TRUSTED_S = 3600.0
"""If the keys can't be fetched any more, those we have are trusted for so long."""

_TIMEOUT_S = 5.0
_log = logging.getLogger(__name__)


class Jwks:
    """A JSON Web Key Set behind an address.

    Parameters
    ----------
    url : str
    now : callable, optional
        Gives seconds; the machine's monotonic clock by default.
    """

    def __init__(self, url: str, now: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._now = now
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = -TRUSTED_S
        self._next_fetch = now()
        self._failures = 0

    def fresh(self, id: str) -> jwt.PyJWK | None:
        """Give a key that is known and needs no fetch, at once."""
        return self._keys.get(id) if self._now() < self._fetched + LIFETIME_S else None

    def find(self, id: str) -> jwt.PyJWK | None:
        """Give a key, fetched if need be and if it is time; None if it is unknown. Takes up to seconds."""
        with self._lock:
            if self.fresh(id) is None and self._now() >= self._next_fetch:
                self._fetch()
        return self._keys.get(id) if self._now() < self._fetched + TRUSTED_S else None

    def _fetch(self) -> None:
        try:
            answer = httpx.get(self._url, timeout=_TIMEOUT_S).raise_for_status()
            found = jwt.PyJWKSet.from_dict(answer.json())
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, AttributeError) as error:
            self._failures += 1
            _log.warning("the keys of tokens at %s can't be fetched: %s", self._url, type(error).__name__)
        else:
            self._failures, self._fetched = 0, self._now()
            self._keys = {key.key_id: key for key in found.keys if key.key_id is not None}
        self._next_fetch = self._now() + min(PAUSE_S * 2**self._failures, LONGEST_PAUSE_S)
