"""Who asks, as the service understood it: what a page needs to say whose key it holds and what that unlocks."""

from typing import Any

from fastapi import APIRouter, Response

from api.caller import Calling
from api.service import WholeService
from geo.access import SEES_REPORTS

router = APIRouter(prefix="/v1", tags=["access"])


@router.get("/caller")
async def caller(response: Response, service: WholeService, caller: Calling) -> dict[str, Any]:
    """Tell the role of whoever asks, an officer's unit of today, and what is told to them beside what all may know."""
    response.headers["cache-control"] = "no-store"
    jurisdiction = service.dispatch.jurisdiction
    layer = jurisdiction.layer_at(jurisdiction.territory.today())
    unit = None if caller.unit_code is None else layer.unit_with(caller.unit_code)
    return {
        "role": caller.role,
        "unit": None if unit is None else unit.words,
        "sees": {"reports": caller.role in SEES_REPORTS, "small_counts": caller.sees_small_counts},
    }
