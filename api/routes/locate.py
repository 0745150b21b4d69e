"""Whose a point is."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.service import Served
from geo import answer

router = APIRouter(prefix="/v1", tags=["lookups"])


@router.get("/locate")
async def locate(
    service: Served,
    lon: Annotated[float, Query(description="longitude, WGS 84", examples=[105.868664])],
    lat: Annotated[float, Query(description="latitude, WGS 84", examples=[20.998485])],
    at: Annotated[dt.date | None, Query(description="local date; today if left out", examples=["2026-01-05"])] = None,
    accuracy: Annotated[float | None, Query(description="radius in metres; brings candidates")] = None,
    category: Annotated[str | None, Query(description="brings who is responsible", examples=["waste"])] = None,
) -> dict[str, Any]:
    """Say which unit a point belongs to on a day, how that was found, and how sure it is."""
    return answer.locate(service.dispatch, lon, lat, at, accuracy, category)
