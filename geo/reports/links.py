"""Links to pictures: kept as they are given, never fetched, so only what a page may safely show is let in."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

MAX_LINKS = 10
MAX_LINK = 2000

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def link_fault(links: Sequence[str]) -> str | None:
    """Say what is wrong with links to pictures, None if nothing is.

    Examples
    --------
    >>> link_fault(["https://example.org/a.jpg"])
    >>> link_fault(["http://example.org/a.jpg"])
    "link 1: 'http://example.org/a.jpg' is no https:// address"
    """
    if len(links) > MAX_LINKS:
        return f"{len(links)} links are more than the {MAX_LINKS} allowed"
    for number, link in enumerate(links, start=1):
        if (fault := _fault(link)) is not None:
            return f"link {number}: {fault}"
    return None


def _fault(link: str) -> str | None:
    if len(link) > MAX_LINK:
        return f"{len(link)} characters are more than the {MAX_LINK} allowed"
    if _UNPRINTABLE.search(link):
        return "spaces and control characters are not allowed: percent-encode them"
    try:
        address = urlsplit(link)
        host = address.hostname
        _ = address.port
    except ValueError:
        return f"{link!r:.80} is no address"
    if "@" in address.netloc:
        return "an address with a user or a password in it is not allowed"
    if address.scheme != "https" or not host:
        return f"{link!r:.80} is no https:// address"
    return None
