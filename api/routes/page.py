"""The planner's page at the root, and its modules and styles, each as one file."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api.etag import tagged
from maps.assets import planner_folder
from maps.joined import joined_modules, joined_styles

router = APIRouter(include_in_schema=False)


@router.get("/")
async def planner_page() -> FileResponse:
    """Give the page; what it shows it asks from the API."""
    return FileResponse(planner_folder() / "index.html", media_type="text/html; charset=utf-8")


@router.get("/assets/planner.js")
def planner_modules(request: Request) -> Response:
    """Give the page's modules."""
    return _whole(request, joined_modules(), "text/javascript")


@router.get("/assets/planner.css")
def planner_styles(request: Request) -> Response:
    """Give the page's styles."""
    return _whole(request, joined_styles(), "text/css")


def _whole(request: Request, text: str, media_type: str) -> Response:
    return tagged(request, f"{media_type}; charset=utf-8", [text], text.encode)
