"""`/v1/locate` before the application: what FastAPI does for every request costs more than a lookup."""

from collections.abc import Mapping
from typing import Any

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.lookups.documented import LOCATE_PATH
from api.lookups.route import LocateRoute


class LookupsFirst:
    """Answer lookups, and hand everything else to the application; what fails is told by its handlers too.

    Parameters
    ----------
    app : ASGI application
    handlers : dict
        Its handlers of exceptions, as FastAPI holds them.
    """

    def __init__(self, app: ASGIApp, handlers: Mapping[Any, Any]) -> None:
        self._app = app
        self._lookups = LocateRoute()
        self._expected = {kind: handler for kind, handler in handlers.items() if kind is not Exception}
        self._unexpected = handlers.get(Exception)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] != "http" or scope["path"] != LOCATE_PATH:
            await self._app(scope, receive, send)
            return
        try:
            await self._lookups(scope, receive, send)
        except Exception as error:
            await self._failed(error)(scope, receive, send)

    def _failed(self, error: Exception) -> ASGIApp:
        """Make of an error what Starlette makes of it; only here, as a lookup that is answered needs none of that."""

        async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
            raise error

        return ServerErrorMiddleware(ExceptionMiddleware(fail, self._expected), self._unexpected)
