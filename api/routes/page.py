"""The planner's page at the root."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from maps.assets import planner_folder

router = APIRouter()


@router.get("/", include_in_schema=False)
async def planner_page() -> FileResponse:
    """Give the page; what it shows it asks from the API."""
    return FileResponse(planner_folder() / "index.html", media_type="text/html; charset=utf-8")
