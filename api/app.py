"""The HTTP application: one process, one immutable dispatch in memory, one engine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from api.problems import answer_with_problems
from api.routes import generations, health, hexes, locate, page, reports, unit, units
from api.service import Service
from maps.assets import leaflet_folder, planner_folder

_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


def create_app(url: str, territory: str) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a migrated database with boundaries in it.
    territory : str
        Id of the territory to serve.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service(url, territory)
        yield
        app.state.service.close()

    app = FastAPI(
        title="Hiện Trường",
        summary="Whose is it, where does it keep happening, is it being dealt with.",
        version=version("hientruong"),
        lifespan=lifespan,
    )
    answer_with_problems(app)
    for module in (locate, units, unit, generations, hexes, reports, health, page):
        app.include_router(module.router)
    app.mount("/assets/leaflet", StaticFiles(directory=leaflet_folder()))
    app.mount("/assets/planner", StaticFiles(directory=planner_folder()))

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        if request.url.path not in _WITH_FOREIGN_SCRIPTS:
            response.headers.update(_HEADERS)
        return response

    return app


# FastAPI's interactive documentation brings scripts of its own.
_WITH_FOREIGN_SCRIPTS = ("/docs", "/redoc")
