"""Outside systems follow the log: in pages, waiting, or by a stream that goes on where it broke off."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.api.serving import api_key, serving
from tests.conftest import Database

REPORT = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "channel": "app"}
STREAM = {"accept": "text/event-stream"}


@pytest.fixture
def http(city_database: Database) -> Iterator[httpx.Client]:
    with (
        serving(city_database.url) as address,
        httpx.Client(base_url=address, headers=api_key(city_database.url), trust_env=False, timeout=30) as client,
    ):
        yield client


def send(http: httpx.Client) -> str:
    return http.post("/v1/reports", json=REPORT | {"description": "bí mật", "reporter": "0900"}).json()["id"]


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
    assert not any(word in json.dumps(pages, ensure_ascii=False) for word in ("bí mật", "0900", "Đã dọn", "reporter"))
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


@pytest.mark.parametrize("cursor", ["x", "1-2-3", "-1", "", "9" * 30, "1-"])
def test_what_is_no_cursor_is_refused(http, cursor):
    refused = http.get("/v1/changes", params={"after": cursor})
    assert (refused.status_code, refused.json()["parameter"]) == (422, "after")
