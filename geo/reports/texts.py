"""What people write: composed letters, no control characters, not too long."""

import re
import unicodedata

MAX_TEXT = 4000

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Line feeds and tabs may be in a text; U+FFFE, U+FFFF and lone surrogates are none."""


def too_long(length: int, limit: int) -> str:
    """Say that a text is too long."""
    return f"{length} characters are more than the {limit} allowed"


def composed(text: str) -> str:
    r"""Give a text in composed letters (NFC), in which Vietnamese keyboards write.

    Examples
    --------
    >>> len("ế".encode()), len(composed("e\u0302\u0301").encode())
    (3, 3)
    """
    return unicodedata.normalize("NFC", text)


def text_fault(text: str, limit: int = MAX_TEXT) -> str | None:
    r"""Say what is wrong with a text, None if nothing is.

    Examples
    --------
    >>> text_fault("Đã xử lý")
    >>> text_fault("a\x00b")
    'control characters are not allowed'
    """
    if len(text) > limit:
        return too_long(len(text), limit)
    if CONTROL.search(text):
        return "control characters are not allowed"
    return None
