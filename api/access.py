"""Who may call what: one table of routes and roles. What it does not name, only an admin may call."""

from typing import Any

from fastapi import Depends, Request

from api.caller import Calling, require
from geo.access import SEES_REPORTS
from geo.vocabulary import ROLES

EVERYBODY = ROLES
_SENDS = ("router", "admin")
_HANDLES = ("router", "officer", "admin")

MAY_CALL: dict[str, tuple[str, ...]] = {
    # The page, and how the service is.
    "GET /": EVERYBODY,
    "GET /assets/planner.js": EVERYBODY,
    "GET /assets/planner.css": EVERYBODY,
    "GET /livez": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /metrics": EVERYBODY,
    # Lookups stand before the application and pass no check: whose is it may be asked by all.
    "GET /v1/locate": EVERYBODY,
    "POST /v1/locate": EVERYBODY,
    # Whose is it: facts about places, nothing about people.
    "GET /v1/units": EVERYBODY,
    "GET /v1/units/{code}": EVERYBODY,
    "GET /v1/units/{code}/history": EVERYBODY,
    "GET /v1/generations": EVERYBODY,
    "GET /v1/generations/{id}": EVERYBODY,
    "GET /v1/generations/{a}/succession/{b}": EVERYBODY,  # counts of reports: SEES_SMALL_COUNTS
    "GET /v1/categories": EVERYBODY,
    "GET /v1/extent": EVERYBODY,
    # Who asks: their own role and unit.
    "GET /v1/caller": EVERYBODY,
    # Aggregates: the public and routers are not told counts of a few people (geo.access.SEES_SMALL_COUNTS).
    "GET /v1/hexes": EVERYBODY,
    "GET /v1/hexes/{h3}": EVERYBODY,
    "GET /v1/hotspots": EVERYBODY,
    "GET /v1/series": EVERYBODY,
    "GET /v1/backtest": EVERYBODY,
    "GET /v1/wards/ranking": EVERYBODY,
    # Single reports: an officer sees the own unit's, by row-level security.
    "POST /v1/reports": _SENDS,
    "GET /v1/reports": SEES_REPORTS,
    "GET /v1/reports/{id}": SEES_REPORTS,
    "GET /v1/reports/{id}/events": SEES_REPORTS,
    "POST /v1/reports/{id}/events": _HANDLES,  # which event: geo.reports.lifecycle
    "GET /v1/duplicates": SEES_REPORTS,
    "GET /v1/changes": ("router", "analyst", "admin"),
}


def roles_for(method: str, path: str) -> tuple[str, ...]:
    """Name who may call a route.

    Examples
    --------
    >>> roles_for("POST", "/v1/reports")
    ('router', 'admin')
    >>> roles_for("DELETE", "/v1/reports")
    ('admin',)
    """
    return MAY_CALL.get(f"{'GET' if method == 'HEAD' else method} {path}", ("admin",))


async def _check(request: Request, caller: Calling) -> None:
    path: str = request.scope["route"].path
    require(caller, roles_for(request.method, path), f"{request.method} {path}")


Allowed = Depends(_check)
"""A dependency of all routes."""


def with_roles(described: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI description who may call what, and how one shows who one is."""
    described.setdefault("components", {})["securitySchemes"] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "bearer": {"type": "http", "scheme": "bearer", "description": "a key, or a token of the identity provider"},
    }
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            roles = roles_for(method.upper(), path)
            needless: list[dict[str, Any]] = [{}] if "public" in roles else []
            operation |= {"security": [*needless, {"key": []}, {"bearer": []}], "x-roles": list(roles)}
    return described
