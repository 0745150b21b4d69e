"""Answers that a client may keep: strong entity tags, 304 for what it has already, 406 for what can't be given."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache
from http import HTTPStatus
from importlib.metadata import version

from fastapi import Request, Response
from starlette.exceptions import HTTPException

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_KEEP_BUT_ASK = "public, no-cache"
"""Caches may keep an answer, and ask each time whether it still holds: boundaries change when somebody loads some."""


def entity_tag(*parts: object) -> str:
    """Make the strong entity tag of an answer from all that it depends on.

    Parameters
    ----------
    *parts : object
        Values whose ``repr`` tells them apart. The version of this software is one of them by itself.

    Returns
    -------
    str
        In quotes, as the header wants it.

    Examples
    --------
    >>> entity_tag("ward", 3) == entity_tag("ward", 3), entity_tag("ward", 3) == entity_tag("ward", "3")
    (True, False)
    """
    told = repr((_version(), *parts)).encode()
    return f'"{hashlib.blake2b(told, digest_size=16).hexdigest()}"'


def is_known(if_none_match: Sequence[str], tag: str) -> bool:
    """Say whether a client that sent these If-None-Match headers has the answer with this tag.

    Weak and strong tags compare alike here (RFC 9110, 13.1.2).

    Examples
    --------
    >>> is_known(['"a", W/"b"'], '"b"'), is_known(["*"], '"b"'), is_known(['"a"'], '"b"'), is_known(["b"], '"b"')
    (True, True, False, False)
    """
    return any(header.strip() == "*" or tag in _TAG.findall(header) for header in if_none_match)


def tagged(request: Request, media_type: str, depends_on: Sequence[object], body: Callable[[], bytes]) -> Response:
    """Answer 304 without a body to a client that has it already, else 200 with the body, which is made only then.

    Parameters
    ----------
    request : Request
        GET or HEAD.
    media_type : str
        Of the body.
    depends_on : sequence of object
        What the body is made from, for `entity_tag`: ids, states, parameters.
    body : callable
        Makes it.

    Returns
    -------
    Response
        With ETag, Cache-Control and Vary: Accept.
    """
    tag = entity_tag(media_type, *depends_on)
    headers = {"etag": tag, "cache-control": _KEEP_BUT_ASK, "vary": "Accept"}
    if is_known(request.headers.getlist("if-none-match"), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body(), headers=headers, media_type=media_type)


def negotiated(request: Request, offered: Sequence[str]) -> str:
    """Choose the media type that a client wants most; of equal ones the first that is offered.

    Parameters
    ----------
    request : Request
        Without an Accept header it takes whatever comes.
    offered : sequence of str
        Media types in the order in which we would give them.

    Returns
    -------
    str

    Raises
    ------
    HTTPException
        406, if the client takes none of them.
    """
    ranges = ",".join(request.headers.getlist("accept")) or "*/*"
    wanted = {kind: _quality(ranges, kind) for kind in offered}
    best = max(offered, key=lambda kind: wanted[kind])
    if wanted[best] == 0:
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"Accept: {ranges}: only {' or '.join(offered)} can be given")
    return best


def _quality(ranges: str, kind: str) -> float:
    """Find how much an Accept header wants a media type, 0 to 1: the most specific range decides (RFC 9110, 12.5.1).

    Examples
    --------
    >>> [_quality("text/*;q=0.5, text/csv, */*;q=0.1", kind) for kind in ("text/csv", "text/html", "image/png")]
    [1.0, 0.5, 0.1]
    """
    said = {}
    for each in ranges.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        given = next((value for value in parameters if value.startswith("q=")), "q=1")
        said[name] = _number(given.removeprefix("q="))
    specific_first = (kind, f"{kind.split('/')[0]}/*", "*/*")
    return next((said[name] for name in specific_first if name in said), 0.0)


def _number(text: str) -> float:
    """Read a quality; what is none counts as unwanted."""
    return float(text) if re.fullmatch(r"[01](\.\d{0,3})?", text) else 0.0


@cache
def _version() -> str:
    return version("hientruong")
