"""Which service requests are told, to whom, in which order, how many at once: compared with the rows by brute force."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import numpy as np
import pyproj
import pytest

from geo.columns import column
from geo.lookup.dispatch import Dispatch
from geo.reports.course import arrived
from geo.reports.intake import Submitted, admit
from geo.store.reports import add_reports
from geo.units.territory import HANOI
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
N = 1400
CENTRE = (105.85, 21.02)


@dataclass(frozen=True)
class City:
    """A service with reports, and the keys of those who ask."""

    http: httpx.Client
    rows: list[dict]
    router: str
    officer: str

    def ask(self, key: str | None = None, **query: object) -> httpx.Response:
        keyed = {} if key is None else {"api_key": key}
        return self.http.get("/open311/v2/requests.json", params=keyed | query)

    def ids(self, **query: object) -> list[str]:
        answer = self.ask(self.router, **query)
        assert answer.status_code == 200, answer.text
        return [each["service_request_id"] for each in answer.json()]


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def open311(database: Database, dispatch: Dispatch) -> Iterator[City]:
    """1,400 reports of the last 110 days, some of them answered, merged or of the same moment."""
    random = np.random.default_rng(311)
    moments = np.datetime64(NOW.replace(tzinfo=None), "ms") - np.sort(random.integers(60, 110 * 86400, N)).astype(
        "m8[s]"
    )
    moments[10:14] = moments[10]
    given = Submitted(
        category=column(random.choice(["waste", "parking", "fire_risk"], N).tolist()),
        lon=random.normal(CENTRE[0], 0.01, N),
        lat=random.normal(CENTRE[1], 0.01, N),
        accuracy_m=np.full(N, np.nan),
        reported_at=moments,
        channel=column(["app"] * N),
        external_id=column([None] * N),
        description=column([f"phản ánh {i}" for i in range(N)]),
        reporter=column([None] * N),
        media=column([("https://example.org/a.jpg",)] * N),
    )
    admitted, _, problems = admit(given, dispatch, moments, random)
    assert not problems
    with database.transaction() as connection:
        add_reports(connection, HANOI.id, admitted, *arrived(admitted))
    with database.connect() as sql:
        sql.execute(
            "UPDATE report SET status = 'resolved', updated_at = reported_at + interval '5 days', answered_at ="
            " reported_at + interval '1 day' WHERE get_byte(uuid_send(id), 15) < 100"
        )
        sql.execute(
            "UPDATE report SET duplicate_of = gen_random_uuid(), updated_at = reported_at + interval '3 days',"
            " closed_at = reported_at + interval '3 days' WHERE get_byte(uuid_send(id), 15) > 250"
        )
        sql.execute("VACUUM ANALYZE report")
        query = (
            "SELECT r.id::text, reported_at, updated_at, answered_at, closed_at, category, status, duplicate_of,"
            " ST_X(geom) AS lon, ST_Y(geom) AS lat, unit.code FROM report r JOIN unit ON unit.id = r.unit_id"
            " ORDER BY reported_at DESC, r.id DESC"
        )
        cursor = sql.execute(query)
        names = [each.name for each in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
    router = api_key(database.url, "router")["x-api-key"]
    officer = api_key(database.url, "officer", rows[0]["code"])["x-api-key"]
    with serving(database.url) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as http:
        yield City(http, rows, router, officer)


def is_open(row: dict) -> bool:
    return row["status"] in ("waiting", "in_progress") and row["duplicate_of"] is None


def within(row: dict, days: float) -> bool:
    return row["reported_at"] > NOW - dt.timedelta(days=days)


def test_without_dates_the_last_90_days_come_the_latest_first_and_no_more_than_1000(open311):
    recent = [row["id"] for row in open311.rows if within(row, 90)]
    assert open311.ids() == recent[:1000]
    pages = [id for page in range(1, 6) for id in open311.ids(page=page, page_size=200)]
    assert pages == recent[:1000]
    assert open311.ids(page=50, page_size=200) == []


def test_next_links_lead_through_all_pages_while_reports_come_in(open311, database):
    expected = [row["id"] for row in open311.rows if within(row, 90)]
    key, came, told, url = {"x-api-key": open311.router}, [], [], "/open311/v2/requests.json?page_size=150&page=1"
    while url:
        answer = open311.http.get(url, headers=key)
        told += [each["service_request_id"] for each in answer.json()]
        url = answer.links.get("next", {}).get("url")
        place = {"service_code": "waste", "lat": CENTRE[1], "long": CENTRE[0]}
        [made] = open311.http.post("/open311/v2/requests.json", data=place, headers=key).json()
        came.append(made["service_request_id"])
    assert told == expected
    with database.connect() as sql:
        sql.execute("DELETE FROM report WHERE id = ANY(%s)", [came])
    linked = open311.ask(open311.router, page_size=10).links["next"]["url"]
    assert open311.router not in linked
    assert open311.ask(open311.router, after="x").status_code == 400


@pytest.mark.parametrize("status", ["open", "closed", "open,closed", ""])
@pytest.mark.parametrize("services", ["waste", "waste, fire_risk", ""])
def test_status_and_services_choose_among_them(open311, status, services):
    expected = [
        row["id"]
        for row in open311.rows
        if within(row, 90)
        and (status not in ("open", "closed") or is_open(row) == (status == "open"))
        and (not services or row["category"] in services)
    ]
    assert open311.ids(status=status, service_code=services) == expected[:1000]


def test_one_date_alone_spans_90_days_from_or_to_it(open311):
    day = NOW - dt.timedelta(days=100)
    later = [row["id"] for row in open311.rows if day <= row["reported_at"] <= day + dt.timedelta(days=90)]
    earlier = [row["id"] for row in open311.rows if row["reported_at"] <= day]
    assert open311.ids(start_date=day.isoformat()) == later[:1000]
    assert open311.ids(end_date=day.isoformat()) == earlier[:1000]
    # As many clients send it, with a plus that is not encoded.
    unencoded = f"/open311/v2/requests.json?api_key={open311.router}&end_date={day.isoformat()}&"
    assert [each["service_request_id"] for each in open311.http.get(unencoded).json()] == earlier[:1000]


def test_a_day_alone_is_a_day_of_the_city(open311):
    day = (NOW.astimezone(HANOI.zone) - dt.timedelta(days=30)).date()
    expected = [row["id"] for row in open311.rows if row["reported_at"].astimezone(HANOI.zone).date() == day]
    assert expected
    assert open311.ids(start_date=day, end_date=day) == expected


def test_updates_are_found_by_their_time(open311):
    since, until = NOW - dt.timedelta(days=20), NOW - dt.timedelta(days=10)
    updated = {row["id"]: updated_at(row) for row in open311.rows}
    expected = [row["id"] for row in open311.rows if within(row, 90) and since <= updated[row["id"]] <= until]
    told = open311.ask(open311.router, updated_after=since.isoformat(), updated_before=until.isoformat()).json()
    assert [each["service_request_id"] for each in told] == expected
    assert {each["status"] for each in told} == {"open", "closed"}
    for each in told:
        moment = updated[each["service_request_id"]].replace(microsecond=0)
        assert dt.datetime.fromisoformat(each["updated_datetime"]) == moment


def test_a_merged_report_is_closed_and_says_where_it_went(open311):
    row = next(row for row in open311.rows if row["duplicate_of"] is not None)
    [told] = open311.ask(open311.router, service_request_id=row["id"]).json()
    assert told["status"] == "closed"
    assert str(row["duplicate_of"]) in told["status_notes"]


def test_places_are_found_by_box_and_by_distance(open311):
    recent = [row for row in open311.rows if within(row, 90)]
    boxed = [row["id"] for row in recent if 105.85 <= row["lon"] <= 105.86 and 21.01 <= row["lat"] <= 21.02]
    assert open311.ids(bbox="105.85,21.01,105.86,21.02") == boxed
    *_, metres = pyproj.Geod(ellps="WGS84").inv(
        [CENTRE[0]] * len(recent), [CENTRE[1]] * len(recent), [r["lon"] for r in recent], [r["lat"] for r in recent]
    )
    for radius in (150, 700):
        near = [row["id"] for row, distance in zip(recent, metres, strict=True) if distance <= radius]
        assert near
        assert open311.ids(long=CENTRE[0], lat=CENTRE[1], radius=radius) == near


def test_ids_override_every_other_filter(open311):
    wanted = [row["id"] for row in open311.rows[-3:]]
    asked = ",".join(reversed(wanted)) + ",00000000-0000-7000-8000-000000000000"
    assert open311.ids(service_request_id=asked, status="closed", start_date=NOW.isoformat()) == wanted


def test_an_empty_parameter_is_an_absent_one_and_a_trailing_question_mark_is_nothing(open311):
    names = ["service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "lat"]
    assert open311.ids(**dict.fromkeys(names, "")) == open311.ids()
    trailing = open311.http.get("/open311/v2/requests.json?", headers={"x-api-key": open311.router})
    assert len(trailing.json()) == 1000


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"status": "closed", "service_code": "waste"},
        {"start_date": "2026-01-01", "end_date": "2026-01-02"},
        {"updated_after": "2026-01-01"},
        {"page": 2, "page_size": 10},
        {"after": "00000000-0000-7000-8000-000000000000"},
        {"bbox": "105.8,21,105.9,21.1"},
        {"lat": 21, "long": 105.8, "radius": 50},
        {"service_request_id": "", "extensions": "true"},
    ],
)
def test_without_a_key_there_is_no_list_whose_rows_could_be_counted(open311, query):
    refused = open311.ask(**query)
    assert (refused.status_code, [each["code"] for each in refused.json()]) == (403, [403])
    assert "api_key" in refused.json()[0]["description"]
    assert open311.http.head("/open311/v2/requests.xml", params=query).status_code == 403


def test_without_a_key_who_knows_an_id_is_told_but_not_what_people_wrote_or_where_exactly(open311):
    """Reports are told by their units only."""
    some = open311.rows[:60]
    public = open311.ask(service_request_id=",".join(row["id"] for row in some)).json()
    assert [each["service_request_id"] for each in public] == [row["id"] for row in some]
    assert {each[name] for each in public for name in ("description", "media_url", "status_notes")} == {None}
    places = {row["id"]: (row["lat"], row["lon"], row["code"]) for row in some}
    points = {(each["lat"], each["long"]) for each in public}
    assert not points & {place[:2] for place in places.values()}
    assert len(points) == len({places[each["service_request_id"]][2] for each in public})
    alone = open311.http.get(f"/open311/v2/requests/{some[7]['id']}.json").json()
    assert alone == [public[7]]


def test_an_officer_is_told_of_the_own_unit_only(open311):
    code = open311.rows[0]["code"]
    own = [row["id"] for row in open311.rows if within(row, 90) and row["code"] == code]
    told = open311.ask(open311.officer, extensions="true").json()
    assert [each["service_request_id"] for each in told] == own
    assert {each["extended_attributes"]["unit_code"] for each in told} == {code}
    foreign = next(row["id"] for row in open311.rows if row["code"] != code)
    path = f"/open311/v2/requests/{foreign}.json"
    assert open311.http.get(path, params={"api_key": open311.officer}).status_code == 404


def test_reading_whole_requests_leaves_a_trace(open311, database):
    id = open311.rows[5]["id"]

    def traces() -> int:
        with database.connect() as sql:
            entries = "SELECT count(*) FROM audit WHERE report_id = %s AND what = 'read'"
            return sql.execute(entries, [id]).fetchone()[0]

    before = traces()
    open311.ids(service_request_id=id)
    open311.ask(service_request_id=id)
    assert traces() == before + 1
    assert id in open311.ids(page_size=20)
    assert traces() == before + 2


def updated_at(row):
    return row["updated_at"] if is_open(row) else row["answered_at"] or row["closed_at"]
