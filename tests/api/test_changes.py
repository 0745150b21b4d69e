"""Outside systems follow the log: in pages, waiting, or by a stream that goes on where it broke off."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.identity_provider import AUDIENCE, ISSUER, providing, token
from tests.api.serving import api_key, run, serving
from tests.conftest import Database

REPORT = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "channel": "app"}
STREAM = {"accept": "text/event-stream"}
WITHIN_S = 30


@pytest.fixture
def http(city_database: Database) -> Iterator[httpx.Client]:
    with (
        serving(city_database.url) as address,
        httpx.Client(base_url=address, headers=api_key(city_database.url), trust_env=False, timeout=30) as client,
    ):
        yield client


def send(http: httpx.Client) -> str:
    return http.post("/v1/reports", json=REPORT | {"description": "bí mật", "reporter": "0900000000"}).json()["id"]


def changes(http: httpx.Client, **query: object) -> dict:
    return http.get("/v1/changes", params=query).raise_for_status().json()


def events_of(lines: Iterator[str]) -> Iterator[dict]:
    return (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


def test_changes_are_told_in_order_once_and_without_anything_personal(http):
    ids = [send(http) for _ in range(5)]
    answered = http.post(f"/v1/reports/{ids[2]}/events", json={"kind": "answered", "text": "Đã dọn sạch"})
    assert answered.status_code == 201
    pages = [changes(http, limit=4)]
    pages.append(changes(http, after=pages[0]["next"], limit=4))
    told = [each for page in pages for each in page["changes"]]
    assert [each["report"] for each in told] == [*ids, ids[2]]
    assert (told[-1]["before"], told[-1]["status"], told[-1]["kind"]) == ("waiting", "resolved", "answered")
    assert not any(
        word in json.dumps(pages, ensure_ascii=False) for word in ("bí mật", "0900000000", "Đã dọn", "reporter")
    )
    assert changes(http, after=pages[1]["next"])["changes"] == []
    assert changes(http, after=told[0]["cursor"], limit=1)["changes"] == [told[1]]


def test_many_wait_without_a_connection_each_and_one_report_wakes_them(http, city_database):
    start = changes(http)["next"]
    n = 40  # more than the pool has connections or a process worker threads to spare
    with ThreadPoolExecutor(n) as threads:
        waiting = [threads.submit(changes, http, after=start, wait=25) for _ in range(n)]
        id = send(http)
        assert [[each["report"] for each in one.result()["changes"]] for one in waiting] == [[id]] * n


def test_a_stream_goes_on_where_it_broke_off(http):
    first = send(http)
    with http.stream("GET", "/v1/changes", headers=STREAM) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = events_of(stream.iter_lines())
        seen = next(told)
        assert seen["report"] == first
        second = send(http)
        assert next(told)["report"] == second
    third = send(http)
    with http.stream("GET", "/v1/changes", headers=STREAM | {"last-event-id": seen["cursor"]}) as stream:
        told = events_of(stream.iter_lines())
        assert [next(told)["report"], next(told)["report"]] == [second, third]


def revoked(database: Database, key: dict[str, str]) -> None:
    id = key["x-api-key"].split("_")[1]
    assert run("keys", "revoke", id, DATABASE_URL=database.url).returncode == 0


def expired(database: Database, key: dict[str, str]) -> None:
    with database.connect() as sql:
        sql.execute("UPDATE api_key SET expires_at = now() WHERE id = %s", [key["x-api-key"].split("_")[1]])


def until_refused(http: httpx.Client, shown: dict[str, str]) -> None:
    until = time.monotonic() + WITHIN_S
    while http.get("/v1/changes", headers=shown).status_code != 401:
        assert time.monotonic() < until, "it opens still"


@pytest.mark.parametrize("ended", [revoked, expired])
def test_nothing_is_told_any_more_to_a_key_that_ended(http, city_database, ended):
    """Neither by a stream that is open, nor by a request that waits."""
    key = api_key(city_database.url, "analyst")
    first = send(http)
    with (
        ThreadPoolExecutor(1) as threads,
        httpx.Client(base_url=http.base_url, trust_env=False, timeout=30) as follower,
        follower.stream("GET", "/v1/changes", headers=STREAM | key) as stream,
    ):
        told = events_of(stream.iter_lines())
        seen = next(told)
        assert seen["report"] == first
        query = {"after": seen["cursor"], "wait": 25}
        waiting = threads.submit(httpx.get, f"{http.base_url}/v1/changes", params=query, headers=key, timeout=30)
        ended(city_database, key)
        until_refused(follower, key)
        send(http)
        assert list(told) == []
        assert waiting.result().status_code == 401


def test_a_stream_ends_with_its_token(city_database):
    with providing() as provider:
        trusting = {
            "HIENTRUONG_JWT_ISSUER": ISSUER,
            "HIENTRUONG_JWT_AUDIENCE": AUDIENCE,
            "HIENTRUONG_JWT_JWKS_URL": provider.url,
            "HIENTRUONG_JWT_LEEWAY_S": "0",
        }
        admin = api_key(city_database.url)
        with (
            serving(city_database.url, **trusting) as address,
            httpx.Client(base_url=address, trust_env=False, timeout=30) as http,
        ):
            first = http.post("/v1/reports", json=REPORT, headers=admin).json()["id"]
            http.get("/v1/changes", headers={"authorization": f"Bearer {token()}"}).raise_for_status()
            short = {"authorization": f"Bearer {token(exp=int(time.time()) + 5)}"}
            with http.stream("GET", "/v1/changes", headers=STREAM | short) as stream:
                told = events_of(stream.iter_lines())
                assert next(told)["report"] == first
                until_refused(http, short)
                http.post("/v1/reports", json=REPORT, headers=admin).raise_for_status()
                assert list(told) == []


@pytest.mark.parametrize("cursor", ["x", "1-2-3", "-1", "", "9" * 30, "1-"])
def test_what_is_no_cursor_is_refused(http, cursor):
    refused = http.get("/v1/changes", params={"after": cursor})
    assert (refused.status_code, refused.json()["parameter"]) == (422, "after")
