"""Which formats come and go: by Content-Type and Accept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import HTTPException

from api.lookups.arrow_points import read_arrow, write_arrow
from api.lookups.json_points import read_json, read_lines, write_json, write_lines
from api.lookups.points import Batch, Lookup
from api.lookups.raw_points import read_raw, write_raw
from geo.lookup.answers import Answers


@dataclass(frozen=True)
class Format:
    """A format of points and answers.

    Parameters
    ----------
    media_type : str
    read : callable
        From parts of a body to batches of points.
    write : callable
        From answered batches to parts of a body.
    """

    media_type: str
    read: Callable[[Iterable[bytes], Lookup], Iterator[Batch]]
    write: Callable[[Iterable[Answers], Lookup], Iterator[bytes]]


FORMATS = {
    made.media_type: made
    for made in (
        Format("application/json", read_json, write_json),
        Format("application/x-ndjson", read_lines, write_lines),
        Format("application/vnd.apache.arrow.stream", read_arrow, write_arrow),
        Format("application/octet-stream", read_raw, write_raw),
    )
}
_POSSIBLE = ", ".join(FORMATS)


def format_of_body(content_type: str | None, content_encoding: str | None) -> Format:
    """Find the format in which points come, unpacked; HTTPException 415 names those that are possible."""
    if (content_encoding or "identity").strip().lower() != "identity":
        words = f"a body packed by {content_encoding!r:.40} can't be read: send it unpacked, without Content-Encoding"
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, words, {"accept-encoding": "identity"})
    named = (content_type or "").partition(";")[0].strip().lower()
    if named not in FORMATS:
        words = f"a body of type {named!r} can't be read" if named else "there is no Content-Type"
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{words}: send one of {_POSSIBLE}", {"accept-post": _POSSIBLE}
        )
    return FORMATS[named]


def format_of_answer(accept: str | None, same: Format) -> Format:
    """Choose the format of the answer, that of the body if it will do; HTTPException 406 names those that are possible.

    Examples
    --------
    >>> json = FORMATS["application/json"]
    >>> format_of_answer("text/html, application/x-ndjson;q=0.5", json).media_type
    'application/x-ndjson'
    >>> format_of_answer("*/*", json).media_type
    'application/json'
    """
    wanted = _qualities(accept or "*/*")
    ranked = sorted((same, *FORMATS.values()), key=lambda made: -_quality(made.media_type, wanted))  # a stable order
    if _quality(ranked[0].media_type, wanted) <= 0:
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE, f"can't answer as {accept}: accept one of {_POSSIBLE}")
    return ranked[0]


def _quality(media_type: str, wanted: dict[str, float]) -> float:
    ranges = media_type, media_type.partition("/")[0] + "/*", "*/*"
    return next((wanted[each] for each in ranges if each in wanted), 0.0)


def _qualities(accept: str) -> dict[str, float]:
    """Read an Accept header (RFC 9110, 12.5.1): media ranges and how much each is wanted."""
    wanted = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            wanted[media_range] = float(quality)
        except ValueError:
            wanted[media_range] = 0.0
    return wanted
