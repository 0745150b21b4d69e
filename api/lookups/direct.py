"""`GET /v1/locate` answered where its request is read.

A server of ASGI makes a task, a scope and messages for each request, which costs more than a lookup. What is asked well
and can be answered from memory gets the same answer here, byte for byte; all else goes the way of every other request.
"""

from time import perf_counter

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import State
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.gate import Limits
from api.headers import Headers
from api.identity import Identities
from api.lookups.documented import LOCATE_PATH
from api.lookups.questions import One, read_query
from api.lookups.route import answer_one, takes_long
from api.traffic import Answered, Traffic
from geo.errors import HienTruongError

_ADDRESS = f"{LOCATE_PATH}?".encode()
_ANSWERED = Answered("GET", LOCATE_PATH, 200)
_UNUSUAL = frozenset((b"content-length", b"transfer-encoding", b"expect", b"upgrade"))


class DirectLookups:
    """Answers lookups of one point.

    Parameters
    ----------
    state : State
        The application's, with ``service``, ``identities`` and ``traffic``.
    limits : Limits
    headers : sequence of pairs of bytes
        What every answer carries.
    """

    def __init__(self, state: State, limits: Limits, headers: Headers) -> None:
        self._state = state
        self._limits = limits
        self._headers = _written(headers)
        self._server: tuple[Headers, bytes] = ((), b"")

    def answer(self, query: bytes, headers: Headers, peer: tuple[str, int] | None, server: Headers) -> bytes | None:
        """Answer a request, head and body; None if that is for the application.

        Parameters
        ----------
        query : bytes
            As it came, percent-encoded.
        headers : sequence of pairs of bytes
            Of the request, names in lower case.
        peer : (host, port), optional
            Who is at the other end of the connection.
        server : sequence of pairs of bytes
            The headers that the server adds, as the date.
        """
        begun = perf_counter()
        identities: Identities = self._state.identities
        traffic: Traffic = self._state.traffic
        caller = identities.known(headers)
        if caller is None:
            return None
        try:
            asked = read_query(query, One)
            if takes_long(asked):
                return None
            body = answer_one(self._state.service.dispatch, asked)
        except (RequestValidationError, HienTruongError):
            return None
        verdict = self._limits.count(caller, peer, headers)
        if not verdict.allowed:
            return None
        traffic.note(_ANSWERED, perf_counter() - begun)
        return b"HTTP/1.1 200 OK\r\n%bcontent-type: application/json\r\ncontent-length: %d\r\n%b%b\r\n%b" % (
            self._of_server(server),
            len(body),
            _written(verdict.headers) if verdict.headers else b"",
            self._headers,
            body,
        )

    def _of_server(self, headers: Headers) -> bytes:
        """Write the server's headers, which are another list once their date is another."""
        if self._server[0] is not headers:
            self._server = headers, _written(headers)
        return self._server[1]


class LookupsProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, which asks ``lookups`` first: a `DirectLookups` in the state that the lifespan gives."""

    def on_headers_complete(self) -> None:
        """Answer a lookup, or begin to answer what else was asked."""
        if not self._answered():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request that the application answers, if it answers one."""
        if self.cycle is not None:
            super().on_message_complete()

    def _answered(self) -> bool:
        if not self.url.startswith(_ADDRESS) or self.parser.get_method() != b"GET":
            return False
        if self.cycle is not None and not self.cycle.response_complete:
            return False  # it has to wait for the answer before
        if self.flow.write_paused or self.root_path or b"#" in self.url:
            return False
        if self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return False
        for name, _ in self.headers:
            if name in _UNUSUAL:
                return False
        query = self.url[len(_ADDRESS) :]
        lookups: DirectLookups = self.app_state["lookups"]
        answer = lookups.answer(query, self.headers, self.client, self.server_state.default_headers)
        if answer is None:
            return False
        self.transport.write(answer)
        self.on_response_complete()
        return True


def _written(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])
