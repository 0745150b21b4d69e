"""One report is answered before FastAPI, which answers batches: both with the same headers, problems and counts."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.api.serving import api_key, serving
from tests.conftest import Database

REPORT = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "channel": "app"}
SENT, KEY = {"external_id": "sent before"}, {"idempotency-key": "sent before"}
EVERY_ANSWER = ["content-security-policy", "x-content-type-options", "referrer-policy"]
LIMITED = ["ratelimit-policy", "ratelimit"]
PROBLEM = ["content-length", "content-type", *LIMITED, *EVERY_ANSWER]
TAKEN = ["location", "link", *PROBLEM]
AGAIN = ["location", "link", "idempotency-replayed", *PROBLEM]


@pytest.fixture(scope="module")
def keys(bare: Database) -> dict[str, dict[str, str]]:
    return {role: api_key(bare.url, role) for role in ("router", "planner")} | {"public": {}}


@pytest.fixture(scope="module")
def http(bare_address: str, keys: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bare_address, trust_env=False, timeout=30) as client:
        client.post("/v1/reports", json=REPORT | SENT, headers=keys["router"] | KEY).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def sql(bare: Database) -> Iterator[psycopg.Connection]:
    with bare.connect() as connection:
        yield connection


def told(answer: httpx.Response) -> list[str]:
    """Name an answer's headers, in order, but for the server's own."""
    return [name for name in answer.headers if name not in ("date", "server")]


@pytest.mark.parametrize(
    ("role", "change", "headers", "status", "names"),
    [
        ("router", {}, {}, 201, TAKEN),
        ("router", {"external_id": "new"}, {"idempotency-key": "new"}, 201, TAKEN),
        ("router", SENT, {}, 201, AGAIN),
        ("router", SENT, KEY, 201, AGAIN),
        ("router", {}, KEY, 422, PROBLEM),
        ("router", {"category": "zoo"}, {}, 422, PROBLEM),
        ("router", {"description": 5}, {}, 422, PROBLEM),
        ("router", {"description": "x" * 70_000}, {}, 413, PROBLEM),
        ("router", {}, {"content-type": "text/plain"}, 415, ["accept-post", *PROBLEM]),
        ("router", {}, {"idempotency-key": "x" * 201}, 422, PROBLEM),
        ("router", {}, {"idempotency-key": ""}, 422, PROBLEM),
        ("planner", {"category": "zoo"}, {}, 403, PROBLEM),
        ("public", {}, {}, 401, ["www-authenticate", "content-length", "content-type", *EVERY_ANSWER]),
    ],
)
def test_each_answer_has_the_headers_that_it_should(http, keys, role, change, headers, status, names):
    answer = http.post("/v1/reports", json=REPORT | change, headers=keys[role] | headers)
    assert answer.status_code == status
    assert sorted(told(answer)) == sorted(names)
    kind = "application/json" if status == 201 else "application/problem+json"
    assert answer.headers["content-type"] == kind


def test_what_is_refused_by_its_head_is_told_as_of_a_batch(http, keys):
    """Of which FastAPI tells it."""
    for role in ("planner", "public"):
        one = http.post("/v1/reports", json=REPORT, headers=keys[role])
        batch = http.post("/v1/reports", json=REPORT, headers=keys[role] | {"content-type": "application/x-ndjson"})
        assert (one.status_code, one.content) == (batch.status_code, batch.content)
        assert [*one.headers] == [*batch.headers]


def test_a_failure_that_nobody_expected_is_a_problem_and_the_next_report_is_taken(http, bare_address, keys, sql):
    """On another connection: uvicorn ends the one on which something failed."""
    sql.execute("ALTER TABLE report_event RENAME COLUMN actor TO acting")
    failed = httpx.post(f"{bare_address}/v1/reports", json=REPORT, headers=keys["router"], trust_env=False)
    sql.execute("ALTER TABLE report_event RENAME COLUMN acting TO actor")
    assert (failed.status_code, sorted(told(failed))) == (500, sorted(PROBLEM))
    assert "column" not in failed.text
    assert http.post("/v1/reports", json=REPORT, headers=keys["router"]).status_code == 201


def test_a_key_that_many_send_at_once_is_taken_once(http, keys, sql):
    before = sql.execute("SELECT count(*) FROM report").fetchone()[0]
    with ThreadPoolExecutor(16) as senders:
        for key in ("a", "b", "c", "d"):
            headers = keys["router"] | {"idempotency-key": f"many-{key}"}
            sent = [senders.submit(http.post, "/v1/reports", json=REPORT, headers=headers) for _ in range(16)]
            answers = [each.result() for each in sent]
            statuses = Counter(answer.status_code for answer in answers)
            assert statuses.keys() <= {201, 409}
            assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
            new = [answer for answer in answers if "location" in answer.headers]
            assert sum("idempotency-replayed" not in answer.headers for answer in new) == 1
    assert sql.execute("SELECT count(*) FROM report").fetchone()[0] == before + 4


def test_too_many_are_refused_before_they_are_read(bare: Database) -> None:
    key = api_key(bare.url, "router")
    with serving(bare.url, HIENTRUONG_RATE_KEY="2") as address:
        bodies = [REPORT, {}, REPORT, {}]
        answers = [httpx.post(f"{address}/v1/reports", json=each, headers=key, trust_env=False) for each in bodies]
    assert [answer.status_code for answer in answers] == [201, 422, 429, 429]
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
        '"key";r=1', '"key";r=0', '"key";r=0', '"key";r=0',
    ]  # fmt: skip
