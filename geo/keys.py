"""API keys: how one is written, and what is kept of it.

A key is ``ht_<id>_<secret>``. The id is no secret: it finds the key in a list, in the audit trail, in a leaked file.
The secret is 256 random bits, of which only the SHA-256 is kept. A slow password hash would protect words that people
choose, which can be guessed; nobody guesses 256 random bits, however fast each guess is, and each request would pay for
the slowness.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import NamedTuple

_FORM = re.compile(r"ht_([0-9a-f]{10})_([0-9a-f]{64})")


@dataclass(frozen=True)
class NewKey:
    """A key at the one moment at which it is known whole.

    Parameters
    ----------
    id : str
    text : str
        What its holder sends; shown once, kept nowhere.
    digest : bytes
        What is kept of its secret.
    """

    id: str
    text: str = field(repr=False)
    digest: bytes = field(repr=False)


class Shown(NamedTuple):
    """The parts of a key that somebody showed."""

    id: str
    digest: bytes


def new_key() -> NewKey:
    """Make a key.

    Examples
    --------
    >>> made = new_key()
    >>> read_key(made.text) == (made.id, made.digest)
    True
    """
    id, secret = secrets.token_hex(5), secrets.token_hex(32)
    return NewKey(id, f"ht_{id}_{secret}", _digest(secret))


def read_key(text: str) -> Shown | None:
    """Take a key apart; None if it isn't written like one.

    Examples
    --------
    >>> read_key("eyJhbGciOi") is None
    True
    """
    found = _FORM.fullmatch(text)
    return Shown(found[1], _digest(found[2])) if found else None


def is_same(shown: bytes, kept: bytes) -> bool:
    """Compare two digests in a time that does not depend on where they differ."""
    return hmac.compare_digest(shown, kept)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
