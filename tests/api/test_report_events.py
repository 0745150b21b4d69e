"""A report's history by HTTP: what may follow, who says no, and how."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

REPORT = {"category": "waste", "lon": 105.868664, "lat": 20.998485, "channel": "app"}


@pytest.fixture(scope="module")
def http(shared_cluster, city: Database) -> Iterator[httpx.Client]:
    with (
        cloned(shared_cluster, city.name) as database,
        serving(database.url) as address,
        httpx.Client(base_url=address, headers=api_key(database.url), trust_env=False, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def place(http) -> str:
    return http.post("/v1/reports", json=REPORT).headers["location"]


def add(http: httpx.Client, place: str, kind: str, headers: dict | None = None, **more: object) -> httpx.Response:
    return http.post(f"{place}/events", json={"kind": kind} | more, headers=headers)


def test_a_report_goes_its_way_and_comes_back(http, place):
    assert http.get(place).json()["allowed"] == ["assigned", "in_progress", "answered", "rejected", "moved", "merged"]
    picture = ["https://example.org/sach.jpg"]
    for kind, more in [
        ("in_progress", {}),
        ("answered", {"text": "Đã dọn", "media": picture}),
        ("rated", {"satisfied": False}),
    ]:
        assert add(http, place, kind, **more).status_code == 201
    report = add(http, place, "reopened").json()
    assert (report["state"], report["reopened"], report["answered_at"], report["overdue"]) == (
        "waiting",
        1,
        None,
        False,
    )
    history = http.get(f"{place}/events").json()
    assert history == report["history"] == http.get(place).json()["history"]
    assert [each["kind"] for each in history] == ["received", "in_progress", "answered", "rated", "reopened"]
    assert (history[2]["text"], history[2]["media"], history[3]["satisfied"]) == ("Đã dọn", picture, False)


def test_what_may_not_happen_now_is_a_conflict_that_names_what_may(http, place):
    add(http, place, "rejected", text="Ngoài thẩm quyền")
    refused = add(http, place, "in_progress")
    assert refused.status_code == 409
    assert refused.json()["allowed"] == ["reopened", "closed", "rated"]
    assert "rejected: allowed now are reopened, closed, rated" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "answered"}, "#/text"),
        ({"kind": "moved"}, "#/unit_code"),
        ({"kind": "answered", "text": "x", "unit_code": "00283"}, "#/unit_code"),
        ({"kind": "assigned", "lead": "a\x00b"}, "#/lead"),
        ({"kind": "moved", "unit_code": "99999"}, "#/unit_code"),
        ({"kind": "rated", "satisfied": "x"}, "#/satisfied"),
        ({"kind": "answered", "text": "x", "unit_id": 3}, "#/unit_id"),
        ({"kind": "flown"}, "#/kind"),
        ({"kind": "merged", "duplicate_of": "018f0000-0000-7000-8000-000000000000"}, "#/duplicate_of"),
    ],
)
def test_an_event_that_lacks_something_is_refused_with_a_pointer(http, place, body, pointer):
    refused = http.post(f"{place}/events", json=body)
    assert (refused.status_code, refused.json()["pointer"]) == (422, pointer)
    assert len(http.get(f"{place}/events").json()) == 1


def test_who_has_seen_another_report_is_told_to_read_again(http, place):
    seen = http.get(place).headers["etag"]
    assert add(http, place, "in_progress", {"if-match": seen}, status="waiting").status_code == 201
    assert add(http, place, "answered", {"if-match": seen}, text="x").status_code == 412
    assert add(http, place, "answered", text="x", status="waiting").status_code == 412
    now = http.get(place).headers["etag"]
    for tags, status in (
        (f'{seen}, "1"', 412),
        ('"another", W/"kind,of"', 412),
        ("1", 422),
        (f"{now} {now}", 422),
        (f'"another",{seen} , {now}', 201),
    ):
        event = {"kind": "assigned"}
        assert http.post(f"{place}/events", json=event, headers={"if-match": tags}).status_code == status, tags
    assert add(http, place, "answered", {"if-match": http.get(place).headers["etag"]}, text="x").status_code == 201


def test_a_moved_report_is_the_new_unit_s_and_a_merged_one_leads_to_the_other(http, place):
    units = http.get("/v1/reports/" + place.rsplit("/", 1)[1]).json()
    other = http.post("/v1/reports", json=REPORT | {"lon": 105.834, "lat": 21.036}).json()
    assert other["unit_code"] != units["unit_code"]
    moved = add(http, place, "moved", unit_code=other["unit_code"]).json()
    assert (moved["unit_code"], moved["due_at"]) == (other["unit_code"], units["due_at"])
    assert moved["lead"] == moved["history"][-1]["lead"] == other["lead"]
    merged = add(http, place, "merged", duplicate_of=other["id"]).json()
    assert (merged["state"], merged["duplicate_of"], merged["allowed"]) == ("merged", other["id"], ["reopened"])
    assert add(http, f"/v1/reports/{other['id']}", "merged", duplicate_of=merged["id"]).status_code == 409


def test_a_chain_of_merges_leads_to_the_report_that_stays(http):
    places = [http.post("/v1/reports", json=REPORT).headers["location"] for _ in range(4)]
    ids = [place.rsplit("/", 1)[1] for place in places]

    def told() -> list[str | None]:
        listed = {each["id"]: each["properties"] for each in http.get("/v1/reports?limit=10000").json()["features"]}
        one_by_one = [http.get(place).json()["duplicate_of"] for place in places]
        assert one_by_one == [listed[id]["duplicate_of"] for id in ids]
        notes = http.get("/open311/v2/requests.json", params={"service_request_id": ",".join(ids)}).json()
        told = {each["service_request_id"]: each["status_notes"] for each in notes}
        assert all(target is None or target in told[id] for id, target in zip(ids, one_by_one, strict=True))
        return one_by_one

    for place, target in zip(places, ids[1:], strict=False):
        assert add(http, place, "merged", duplicate_of=target).status_code == 201
    assert told() == [ids[3], ids[3], ids[3], None]
    assert http.get(places[0]).json()["history"][-1]["duplicate_of"] == ids[1]
    other = http.post("/v1/reports", json=REPORT).headers["location"]
    refused = add(http, other, "merged", duplicate_of=ids[0])
    assert (refused.status_code, ids[3] in refused.json()["detail"]) == (409, True)
    assert add(http, places[1], "reopened").status_code == 201
    assert told() == [ids[1], None, ids[3], None]


@pytest.mark.parametrize("id", ["018f0000-0000-7000-8000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"])
def test_an_unknown_report_is_not_found(http, id):
    for answer in (
        http.get(f"/v1/reports/{id}"),
        http.get(f"/v1/reports/{id}/events"),
        add(http, f"/v1/reports/{id}", "closed"),
    ):
        assert answer.status_code == 404
