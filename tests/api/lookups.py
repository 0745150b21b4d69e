"""The application in this process over boundaries in memory, asked by ASGI."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import numpy as np
import orjson
import pyarrow as pa
from fastapi import FastAPI

from api.app import create_app
from api.gate import Limits
from api.identity import Identities
from api.keyring import Keyring
from api.lookups.direct import DirectLookups
from api.settings import ServiceSettings
from geo.location.locator import Locator
from geo.lookup.dispatch import Dispatch, known_to_rules, territory_calendar
from geo.responsibility.rules import default_rules
from geo.units.jurisdiction import Jurisdiction, Layer
from geo.units.territory import CATEGORIES, HANOI, Generation, Unit
from tests.geo.coverages import Coverage

JSON, LINES, ARROW, RAW = (
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.arrow.stream",
    "application/octet-stream",
)


@dataclass(frozen=True)
class InMemory:
    """What a service holds for lookups."""

    dispatch: Dispatch


def dispatch_over(coverage: Coverage) -> Dispatch:
    """Make a dispatch whose wards are a coverage, in force since 2025-07-01."""
    locator = Locator.build(coverage.codes, coverage.polygons)
    units = tuple(
        Unit(100 + n, "ward", code, "Phường", f"Phường {code}", f"{code} Ward") for n, code in enumerate(locator.codes)
    )
    since, now = dt.date(2025, 7, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    generation = Generation(
        7, HANOI.id, "ward", since, None, "active", False, "a test", "none", "0", len(units), "", now
    )
    jurisdiction = Jurisdiction(HANOI, (Layer(generation, locator, units, ((since, ((),) * len(units)),)),))
    rules = default_rules(known_to_rules(jurisdiction, CATEGORIES), territory_calendar(HANOI))
    return Dispatch(jurisdiction, CATEGORIES, rules)


def application(dispatch: Dispatch) -> FastAPI:
    """Make the application over boundaries that are in memory already; no database is asked for a lookup."""
    app = create_app("postgresql://", HANOI.id)
    app.state.service = InMemory(dispatch)
    app.state.identities = Identities(Keyring(lambda _question: [], HANOI.id), None)
    return app


def ask(app: FastAPI, method: str, path: str, **options: object) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(asked())


def ask_each(app: FastAPI, path: str, queries: list[dict[str, object]]) -> list[object]:
    """Ask one question after the other, and give what the answers say."""

    async def asked() -> list[object]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return [(await client.get(path, params=query)).json() for query in queries]

    return asyncio.run(asked())


def ask_each_directly(app: FastAPI, queries: list[dict[str, object]]) -> list[object]:
    """Ask one question after the other where requests are read, and give what the answers say."""
    app.state.limits = Limits(ServiceSettings(rate_public=0))
    lookups = DirectLookups(app.state, app.state.limits, ())
    answers = [lookups.answer(urlencode(query).encode(), (), ("127.0.0.1", 1), ()) for query in queries]
    return [orjson.loads(answer.partition(b"\r\n\r\n")[2]) for answer in answers if answer]


def post(app: FastAPI, content: bytes, media_type: str, query: str = "", **headers: str) -> httpx.Response:
    return ask(app, "POST", f"/v1/locate{query}", content=content, headers={"content-type": media_type, **headers})


def as_arrow(columns: dict[str, object]) -> bytes:
    batch = pa.record_batch(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue().to_pybytes()


def from_arrow(content: bytes) -> pa.Table:
    with pa.ipc.open_stream(content) as stream:
        return stream.read_all()


def as_raw(lon: np.ndarray, lat: np.ndarray) -> bytes:
    return np.column_stack([lon, lat]).astype("<f8").tobytes()
