"""What was taken once is answered the same for good, also when it could not be taken any more."""

import json
import time
from collections.abc import Callable

import httpx

from tests.api.serving import api_key, run, serving
from tests.conftest import Database

OLD = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "channel": "app", "reported_at": "2025-03-01T08:00Z"}
OLD_ADDRESS = {"service_code": "waste", "address_string": "96 Võ Thị Sáu, phường Thanh Nhàn, quận Hai Bà Trưng"}
WITHIN_S = 30


def retire_the_wards_of_march_2025(database: Database) -> None:
    with database.connect() as sql:
        [(id,)] = sql.execute("SELECT id FROM generation WHERE level = 'ward' AND valid_to IS NOT NULL").fetchall()
    retired = run("boundaries", "retire", id, "--commit", DATABASE_URL=database.url)
    assert retired.returncode == 0, retired.stderr


def count(database: Database) -> int:
    with database.connect() as sql:
        return sql.execute("SELECT count(*) FROM report").fetchone()[0]


def told(answer: httpx.Response) -> list[dict]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_retry_after_boundaries_were_retired_is_answered_as_the_first_time(city_database: Database) -> None:
    """By its key, by its external id, as a line of a batch, and as a form of Open311; what is new is refused."""
    lines = "\n".join(json.dumps(OLD | {"external_id": f"line-{i}"}) for i in range(3))
    doors: dict[str, Callable[[httpx.Client], httpx.Response]] = {
        "key": lambda http: http.post("/v1/reports", json=OLD, headers={"idempotency-key": "k"}),
        "external id": lambda http: http.post("/v1/reports", json=OLD | {"external_id": "x"}),
        "batch": lambda http: http.post("/v1/reports", content=lines, headers={"content-type": "application/x-ndjson"}),
        "open311": lambda http: http.post(
            "/open311/v2/requests.json", data=OLD_ADDRESS, headers={"idempotency-key": "form"}
        ),
    }
    with (
        serving(city_database.url) as address,
        httpx.Client(base_url=address, headers=api_key(city_database.url), trust_env=False, timeout=60) as http,
    ):
        first = {name: send(http) for name, send in doors.items()}
        assert [answer.status_code for answer in first.values()] == [201, 201, 200, 200]
        taken = count(city_database)
        retire_the_wards_of_march_2025(city_database)
        until = time.monotonic() + WITHIN_S
        while http.post("/v1/reports", json=OLD | {"reported_at": "2025-03-02T08:00Z"}).status_code == 201:
            taken += 1
            assert time.monotonic() < until, "the service goes on with the boundaries that were retired"

        again = {name: send(http) for name, send in doors.items()}
        assert {name: told(answer) for name, answer in again.items()} == {
            name: told(answer) for name, answer in first.items()
        }
        assert [again[name].status_code for name in doors] == [201, 201, 200, 200]
        assert {again[name].headers["idempotency-replayed"] for name in ("key", "external id")} == {"true"}
        assert [line["status"] for line in told(again["batch"])] == [201] * 3

        for other in ({"idempotency-key": "k-2"}, {}):
            refused = http.post("/v1/reports", json=OLD, headers=other)
            assert (refused.status_code, refused.json()["pointer"]) == (422, "#/reported_at")
        unknown = OLD | {"external_id": "y", "channel": "fax\x00"}
        assert http.post("/v1/reports", json=unknown).json()["pointer"] == "#/channel"
        assert http.post("/v1/reports", json=OLD | {"external_id": "y\x00"}).status_code == 422
        new_form = http.post("/open311/v2/requests.json", data=OLD_ADDRESS, headers={"idempotency-key": "form-2"})
        assert new_form.status_code == 400
        assert count(city_database) == taken
