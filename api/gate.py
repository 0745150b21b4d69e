"""The gate before everything: who asks, and whether it is too often. Pure ASGI, as lookups take microseconds."""

from collections.abc import Iterable
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.identity import Identities, UnknownCallerError
from api.open311.discovery import PREFIX as OPEN311
from api.problems import problem
from api.rate_limits import RateLimits, Verdict, client_address
from api.settings import ServiceSettings
from geo.access import PUBLIC, Caller

CHALLENGE = 'Bearer realm="hientruong"'
REFUSED = f'{CHALLENGE}, error="invalid_token"'
# What tells a supervisor how the service is, and the files of the page, are for everybody and not counted.
_OPEN = ("/livez", "/readyz", "/metrics", "/assets/")


class Limits:
    """Counts requests by who sends them.

    Parameters
    ----------
    settings : ServiceSettings
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._limits = RateLimits({"public": settings.rate_public, "key": settings.rate_key})
        self._trusted = settings.trusted_proxies

    def count(self, caller: Caller, peer: tuple[str, int] | None, headers: Iterable[tuple[bytes, bytes]]) -> Verdict:
        """Count a request: one with a key by its key, one of the public by the address that it came from.

        Parameters
        ----------
        caller : Caller
        peer : (host, port), optional
            Who is at the other end of the connection.
        headers : iterable of pairs of bytes
            Of the request, names in lower case.
        """
        if caller is not PUBLIC:
            return self._limits.count("key", caller.name)
        address = peer[0] if peer else "local"
        if self._trusted:
            said = b",".join(value for name, value in headers if name == b"x-forwarded-for")
            address = client_address(address, said.decode("latin-1"), self._trusted)
        return self._limits.count("public", client_address(address, "", ()))


class Gate:
    """Put the caller into a request's scope; answer by itself 401 to an unknown key and 429 to too many requests.

    Parameters
    ----------
    app : ASGI application
    limits : Limits
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] != "http" or scope["path"].startswith(_OPEN):
            scope["caller"] = PUBLIC
            await self._app(scope, receive, send)
            return
        identities: Identities = scope["app"].state.identities
        caller, refusal = PUBLIC, ""
        try:
            caller = await identities.of_headers(scope["headers"])
        except UnknownCallerError as error:
            refusal = str(error)
        headers: list[tuple[bytes, bytes]] = []

        def count(caller: Caller) -> Verdict:
            verdict = self._limits.count(caller, scope["client"], scope["headers"])
            headers[:] = verdict.headers
            return verdict

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        if caller is PUBLIC and not refusal and scope["path"].startswith(OPEN311):
            # Its clients may show a key among the parameters, where it is looked for and counted: api.open311.asked.
            scope["caller"], scope["count"] = caller, count
            await self._app(scope, receive, send_with_headers)
        elif not (verdict := count(caller)).allowed:
            answer = problem(HTTPStatus.TOO_MANY_REQUESTS, verdict.words)
            await answer(scope, receive, send_with_headers)
        elif refusal:
            answer = problem(HTTPStatus.UNAUTHORIZED, refusal)
            answer.headers["www-authenticate"] = REFUSED
            await answer(scope, receive, send_with_headers)
        else:
            scope["caller"] = caller
            await self._app(scope, receive, send_with_headers)
