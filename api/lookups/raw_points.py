"""Points as bare pairs of float64, units as numbers: for whoever wants nothing but the unit, at full speed."""

from collections.abc import Iterable, Iterator

import numpy as np
import orjson

from api.lookups.points import SLICE, Batch, Lookup
from geo.errors import InputError
from geo.location.locator import How
from geo.lookup.answers import Answers

_PAIR = 16
OUTSIDE, INVALID = -1, -2
"""What stands in place of a unit's number: in no unit, or refused."""


def read_raw(chunks: Iterable[bytes], lookup: Lookup) -> Iterator[Batch]:  # noqa: ARG001 (every reader gets it)
    """Read pairs of longitude and latitude, little-endian float64."""
    rest = b""
    for chunk in chunks:
        body = rest + chunk
        whole = len(body) - len(body) % _PAIR
        rest = body[whole:]
        pairs = np.frombuffer(body[:whole], dtype="<f8").reshape(-1, 2)
        for start in range(0, len(pairs), SLICE):
            lon, lat = np.ascontiguousarray(pairs[start : start + SLICE].T, dtype=np.float64)
            yield Batch(lon, lat, None, None, None, {})
    if rest:
        raise InputError(f"the body ends with {len(rest)} bytes that are no pair of two float64", "")


def write_raw(answered: Iterable[Answers], lookup: Lookup) -> Iterator[bytes]:
    """Write the length of a JSON preamble (uint32), the preamble, and an int32 for each point; all little-endian.

    The preamble ``{"codes": [...], "names": [...]}`` says which unit a number stands for. It is filled up with spaces
    so that the numbers begin at a multiple of four bytes.
    """
    units = lookup.dispatch.jurisdiction.units
    ids = np.array(sorted(units), dtype=np.int64)
    ordered = [units[unit_id] for unit_id in ids.tolist()]
    words = orjson.dumps({"codes": [unit.code for unit in ordered], "names": [unit.name for unit in ordered]})
    words += b" " * (-len(words) % 4)
    before = len(words).to_bytes(4, "little") + words
    for each in answered:
        number = np.searchsorted(ids, each.unit_id).astype("<i4")
        number[each.how == How.OUTSIDE] = OUTSIDE
        number[each.invalid] = INVALID
        yield before + number.tobytes()
        before = b""
    if before:
        yield before
