"""Whether the process is alive, and whether it can answer."""

from fastapi import APIRouter

from api.service import Served
from geo.store.boundaries import read_territory

router = APIRouter(tags=["health"])


@router.get("/livez")
async def alive() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(service: Served) -> dict[str, str]:
    """Say whether the database answers; 503 if not."""
    territory = service.dispatch.jurisdiction.territory.id
    await service.ask_aside(lambda connection: read_territory(connection, territory))
    return {"status": "ok"}
