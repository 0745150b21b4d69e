"""How much one request may bring: stated in OpenAPI, enforced while the body is read."""

from http import HTTPStatus

from fastapi import HTTPException

MAX_BODY_BYTES = 1 << 30
MAX_JSON_BYTES = 4 << 20
MAX_JSON_POINTS = 10_000
MAX_LINE_BYTES = 16_384
MAX_MESSAGE_BYTES = 64 << 20
"""Of a whole body; of a JSON document, and points in it; of a line of NDJSON; of a message (a batch) of Arrow."""


def too_large(words: str) -> HTTPException:
    """Make the refusal of what is larger than a limit; the words name the limit."""
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)
