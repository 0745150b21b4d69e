"""Who sends a request: told by a key or a token in its headers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.keyring import Keyring
from geo.access import PUBLIC, Caller

if TYPE_CHECKING:
    from api.tokens import Tokens


class UnknownCallerError(Exception):
    """A key or a token was shown that opens nothing; the message is for the one who showed it."""


class Identities:
    """Tells who asks.

    Parameters
    ----------
    keyring : Keyring
    tokens : Tokens or None
        None if no tokens are taken.
    """

    def __init__(self, keyring: Keyring, tokens: "Tokens | None") -> None:
        self._keyring = keyring
        self._tokens = tokens

    async def of_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
        """Tell who asks by ``X-API-Key`` or ``Authorization: Bearer``; PUBLIC, if there is neither.

        Raises
        ------
        UnknownCallerError
            What is shown opens nothing. Nobody is let in as the public by a mistake in the key.
        """
        shown = _shown(headers)
        return PUBLIC if shown is None else await self.of(shown)

    def known(self, headers: Iterable[tuple[bytes, bytes]]) -> Caller | None:
        """Tell who asks as `of_headers` does if memory tells it: the public, or who shows a key; None, if not."""
        try:
            shown = _shown(headers)
        except UnknownCallerError:
            return None
        return PUBLIC if shown is None else self._keyring.caller(shown)

    async def of(self, shown: str) -> Caller:
        """Tell who shows this key or token; UnknownCallerError if it opens nothing."""
        if (caller := self._keyring.caller(shown)) is not None:
            return caller
        if (caller := await self._keyring.newest_caller(shown)) is not None:
            return caller
        if self._tokens is not None and (caller := await self._tokens.caller(shown)) is not None:
            return caller
        raise UnknownCallerError("this key or token is unknown, expired or revoked, or of another territory")


def _shown(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Find the key or token among headers."""
    given = [(name, value) for name, value in headers if name in (b"authorization", b"x-api-key")]
    if not given:
        return None
    if len(given) > 1:
        raise UnknownCallerError("more than one key or token: send one")
    ((name, value),) = given
    shown = value.decode("latin-1").strip()
    if name == b"authorization":
        scheme, _, shown = shown.partition(" ")
        if scheme.lower() != "bearer":
            raise UnknownCallerError("Authorization is no `Bearer` with a key or a token")
    return shown.strip()
