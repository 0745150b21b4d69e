"""What is asked most, before the application: FastAPI does for each request more than a lookup or a report takes."""

from collections.abc import Mapping
from typing import Any

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.lookups.documented import LOCATE_PATH
from api.lookups.route import LocateRoute
from api.one_report import is_one_report, one_report


class Front:
    """Answer lookups and single reports, and hand everything else to the application; failures go to its handlers too.

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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route: ASGIApp
        if scope["path"] == LOCATE_PATH:
            route = self._lookups
        elif is_one_report(scope):
            route = one_report
        else:
            await self._app(scope, receive, send)
            return
        try:
            await route(scope, receive, send)
        except Exception as error:
            await self._failed(error)(scope, receive, send)

    def _failed(self, error: Exception) -> ASGIApp:
        """Make of an error what Starlette makes of it; only here, as what is answered well needs none of that."""

        async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
            raise error

        return ServerErrorMiddleware(ExceptionMiddleware(fail, self._expected), self._unexpected)
