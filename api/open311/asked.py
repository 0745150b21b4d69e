"""What every request tells: its parameters, who asks, in which format and language the answer is wanted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request

from api.identity import UnknownCallerError
from api.open311.discovery import PREFIX
from api.open311.faults import Fault, FaultsError
from api.open311.formats import Format
from api.open311.parameters import Parameters
from api.rate_limits import Verdict
from api.service import Service
from geo.access import SEES_REPORTS, Caller


@dataclass(frozen=True)
class Asked:
    """One request.

    Parameters
    ----------
    given : Parameters
        Of the query, and of the form if there is one.
    format : {"xml", "json"}
    language : {"vi", "en"}
    caller : Caller
    service : Service
        As the caller may see it.
    endpoint : str
        Our address, as the client reaches it.
    extended : bool
        Whether ``extended_attributes`` are wished.
    """

    given: Parameters
    format: Format
    language: str
    caller: Caller
    service: Service
    endpoint: str
    extended: bool

    @property
    def sees_all(self) -> bool:
        """Whether the caller is told what people wrote, and exact places."""
        return self.caller.role in SEES_REPORTS


async def asked(request: Request, format: Format, form: Iterable[tuple[str, str]] = ()) -> Asked:
    """Read what every request tells.

    Raises
    ------
    FaultsError
        403, if the key opens nothing; 429, if it comes too often. What else is wrong is kept in the parameters.
    """
    given = Parameters([*request.query_params.multi_items(), *form])
    whole: Service = request.app.state.service
    caller = await _caller(request, given.text("api_key"))
    if (said := given.text("jurisdiction_id")) not in (None, whole.territory):
        given.refuse(f"there is no jurisdiction {said!r:.60}: this is {whole.territory}", HTTPStatus.NOT_FOUND)
    return Asked(
        given=given,
        format=format,
        language=_language(request.headers.get("accept-language", "")),
        caller=caller,
        service=whole.seen_by(caller),
        endpoint=f"{request.base_url}{PREFIX.removeprefix('/')}",
        extended=given.truth("extensions"),
    )


async def _caller(request: Request, key: str | None) -> Caller:
    """Tell who asks: by ``api_key``, else by what the gate found in the headers; and count what the gate did not."""
    caller: Caller = request.scope["caller"]
    refusal = ""
    if key is not None:
        try:
            caller = await request.app.state.identities.of(key)
        except UnknownCallerError as error:
            refusal = f"api_key: {error}"
    count: Callable[[Caller], Verdict] | None = request.scope.get("count")
    if count is not None and not (verdict := count(caller)).allowed:
        raise FaultsError([Fault(HTTPStatus.TOO_MANY_REQUESTS, verdict.words)])
    if refusal:
        raise FaultsError([Fault(HTTPStatus.FORBIDDEN, refusal)])
    return caller


def _language(accepted: str) -> str:
    """Choose Vietnamese unless English stands before it."""
    said = [tag.strip()[:2].lower() for tag in accepted.split(",")]
    return next((language for language in said if language in ("vi", "en")), "vi")
