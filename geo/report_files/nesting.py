"""How deep JSON is nested, told from its bytes as they go by: who reads it may hold more, the deeper it is."""

import re

import numpy as np

MAX_NESTING = 100
"""GeoJSON's own deepest, a collection of multipolygons with their features, is 10 deep."""

_BRACKETS = b"[]{}"
_OTHERS = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_STEP = np.zeros(256, dtype=np.int64)
_STEP[list(b"[{")], _STEP[list(b"]}")] = 1, -1
_LAST_ESCAPE = re.compile(rb"\\+\Z")


class Nesting:
    r"""The nesting of one JSON text, which may come in parts.

    Examples
    --------
    >>> nesting = Nesting()
    >>> nesting.deepest(b'{"a": [1, "]]\\"'), nesting.deepest(b'[[[", [')
    (2, 3)
    """

    def __init__(self) -> None:
        self._depth = 0
        self._in_text = False
        self._escape = b""

    def deepest(self, part: bytes) -> int:
        """Give how deep the next part of the text goes, of brackets and braces that stand in no string."""
        part = self._escape + part
        last = _LAST_ESCAPE.search(part)
        self._escape = b"\\" if last and len(last[0]) % 2 else b""
        pieces = part.removesuffix(self._escape).replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        outside = b"".join(pieces[1 if self._in_text else 0 :: 2]).translate(None, _OTHERS)
        self._in_text ^= len(pieces) % 2 == 0
        depths = self._depth + np.cumsum(_STEP[np.frombuffer(outside, np.uint8)])
        deepest = max(self._depth, int(depths.max(initial=0)))
        self._depth = int(depths[-1]) if len(depths) else self._depth
        return deepest
