"""Requests counted: how many, how answered, how long; in plain numbers, as a lookup takes microseconds."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.lookups.documented import LOCATE_PATH

BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram's buckets; the last one has none."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_OTHER = "other"


class Answered(NamedTuple):
    """Requests that are counted together; the status is 0 where a client went away before it was answered."""

    method: str
    route: str
    status: int


class Times:
    """How long requests took: how many fell into each bucket, and seconds in all."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS_S) + 1)
        self.seconds = 0.0


class Traffic:
    """What came to one process since it began.

    Examples
    --------
    >>> traffic = Traffic()
    >>> traffic.note(Answered("GET", "/v1/locate", 200), 0.0004)
    >>> traffic.times[Answered("GET", "/v1/locate", 200)].buckets[0]
    1
    """

    def __init__(self) -> None:
        self.times: defaultdict[Answered, Times] = defaultdict(Times)
        self.reports: Counter[tuple[str, str]] = Counter()

    def took(self, door: str, *, again: bool, n: int = 1) -> None:
        """Count reports that were acknowledged: new ones, or such that were there already."""
        self.reports[door, "again" if again else "new"] += n

    def note(self, answered: Answered, seconds: float) -> None:
        """Count a request."""
        times = self.times[answered]
        times.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        times.seconds += seconds


class Counted:
    """Count the requests that an application answers, refusals and failures too.

    Parameters
    ----------
    app : ASGI application
    traffic : Traffic
    """

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun = 0, perf_counter()

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            self._traffic.note(Answered(method, _route(scope), status), perf_counter() - begun)


def _route(scope: MutableMapping[str, Any]) -> str:
    """Name the route as it is written in the code: addresses that nobody serves must not become series of their own."""
    if scope["path"] == LOCATE_PATH:
        return LOCATE_PATH
    path: str = getattr(scope.get("route"), "path", "")
    return f"{scope.get('root_path', '')}{path}" or _OTHER
