"""Keys, tokens and what names a reporter stay out of every log, every metric and every refusal."""

import asyncio
import logging
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from geo.store import pseudonyms
from geo.units.territory import HANOI
from tests.api.serving import api_key
from tests.conftest import Database

REPORT = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "reporter": "0912 345 678"}


@pytest.fixture
def pseudonym_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The secret of the pseudonyms, from the environment; it is read once a process, so it is read anew."""
    monkeypatch.setenv("HIENTRUONG_PSEUDONYM_KEY", "k" * 40)
    pseudonyms._key.cache_clear()
    yield "k" * 40
    pseudonyms._key.cache_clear()


def test_no_secret_reaches_a_log_a_metric_or_a_refusal(
    city_database: Database, pseudonym_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every logger tells all it can, the database's statements and their parameters included."""
    key = api_key(city_database.url)["x-api-key"]
    unknown = key[:-4] + "0000"
    for ours in ("httpx", "httpcore"):  # the client's own log
        caplog.set_level(logging.WARNING, ours)
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    caplog.set_level(logging.DEBUG)
    told: list[str] = []

    async def ask() -> None:
        app = create_app(city_database.url, HANOI.id)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://s") as http,
        ):
            headers = {"x-api-key": key}
            made = await http.post("/v1/reports", json=REPORT, headers=headers | {"idempotency-key": "once"})
            assert made.status_code == 201, made.text
            answers = (
                made,
                await http.get(made.headers["location"], headers=headers),
                await http.post("/v1/reports", json=REPORT | {"lon": "x"}, headers=headers),
                await http.post("/v1/reports", json=REPORT | {"extra": 1}, headers=headers),
                await http.get("/v1/categories", headers={"x-api-key": unknown}),
                await http.get("/v1/categories", headers={"authorization": f"Bearer {unknown}"}),
                await http.get("/nowhere", params={"api_key": key}, headers=headers),
                await http.get("/metrics"),
            )
            told.extend(answer.text + str(answer.headers) for answer in answers)

    asyncio.run(ask())
    assert "INSERT INTO idempotency_key" in caplog.text, "the statements were not logged: nothing is shown"
    for secret in (key.split("_")[2], unknown.split("_")[2], REPORT["reporter"], pseudonym_key):
        assert secret not in caplog.text
        assert not any(secret in each for each in told)
