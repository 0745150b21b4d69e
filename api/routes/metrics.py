"""What the process counts, for Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api.service import Service, WholeService
from geo.errors import SetupError
from geo.store.live_cube import events_behind

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, service: WholeService, accept: Annotated[str, Header()] = "") -> Response:
    """Tell Prometheus about requests, reports, the cube, boundaries and the database; nothing personal is in it."""

    def written() -> tuple[bytes, str]:
        from api.metrics import exposition  # late: a service starts sooner without what only this needs

        return exposition(service, request.app.state.traffic, _behind(service), accept)

    body, media_type = await run_in_threadpool(written)
    return Response(body, headers={"content-type": media_type, "cache-control": "no-store"})


def _behind(service: Service) -> int | None:
    """Count what the cube does not have yet; None if the database does not answer: the other figures are told then."""
    counted = service.counted
    try:
        return service.ask(lambda connection: 0 if counted is None else events_behind(connection, counted))
    except SetupError:
        return None
