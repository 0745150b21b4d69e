"""The endpoint: an application of its own, so that all it answers, refusals too, is in the form of Open311."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.requests import ClientDisconnect

from api.access import roles_for
from api.body import media_type, read_body
from api.intake import Answer, find_answer, take_report
from api.new_report import duplicates_link
from api.one_report import MAX_REPORT_BYTES
from api.open311.asked import Asked, asked
from api.open311.discovery import discovery_words
from api.open311.faults import Fault, FaultsError, answer_with_faults
from api.open311.formats import Format, rendered
from api.open311.parameters import moment_of
from api.open311.posting import FORM, read_form, read_key, read_post
from api.open311.requests import notice, request_words
from api.open311.search import read_ids, read_search
from api.open311.services import definition_words, service_words
from api.settings import ServiceSettings
from geo.access import PUBLIC, Caller
from geo.store.audit import record, record_told
from geo.store.service_requests import add_attributes, find_service_requests, service_requests_by_id
from geo.store.session import Connection
from geo.store.settings import read_settings

_SENDS = roles_for("POST", "/v1/reports")


def create_endpoint(state: State) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    state : State
        Of the application that it is mounted in, with its service.
    """
    app = FastAPI(openapi_url=None)
    app.state = state
    answer_with_faults(app)
    for path, answer in (
        ("/discovery.{format}", discovery),
        ("/services.{format}", services),
        ("/services/{code}.{format}", service_definition),
        ("/requests.{format}", get_requests),
        ("/requests/{id}.{format}", get_request),
        ("/tokens/{id}.{format}", token),
    ):
        app.api_route(path, methods=["GET", "HEAD"])(answer)
    app.post("/requests.{format}")(post_request)
    return app


async def discovery(request: Request, format: Format) -> Response:
    """Tell where the endpoint is and what it speaks."""
    ask = await asked(request, format)
    ask.given.check()
    contact = read_settings(ServiceSettings).contact
    return rendered("discovery", discovery_words(ask.endpoint, ask.service.dispatch.jurisdiction, contact), format)


async def services(request: Request, format: Format) -> Response:
    """List what can be reported."""
    ask = await asked(request, format)
    ask.given.check()
    words = [service_words(category, ask.language) for category in ask.service.dispatch.categories]
    return rendered("services", words, format)


async def service_definition(request: Request, code: str, format: Format) -> Response:
    """Tell the questions of a service."""
    ask = await asked(request, format)
    found = [category for category in ask.service.dispatch.categories if category.code == code]
    if not found:
        ask.given.refuse(f"there is no service {code!r:.60}: see services.xml", HTTPStatus.NOT_FOUND)
    ask.given.check()
    return rendered("service_definition", definition_words(found[0], ask.language), format)


async def get_requests(request: Request, format: Format) -> Response:
    """Tell the requests that are asked for: by their ids to everybody, by a search to who shows a key."""
    ask = await asked(request, format)
    if ask.given.text("service_request_id") is not None:
        return await _told(ask, await _read(ask, read_ids(ask.given)))
    _check_may_search(ask)
    wanted, page = read_search(ask.given, ask.service.dispatch)

    def read(connection: Connection) -> list[dict[str, Any]]:
        found = find_service_requests(connection, wanted, *page)
        record_told(connection, ask.caller, [each["id"] for each in found])
        return found

    found = await ask.service.ask_aside(read)
    answer = await _told(ask, found)
    if len(found) == page.limit:
        following = request.url.remove_query_params(["page", "api_key"]).include_query_params(after=found[-1]["id"])
        answer.headers["link"] = f'<{following.path}?{following.query}>; rel="next"'
    return answer


async def get_request(request: Request, id: str, format: Format) -> Response:
    """Tell one request."""
    ask = await asked(request, format)
    return await _told(ask, [await _read_one(ask, id)])


async def token(request: Request, id: str, format: Format) -> Response:
    """Tell the id of a request by its token: ids are given at once, so it is the same."""
    ask = await asked(request, format)
    found = str((await _read_one(ask, id))["id"])
    return rendered("service_requests", [{"service_request_id": found, "token": found}], format)


async def post_request(request: Request, format: Format) -> Response:
    """Take a report, and answer its id once it is committed."""
    media_type(request, (FORM,))
    try:
        body = await read_body(request, MAX_REPORT_BYTES)
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it, and nothing was taken
    ask = await asked(request, format, read_form(body))
    _check_may_send(ask.caller)
    key = read_key(ask.given, request.headers)
    taken = await run_in_threadpool(_take, ask, request.url.query.encode() + b"\n" + body, key)
    request.app.state.traffic.took("open311", again=taken.repeated)
    receipt = rendered("service_requests", [_receipt(ask, orjson.loads(taken.body))], format)
    receipt.headers["link"] = duplicates_link(taken.id)
    return receipt


def _take(ask: Asked, sent: bytes, key: str | None) -> Answer:
    try:
        report, answers = read_post(ask.given, ask.service.dispatch)
    except FaultsError:
        if (before := find_answer(ask.service, ask.caller, sent, key, None)) is None:
            raise
        return before

    def with_answers(connection: Connection, id: UUID) -> None:
        add_attributes(connection, id, answers)

    return take_report(ask.service, ask.caller, report, sent, key, with_answers if answers else None)


def _receipt(ask: Asked, acknowledged: dict[str, Any]) -> dict[str, Any]:
    territory = ask.service.dispatch.jurisdiction.territory
    due = moment_of(acknowledged["due_at"], territory.zone)
    return {
        "service_request_id": acknowledged["id"],
        "service_notice": notice(acknowledged["lead"], due, territory, ask.language),
        "account_id": None,
    }


def _check_may_search(ask: Asked) -> None:
    """Refuse a list to the public: its rows could be counted, and counts of a few people are hidden elsewhere."""
    if not ask.sees_all:
        words = "api_key is missing: a list of requests needs one; a single request is told by its service_request_id"
        raise FaultsError([Fault(HTTPStatus.FORBIDDEN, words)])


def _check_may_send(caller: Caller) -> None:
    if caller.role not in _SENDS:
        missing = "api_key is missing" if caller is PUBLIC else f"the role of this api_key is {caller.role}"
        raise FaultsError([Fault(HTTPStatus.FORBIDDEN, f"{missing}: reports are sent by {' and '.join(_SENDS)}")])


async def _read(ask: Asked, ids: list[UUID]) -> list[dict[str, Any]]:
    """Read requests by their ids; who is shown a whole report leaves a trace."""
    ask.given.check()

    def read(connection: Connection) -> list[dict[str, Any]]:
        found = service_requests_by_id(connection, ask.service.territory, ids)
        for report in found if ask.sees_all else ():  # each was named
            record(connection, ask.caller, "read", report["id"])
        return found

    return await ask.service.ask_aside(read)


async def _read_one(ask: Asked, id: str) -> dict[str, Any]:
    try:
        found = await _read(ask, [UUID(id)])
    except ValueError:
        found = []
    if not found:
        raise FaultsError([Fault(HTTPStatus.NOT_FOUND, f"there is no request {id!r:.60}")])
    return found[0]


async def _told(ask: Asked, reports: list[dict[str, Any]]) -> Response:
    """Answer requests, written in a thread: a thousand of them take a while."""

    def written() -> Response:
        dispatch = ask.service.dispatch
        words = request_words(reports, dispatch, ask.language, whole=ask.sees_all, extended=ask.extended)
        return rendered("service_requests", words, ask.format)

    return await run_in_threadpool(written)
