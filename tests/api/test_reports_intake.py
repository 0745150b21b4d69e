"""A report is acknowledged once it is committed, once, whatever the client sends again or breaks off."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

REPORT = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "channel": "app", "description": "Rác"}
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def http(database: Database) -> Iterator[httpx.Client]:
    settings = {"headers": api_key(database.url), "trust_env": False, "timeout": 30}
    with serving(database.url) as address, httpx.Client(base_url=address, **settings) as client:
        yield client


@pytest.fixture(scope="module")
def sql(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect() as connection:
        yield connection


def count(sql: psycopg.Connection) -> int:
    return sql.execute("SELECT count(*) FROM report").fetchone()[0]


def send(http: httpx.Client, report: dict, key: str | None = None) -> httpx.Response:
    return http.post("/v1/reports", json=report, headers={} if key is None else {"idempotency-key": key})


def test_an_acknowledged_report_is_where_the_answer_says(http, sql):
    answer = send(http, REPORT | {"media": ["https://example.org/a.jpg"], "description": "e\u0302\u0301\tx"})
    assert answer.status_code == 201
    told = http.get(answer.headers["location"]).json()
    assert answer.json().items() <= told.items()
    assert (told["description"], told["media"], told["lon"]) == ("ế\tx", ["https://example.org/a.jpg"], 105.868664)
    row = sql.execute(
        "SELECT ST_SRID(geom), ST_X(geom), ST_Y(geom), r.status, e.kind, e.before, e.status FROM report r"
        " JOIN report_event e ON e.report_id = r.id WHERE r.id = %s",
        [told["id"]],
    ).fetchall()
    assert row == [(4326, 105.868664, 20.998485, "waiting", "received", None, "waiting")]


def test_the_same_key_answers_the_same_and_another_body_is_refused(http, sql):
    first = send(http, REPORT, "key-1")
    before = count(sql)
    again = send(http, REPORT, "key-1")
    other = send(http, REPORT | {"description": "khác"}, "key-1")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    assert "idempotency-replayed" in again.headers
    assert "another body" in other.json()["detail"]
    assert count(sql) == before


def test_a_key_that_is_being_worked_on_is_a_conflict_until_it_is_answered(http, sql, database):
    """The first request waits for a row that another transaction holds; the second one comes meanwhile."""
    report = REPORT | {"external_id": "held"}
    with database.connect() as holder, ThreadPoolExecutor(1) as threads:
        holder.autocommit = False
        holder.execute(
            "INSERT INTO external_reference (territory_id, channel, external_id, report_id, reported_at)"
            " VALUES ('hanoi', 'app', 'held', gen_random_uuid(), now())",
        )
        first = threads.submit(send, http, report, "key-2")
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while not sql.execute(waiting).fetchone()[0]:
            pass
        meanwhile = send(http, report, "key-2")
        holder.rollback()
        answered = first.result()
    assert (meanwhile.status_code, meanwhile.headers["retry-after"]) == (409, "1")
    assert answered.status_code == 201
    assert send(http, report, "key-2").content == answered.content


def test_a_refused_report_leaves_its_key_free(http):
    assert send(http, REPORT | {"category": "zoo"}, "key-3").status_code == 422
    assert send(http, REPORT, "key-3").status_code == 201


def test_a_key_is_kept_for_a_week(http, sql):
    first = send(http, REPORT, "key-4").json()["id"]
    sql.execute("UPDATE idempotency_key SET created_at = now() - interval '169 hours' WHERE key = 'key-4'")
    assert send(http, REPORT, "key-4").json()["id"] != first


def test_a_moved_or_answered_report_is_acknowledged_as_when_it_came(http):
    report = REPORT | {"external_id": "again"}
    first = send(http, report)
    http.post(f"{first.headers['location']}/events", json={"kind": "answered", "text": "Đã dọn"}).raise_for_status()
    again = send(http, report)
    assert (again.status_code, again.json()) == (201, first.json())


def test_the_reporter_is_kept_as_a_pseudonym_only(http, sql):
    ids = [send(http, REPORT | {"reporter": who}).json()["id"] for who in ("0900 000 000", " 0900 000 000", "khác")]
    rows = [sql.execute("SELECT reporter FROM report WHERE id = %s", [id]).fetchone()[0] for id in ids]
    assert rows[0] == rows[1] != rows[2]
    assert len(rows[0]) == 16
    [whole] = sql.execute("SELECT row_to_json(r)::text FROM report r WHERE id = %s", [ids[0]]).fetchone()
    assert "0900000000" not in whole.replace(" ", "")


def test_a_blank_reporter_is_nobody(http, sql):
    id = send(http, REPORT | {"reporter": " \u00a0"}).json()["id"]
    assert sql.execute("SELECT reporter FROM report WHERE id = %s", [id]).fetchone() == (None,)


def test_an_id_that_is_typed_in_two_ways_is_one_report(http, sql):
    first = send(http, REPORT | {"external_id": "e\u0301x"})
    before = count(sql)
    again = send(http, REPORT | {"external_id": "\u00e9x"})
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 201, first.json()["id"])
    assert count(sql) == before
    batch = http.post("/v1/reports", content=json.dumps(REPORT | {"external_id": "e\u0301x"}), headers=NDJSON)
    assert json.loads(batch.text)["report"] == first.json()
    blank = send(http, REPORT | {"external_id": "  "})
    assert (blank.status_code, blank.json()["pointer"]) == (422, "#/external_id")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"media": ["http://example.org/a.jpg"]}, "no https"),
        ({"media": ["https://me:secret@example.org/a.jpg"]}, "user or a password"),
        ({"media": ["https://example.org/a b"]}, "percent-encode"),
        ({"media": ["https:///a.jpg"]}, "no https"),
        ({"media": ["javascript:alert(1)"]}, "no https"),
        ({"media": [f"https://example.org/{i}" for i in range(11)]}, "more than the 10"),
        ({"media": ["https://example.org/" + "x" * 2000]}, "more than the 2000"),
    ],
)
def test_links_are_https_few_short_and_without_passwords(http, sql, change, words):
    before = count(sql)
    refused = send(http, REPORT | change)
    assert (refused.status_code, refused.json()["pointer"]) == (422, "#/media")
    assert words in refused.json()["detail"]
    assert count(sql) == before


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused_with_those_that_are_taken(http, kind):
    refused = http.post("/v1/reports", content=b"{}", headers={} if kind is None else {"content-type": kind})
    assert refused.status_code == 415
    assert "application/json or application/x-ndjson" in refused.json()["detail"]


def test_a_batch_is_answered_line_by_line_and_again_the_same(http, sql):
    good = [REPORT | {"external_id": f"line-{i}"} for i in range(3)]
    lines = [
        good[0],
        REPORT | {"lat": 91, "external_id": "north"},
        good[1],
        good[0],
        {"category": "waste"},
        good[2],
        REPORT | {"category": "zoo", "external_id": "line-2"},
    ]
    texts = [json.dumps(line) for line in lines]
    texts[4:4] = ["{", ""]
    before = count(sql)
    answers = [http.post("/v1/reports", content="\n".join(texts), headers=NDJSON) for _ in range(2)]
    first, again = ([json.loads(line) for line in answer.text.splitlines()] for answer in answers)
    assert [(each["line"], each["status"]) for each in first] == [
        (1, 201), (2, 422), (3, 201), (4, 201), (5, 422), (7, 422), (8, 201), (9, 201),
    ]  # fmt: skip
    assert [each["pointer"] for each in first if each["status"] == 422] == ["#/lat", "#", "#/lon"]
    assert first == again
    assert first[0]["report"] == first[3]["report"]
    assert first[6]["report"] == first[7]["report"]  # what has its id was taken, so it is known and not refused
    assert count(sql) == before + 3


def test_a_batch_has_no_key_as_each_of_its_reports_has_an_id(http, sql):
    before = count(sql)
    line = json.dumps(REPORT | {"external_id": "keyed"})
    refused = http.post("/v1/reports", content=line, headers=NDJSON | {"idempotency-key": "batch"})
    assert refused.status_code == 422
    assert "external_id" in refused.json()["detail"]
    assert count(sql) == before


def test_batches_and_bodies_have_limits(http, sql):
    before = count(sql)
    line = json.dumps(REPORT) + "\n"
    assert http.post("/v1/reports", content=line * 10_001, headers=NDJSON).status_code == 413
    assert send(http, REPORT | {"description": "x" * 70_000}).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1_000_000

    assert http.post("/v1/reports", content=endless(), headers=NDJSON).status_code == 413
    assert count(sql) == before


def test_months_are_made_before_they_begin(http, sql):
    """The service does it when it starts, and again whenever a day begins."""
    month = "SELECT to_char(date_trunc('month', now()) + %s * interval '1 month', '\"report_\"YYYY_MM')"
    months = [sql.execute(month, [ahead]).fetchone()[0] for ahead in range(3)]
    there = "SELECT count(*) FROM pg_tables WHERE schemaname = 'report_months' AND tablename = ANY(%s)"
    patience = time.monotonic() + 30
    while (made := sql.execute(there, [months]).fetchone()) != (3,) and time.monotonic() < patience:
        http.get("/livez").raise_for_status()
    assert made == (3,), f"of {months} there are {made}"


def test_a_month_that_is_not_there_is_made(http, sql):
    answer = send(http, REPORT | {"reported_at": "2024-02-29T12:00:00+07:00"})
    assert answer.status_code == 201
    found = sql.execute("SELECT tableoid::regclass::text FROM report WHERE id = %s", [answer.json()["id"]]).fetchone()
    assert found == ("report_months.report_2024_02",)
    keyed = send(http, REPORT | {"reported_at": "2024-03-15T12:00:00+07:00"}, "march")
    assert send(http, REPORT | {"reported_at": "2024-03-15T12:00:00+07:00"}, "march").content == keyed.content
