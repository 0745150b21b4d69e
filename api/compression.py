"""Large answers about many places are sent compressed to who takes it: a map of a city shrinks to a sixth."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATHS: Final = ("/assets/", "/v1/hexes", "/v1/hotspots", "/v1/series", "/v1/units", "/v1/generations", "/v1/wards/")
"""Not single reports: to change one, a client sends back its tag, which must stay a strong one."""
_COMPACT: Final = ("application/vnd.apache.parquet", "application/vnd.apache.arrow.stream")
_LEAST_BYTES: Final = 2048
_LEVEL: Final = 1
"""Of 8 MB in 40 ms; level 6 takes four times as long for a sixth less."""


class Compressed:
    """Compress answers by Starlette's middleware, and weaken their tags, as RFC 9110 wants of what it calls encodings.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        excluded = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *_COMPACT)
        self._compressing = GZipMiddleware(app, _LEAST_BYTES, _LEVEL, exclude_content_types=excluded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            await self._plain(scope, receive, send)
            return

        async def send_weakened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "content-encoding" in headers and "etag" in headers:
                    headers["etag"] = f"W/{headers['etag'].removeprefix('W/')}"
            await send(message)

        await self._compressing(scope, receive, send_weakened)
