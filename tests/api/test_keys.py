"""A key is shown once, known at once, kept as a hash, and opens nothing once it is revoked or expired."""

import asyncio
import json
import re
import stat
import time
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from api.first_key import FILE
from api.keyring import Keyring
from geo.keys import new_key
from geo.store.keys import read_keys
from geo.units.territory import HANOI
from tests.api.serving import api_key, run, serving, started
from tests.conftest import Database, cloned

CLOSED = "/v1/changes"
_WITHIN_S = 10


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def http(database: Database) -> Iterator[httpx.Client]:
    with serving(database.url) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def becomes(http: httpx.Client, key: dict[str, str], status: int) -> bool:
    """Ask until the answer has this status."""
    until = time.monotonic() + _WITHIN_S
    while time.monotonic() < until:
        if http.get(CLOSED, headers=key).status_code == status:
            return True
    return False


def test_a_key_made_by_the_command_opens_a_running_service_until_it_is_revoked(http, database) -> None:
    made = run("keys", "create", "--role", "analyst", "--name", "quý 1", DATABASE_URL=database.url)
    text = made.stdout.strip()
    assert re.fullmatch(r"ht_[0-9a-f]{10}_[0-9a-f]{64}", text)
    assert text not in made.stderr
    id, secret = text.split("_")[1:]
    assert becomes(http, {"x-api-key": text}, 200)
    assert http.get(CLOSED, headers={"authorization": f"Bearer {text}"}).status_code == 200
    listed = run("keys", "list", "--json", DATABASE_URL=database.url).stdout
    assert secret not in listed
    [told] = [key for key in json.loads(listed) if key["id"] == id]
    assert (told["role"], told["name"], told["revoked_at"]) == ("analyst", "quý 1", "")
    assert secret not in run("keys", "list", DATABASE_URL=database.url).stdout

    assert run("keys", "revoke", id, DATABASE_URL=database.url).returncode == 0
    assert becomes(http, {"x-api-key": text}, 401)
    refused = http.get("/v1/units", headers={"x-api-key": text})  # also where no key is needed
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    again = run("keys", "revoke", id, DATABASE_URL=database.url)
    assert (again.returncode, "already" in again.stderr) == (1, True)


def test_the_database_holds_no_secret_and_the_trail_tells_what_was_done(http, database) -> None:
    key = api_key(database.url, "planner")["x-api-key"]
    _, id, secret = key.split("_")
    assert becomes(http, {"x-api-key": key}, 403)
    with database.connect() as sql:
        [(whole,)] = sql.execute("SELECT row_to_json(k)::text FROM api_key k WHERE id = %s", [id]).fetchall()
        assert secret not in whole
        until = time.monotonic() + _WITHIN_S  # the first use of a day is written aside
        while time.monotonic() < until:
            done = sql.execute("SELECT caller, what FROM audit WHERE what LIKE %s OR caller = %s ORDER BY id",
                               [f"%{id}%", f"key:{id}"]).fetchall()  # fmt: skip
            if len(done) == 2:
                break
        assert done == [("tests", f"made key:{id} for planner"), (f"key:{id}", "used on this day")]
        [(used,)] = sql.execute(
            "SELECT last_used_on = (now() AT TIME ZONE 'UTC')::date FROM api_key WHERE id = %s", [id]
        )
        assert used
        for change in ("UPDATE audit SET what = ''", "DELETE FROM audit", "TRUNCATE audit"):
            with pytest.raises(Exception, match="append-only"):
                sql.execute(change)


def test_a_key_opens_a_running_service_at_once_even_if_nobody_told_it(http, database) -> None:
    with database.connect() as sql:
        sql.execute("ALTER TABLE api_key DISABLE TRIGGER USER")
        key = api_key(database.url, "analyst")
        sql.execute("ALTER TABLE api_key ENABLE TRIGGER USER")
    assert http.get(CLOSED, headers=key).status_code == 200


def test_guessing_keys_asks_the_database_once_a_second_and_for_each_only_once(database) -> None:
    asked: list[float] = []

    def ask(question):
        if question.func is read_keys:
            asked.append(time.monotonic())
        with database.transaction() as connection:
            return question(connection)

    async def guess() -> None:
        keyring = Keyring(ask, HANOI.id)
        guesses = [new_key().text for _ in range(500)]
        for _ in range(3):
            callers = await asyncio.gather(*map(keyring.newest_caller, guesses))
            assert callers == [None] * len(guesses)
        assert len(asked) <= 3  # once at the start, once for the first guess, once for those that came meanwhile
        made = api_key(database.url)["x-api-key"]
        callers = await asyncio.gather(*map(keyring.newest_caller, [new_key().text, made, new_key().text]))
        assert [caller and caller.role for caller in callers] == [None, "admin", None]
        keyring.close()

    asyncio.run(guess())
    assert all(later - earlier > 0.9 for earlier, later in pairwise(asked[1:]))


def test_an_expired_key_opens_nothing(http, database) -> None:
    key = api_key(database.url, "analyst")
    assert becomes(http, key, 200)
    with database.connect() as sql:
        sql.execute("UPDATE api_key SET expires_at = now() WHERE id = %s", [key["x-api-key"].split("_")[1]])
    assert becomes(http, key, 401)


def test_a_wrong_secret_two_keys_or_another_scheme_open_nothing(http, database) -> None:
    key = api_key(database.url, "analyst")
    assert becomes(http, key, 200)
    text = key["x-api-key"]
    for headers in (
        {"x-api-key": text[:-1] + ("0" if text[-1] != "0" else "1")},
        {"x-api-key": text.upper()},
        {"x-api-key": ""},
        {"x-api-key": text, "authorization": f"Bearer {text}"},
        {"authorization": f"Basic {text}"},
        {"authorization": text},
        {"x-api-key": "\xff"},
    ):
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        assert http.get("/v1/categories", headers=raw).status_code == 401, headers


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--role", "king"], "choose router"),
        (["--role", "public"], "choose router"),
        (["--role", "officer"], "needs a unit"),
        (["--role", "officer", "--unit", "99999"], "no unit of today"),
        (["--role", "router", "--unit", "00283"], "every other role has none"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_in_one_line(database, arguments, words) -> None:
    refused = run("keys", "create", *arguments, DATABASE_URL=database.url)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert words in refused.stderr.splitlines()[-1]


def test_who_starts_the_service_gets_a_key_that_no_log_tells(server_folder, city_database) -> None:
    settings = {"HIENTRUONG_DATA_DIR": str(server_folder / "data"), "DATABASE_URL": city_database.url}
    path = server_folder / "data" / FILE
    with started("up", **settings) as running:
        key = path.read_text().strip()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        headers = {"x-api-key": key}
        report = {"category": "waste", "lon": 105.868664, "lat": 20.998485}
        assert httpx.post(f"{running.address}/v1/reports", json=report, headers=headers).status_code == 201
        assert key not in "".join(running.told)
        running.stop()
    with city_database.connect() as sql:
        sql.execute("UPDATE api_key SET revoked_at = now()")
    with started("up", **settings) as running:  # what was revoked stays revoked
        assert path.read_text().strip() == key
        assert httpx.get(f"{running.address}{CLOSED}", headers=headers).status_code == 401
        running.stop()
