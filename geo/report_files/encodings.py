"""In which bytes a text file is written, and what stands for bytes that are not: they cost their line, not the file."""

import codecs
import io
import re

MARKED = "hientruong.marked"
"""How open() and its like treat broken bytes, by name: a lone surrogate stands for them, which no text has."""

SURROGATE = re.compile("[\ud800-\udfff]")
_BROKEN = "\udcff"


def _marked(error: UnicodeError) -> tuple[str, int]:
    """Mark what can't be decoded; "surrogateescape" would fail where characters have two bytes, as in UTF-16."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _BROKEN, error.end


codecs.register_error(MARKED, _marked)


def check_encoding(name: str) -> None:
    """Refuse what no text file is written in; ValueError says why.

    Examples
    --------
    >>> check_encoding("cp1258")
    >>> check_encoding("zip")
    Traceback (most recent call last):
    ValueError: unknown encoding 'zip': give one such as utf-8, utf-16 or cp1258
    """
    try:
        io.TextIOWrapper(io.BytesIO(), name, errors=MARKED).read()
    except (LookupError, ValueError):
        raise ValueError(f"unknown encoding {name!r}: give one such as utf-8, utf-16 or cp1258") from None
