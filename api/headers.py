"""The headers that every answer carries, refusals and failures too: pure ASGI, so that nothing is buffered or lost."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_OTHERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]

# FastAPI's interactive documentation brings scripts of its own.
_WITH_FOREIGN_SCRIPTS = ("/docs", "/redoc")


Headers = Sequence[tuple[bytes, bytes]]


def security_headers(tiles: str | None = None) -> Headers:
    """Give the headers that every answer carries.

    Parameters
    ----------
    tiles : str, optional
        Address of map tiles, the only pictures that the page may take from elsewhere.
    """
    images = ["'self'", "data:"]
    if tiles is not None:
        images.append("{0.scheme}://{0.netloc}".format(urlsplit(tiles)))
    return [(b"content-security-policy", _POLICY.format(images=" ".join(images)).encode()), *_OTHERS]


class SecurityHeaders:
    """Add headers to every answer of an application, whoever gives it.

    Parameters
    ----------
    app : ASGI application
    headers : sequence of pairs of bytes
    """

    def __init__(self, app: ASGIApp, headers: Headers) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] != "http" or scope["path"] in _WITH_FOREIGN_SCRIPTS:
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)
