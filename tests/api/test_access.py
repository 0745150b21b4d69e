"""Who may call what: the table of docs/access.md holds for a real service, and no route is without a decision."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.access import MAY_CALL
from api.app import create_app
from geo.units.territory import HANOI
from geo.vocabulary import ROLES
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
VINH_TUY = "00283"


def documented() -> dict[str, set[str]]:
    """The roles of each route as the document tells them."""
    rows = re.findall(
        r"^\| ((?:GET|POST) /\S*)(?: [¹²³⁴])? \|(.*)\|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {
        route: {role for role, cell in zip(ROLES, cells.split("|"), strict=True) if cell.strip()}
        for route, cells in rows
    }


def routes() -> set[str]:
    """All that the service answers to, hidden ones too."""
    app = create_app("postgresql+psycopg://", "hanoi")
    described = {
        f"{method.upper()} {path}" for path, operations in app.openapi()["paths"].items() for method in operations
    }
    return described | {"GET /", "GET /assets/planner.js", "GET /assets/planner.css"}


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def keys(database: Database) -> dict[str, dict[str, str]]:
    keyed = {role: api_key(database.url, role, VINH_TUY if role == "officer" else None) for role in ROLES[1:]}
    return {"public": {}} | keyed


@pytest.fixture(scope="module")
def http(database: Database, keys: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    with serving(database.url) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


def test_every_route_has_a_decision_and_the_document_tells_it() -> None:
    assert routes() - MAY_CALL.keys() == set()
    assert {route: set(roles) for route, roles in MAY_CALL.items()} == documented()


def test_openapi_tells_who_may() -> None:
    operation = create_app("postgresql+psycopg://", "hanoi").openapi()["paths"]["/v1/reports"]["post"]
    assert operation["x-roles"] == ["router", "admin"]
    assert {} not in operation["security"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_what_the_document_says_and_nothing_else(http, keys, role) -> None:
    example = {
        "id": "01900000-0000-7000-8000-000000000000",
        "a": "1",
        "b": "1",
        "code": VINH_TUY,
        "h3": "884146a4c1fffff",
    }
    for route in sorted(routes()):
        method, path = route.split(" ")
        filled = path.replace("/generations/{id}", "/generations/1").format(**example)
        answer = http.request(method, filled, headers=keys[role])
        if role in documented()[route]:
            assert answer.status_code not in (401, 403), (route, answer.text)
        else:
            assert answer.status_code == (401 if role == "public" else 403), (route, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert all(each in answer.json()["detail"] for each in documented()[route])
            assert ("www-authenticate" in answer.headers) == (role == "public")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_is_told_their_own_role_and_what_it_unlocks(http, keys, role) -> None:
    told = http.get("/v1/caller", headers=keys[role])
    assert told.headers["cache-control"] == "no-store"
    caller = told.json()
    assert caller["role"] == role
    assert (caller["unit"] or {}).get("code") == (VINH_TUY if role == "officer" else None)
    assert caller["sees"]["reports"] == (http.get("/v1/reports", headers=keys[role]).status_code == 200)
    counts = http.get("/v1/hexes", params={"measure": "reporters"}, headers=keys[role])
    assert caller["sees"]["small_counts"] == (counts.status_code == 200)


def test_names_and_counts_are_for_those_who_may(http, keys) -> None:
    for role in ROLES:
        generations = http.get("/v1/generations", headers=keys[role]).json()
        assert all(("loaded_by" in each) == (role == "admin") for each in generations)
        wards = [each["id"] for each in generations if each["level"] == "ward"]
        one = http.get(f"/v1/generations/{wards[0]}", headers=keys[role])
        assert ("loaded_by" in one.json()) == (role == "admin")
        counts = http.get(f"/v1/generations/{wards[0]}/succession/{wards[1]}?reports=true", headers=keys[role])
        allowed = {"public": 401, "router": 403}.get(role, 200)
        assert counts.status_code == allowed
    tags = {http.get("/v1/generations", headers=keys[role]).headers["etag"] for role in ("public", "admin")}
    assert len(tags) == 2


def test_an_officer_sees_the_reports_of_the_own_unit_and_leaves_a_trace(http, keys, database) -> None:
    here, there = (
        http.post("/v1/reports", json={"category": "waste"} | place, headers=keys["router"]).raise_for_status()
        for place in ({"lon": 105.868664, "lat": 20.998485}, {"lon": 105.834, "lat": 21.036})
    )
    assert here.json()["unit_code"] == VINH_TUY != there.json()["unit_code"]
    shown = http.get(here.headers["location"], headers=keys["officer"])
    hidden = http.get(there.headers["location"], headers=keys["officer"])
    assert (shown.status_code, hidden.status_code) == (200, 404)
    event = {"kind": "answered", "text": "Đã thu gom"}
    assert http.post(f"{here.headers['location']}/events", json=event, headers=keys["officer"]).status_code == 201
    assert http.post(f"{there.headers['location']}/events", json=event, headers=keys["officer"]).status_code == 404
    officer = f"key:{keys['officer']['x-api-key'].split('_')[1]}"
    with database.connect() as sql:
        rows = sql.execute("SELECT caller, role, what, report_id::text FROM audit WHERE what = 'read'").fetchall()
    assert rows == [(officer, "officer", "read", here.json()["id"])] * 2


def test_whoever_is_told_of_single_reports_leaves_a_trace(http, keys, database) -> None:
    """By the list and by the search for duplicates, too; of a large answer it says how many."""
    report = {"category": "waste", "lon": 105.8401, "lat": 21.0202, "description": "Rác đổ trộm đầu ngõ 622"}
    lines = "\n".join([json.dumps(report)] * 101)
    sent = http.post(
        "/v1/reports", content=lines, headers=keys["router"] | {"content-type": "application/x-ndjson"}
    ).raise_for_status()
    ids = {json.loads(line)["report"]["id"] for line in sent.text.splitlines()}
    one, today = min(ids), HANOI.today()

    def told(path: str) -> tuple[int, list[tuple[str, str | None]]]:
        with database.connect() as sql:
            [last] = sql.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()
            status = http.get(path, headers=keys["planner"]).status_code
            entries = (
                "SELECT what, report_id::text FROM audit WHERE id > %s AND role = 'planner' AND what LIKE 'read%%'"
            )
            return status, sql.execute(entries, [last]).fetchall()

    near = "/v1/reports?near=105.8401,21.0202,5"
    status, [(what, id)] = told(f"{near}&limit=1")
    assert (status, what) == (200, "read")
    assert id in ids
    status, entries = told(f"{near}&limit=100&format=csv")
    assert len({id for _, id in entries} & ids) == len(entries) == 100
    assert told(f"{near}&limit=101") == (200, [("read 101 reports", None)])
    status, entries = told(f"/v1/duplicates?report={one}&limit=3")
    assert ("read", one) in entries
    assert len(entries) == len({id for _, id in entries} & ids) == 4
    status, entries = told(f"/v1/duplicates?from={today}&to={today}&limit=1")
    assert len({id for _, id in entries} & ids) == len(entries) == 2
    missing = "01900000-0000-7000-8000-000000000000"
    assert told(f"/v1/duplicates?report={missing}") == (404, [])


def test_a_report_that_can_not_be_traced_is_not_shown(http, keys, database) -> None:
    report = http.post(
        "/v1/reports", json={"category": "waste", "lon": 105.868664, "lat": 20.998485}, headers=keys["router"]
    )
    with database.connect() as sql:
        sql.execute("ALTER TABLE audit ADD CONSTRAINT is_full CHECK (what <> 'read') NOT VALID")
        try:
            refused = http.get(report.headers["location"], headers=keys["analyst"] | {"connection": "close"})
        finally:
            sql.execute("ALTER TABLE audit DROP CONSTRAINT is_full")
    assert refused.status_code == 500
    assert report.json()["id"] not in refused.text
    assert http.get(report.headers["location"], headers=keys["analyst"]).status_code == 200
