"""The HTTP application: one process, one immutable dispatch in memory, one engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from api.access import Allowed, with_roles
from api.compression import Compressed
from api.front import Front
from api.gate import Gate, Limits
from api.headers import SecurityHeaders, security_headers
from api.identity import Identities
from api.lookups.direct import DirectLookups
from api.lookups.documented import with_lookups
from api.open311.app import create_endpoint
from api.open311.discovery import PREFIX as OPEN311
from api.problems import answer_with_problems
from api.residents import configured_residents
from api.routes import (
    backtest,
    caller,
    changes,
    duplicates,
    generations,
    health,
    hex,
    hexes,
    hotspots,
    metrics,
    page,
    ranking,
    report,
    report_list,
    reports,
    series,
    unit,
    units,
)
from api.service import Service
from api.settings import ServiceSettings
from api.token_settings import configured_tokens
from api.traffic import Counted, Traffic
from geo.store.settings import database_settings, read_settings
from maps.assets import leaflet_folder, planner_folder


class Application(FastAPI):
    """FastAPI with `/v1/locate` in its documentation, and with the headers on every answer, failures included."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the gate and the headers around everything, also around what answers when all else failed."""
        answering = Front(Compressed(super().build_middleware_stack()), self.exception_handlers)
        return SecurityHeaders(Counted(Gate(answering, self.state.limits), self.state.traffic), self.state.headers)

    def openapi(self) -> dict[str, Any]:
        """Describe the service: lookups included, and who may call what."""
        return with_roles(with_lookups(super().openapi()))


def create_app(url: str, territory: str) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of a migrated database with boundaries in it.
    territory : str
        Id of the territory to serve.
    """
    tokens, residents = configured_tokens(), configured_residents(url, territory)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        app.state.service = Service(url, territory, read_url=database_settings().read_url)
        app.state.identities = Identities(app.state.service.keyring, tokens)
        yield {"lookups": DirectLookups(app.state, app.state.limits, app.state.headers)}
        app.state.service.close()

    app = Application(
        title="Hiện Trường",
        summary="Whose is it, where does it keep happening, is it being dealt with.",
        version=version("hientruong"),
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        dependencies=[Allowed],
    )
    settings = read_settings(ServiceSettings)
    app.state.traffic, app.state.residents = Traffic(), residents
    app.state.limits, app.state.headers = Limits(settings), security_headers(settings.basemap)
    answer_with_problems(app)
    for module in (
        units,
        unit,
        generations,
        caller,
        hex,
        hexes,
        hotspots,
        backtest,
        series,
        ranking,
        reports,
        report_list,
        report,
        duplicates,
        changes,
        health,
        metrics,
        page,
    ):
        app.include_router(module.router)
    app.mount(OPEN311, create_endpoint(app.state))
    app.mount("/assets/leaflet", StaticFiles(directory=leaflet_folder()))
    app.mount("/assets/planner", StaticFiles(directory=planner_folder()))

    return app
