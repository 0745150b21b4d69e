"""Open311 GeoReport v2: what its specification says of every method, through HTTP, on a database of ours."""

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.open311.client import Open311, Refused
from tests.api.serving import api_key, serving
from tests.conftest import Database, cloned

CONTACT = "311 <311@example.org>"
VINH_TUY = {"lat": "20.998485", "long": "105.868664"}
REQUEST_KEYS = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip


@pytest.fixture(scope="module")
def database(shared_cluster, city: Database) -> Iterator[Database]:
    with cloned(shared_cluster, city.name) as database:
        yield database


@pytest.fixture(scope="module")
def key(database: Database) -> str:
    return api_key(database.url, "router")["x-api-key"]


@pytest.fixture(scope="module")
def http(database: Database, key: str) -> Iterator[httpx.Client]:
    with (
        serving(database.url, HIENTRUONG_CONTACT=CONTACT) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client(http: httpx.Client, key: str) -> Open311:
    return Open311.discovered(f"{http.base_url}/open311/v2/discovery.xml", key)


@pytest.fixture(scope="module")
def sql(database: Database) -> Iterator[psycopg.Connection]:
    with database.connect() as connection:
        yield connection


def get(http: httpx.Client, path: str, **query: object) -> httpx.Response:
    return http.get(f"/open311/v2/{path}", params=query)


def post(http: httpx.Client, form: dict, format: str = "json", **headers: str) -> httpx.Response:
    return http.post(f"/open311/v2/requests.{format}", data=form, headers=headers)


def answer_report(http: httpx.Client, key: str, id: str, text: str) -> None:
    event = {"kind": "answered", "text": text}
    http.post(f"/v1/reports/{id}/events", json=event, headers={"x-api-key": key}).raise_for_status()


def test_a_client_that_knows_only_the_specification_goes_all_the_way(client, http, key):
    parking = next(each for each in client.services() if each["service_code"] == "parking")
    assert (parking["type"], parking["metadata"]) == ("realtime", "true")
    vehicle = next(each for each in client.attributes("parking") if each["code"] == "vehicle")
    assert vehicle["datatype"] == "singlevaluelist"
    chosen = vehicle["values"][0]["key"]
    id = client.send(service_code="parking", description="Xe đỗ kín ngõ", **VINH_TUY, **{"attribute[vehicle]": chosen})
    sent = client.request(id)
    assert list(sent) == REQUEST_KEYS
    assert (sent["status"], sent["service_code"], sent["description"]) == ("open", "parking", "Xe đỗ kín ngõ")
    assert (float(sent["lat"]), float(sent["long"])) == (20.998485, 105.868664)
    assert id in [each["service_request_id"] for each in client.requests(status="open", service_code="parking")]
    answer_report(http, key, id, "Đã xử lý <xong> & dọn")
    closed = client.request(id)
    assert (closed["status"], closed["status_notes"]) == ("closed", "Đã xử lý <xong> & dọn")
    assert closed["updated_datetime"] >= sent["updated_datetime"]
    with pytest.raises(Refused) as refused:
        client.send(service_code="zoo")
    assert refused.value.status == 400
    assert {each["code"] for each in refused.value.errors} == {"404", "400"}


def test_every_method_has_the_published_shape_in_json(http, key):
    """Keys and types of the specification's example responses; what its answers hold is the server's own."""
    services = get(http, "services.json").json()
    texts, truths = str, bool
    assert {name: type(value) for name, value in services[0].items()} == {
        "service_code": texts, "service_name": texts, "description": texts, "metadata": truths, "type": texts,
        "keywords": texts, "group": texts,
    }  # fmt: skip
    definition = get(http, "services/parking.json").json()
    assert list(definition) == ["service_code", "attributes"]
    assert list(definition["attributes"][0]) == [
        "variable", "code", "datatype", "required", "datatype_description", "order", "description", "values",
    ]  # fmt: skip
    assert list(definition["attributes"][0]["values"][0]) == ["key", "name"]
    posted = post(http, {"service_code": "waste", "api_key": key} | VINH_TUY)
    [sent] = posted.json()
    assert list(sent) == ["service_request_id", "service_notice", "account_id"]
    assert posted.links["related"]["url"] == f"/v1/duplicates?report={sent['service_request_id']}"
    [told] = get(http, f"requests/{sent['service_request_id']}.json", api_key=key).json()
    assert list(told) == REQUEST_KEYS
    assert told["lat"] == 20.998485
    assert told["zipcode"] is None
    for field in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert dt.datetime.fromisoformat(told[field]).utcoffset() == dt.timedelta(hours=7)
    [token] = get(http, f"tokens/{sent['service_request_id']}.json").json()
    assert set(token.values()) == {sent["service_request_id"]}
    discovery = get(http, "discovery.json").json()
    assert list(discovery) == ["changeset", "contact", "key_service", "endpoints"]
    assert discovery["contact"] == CONTACT
    assert list(discovery["endpoints"][0]) == ["specification", "url", "changeset", "type", "formats"]


def test_xml_and_json_say_the_same(http, key):
    id = post(http, {"service_code": "waste", "description": "a < b & c\r\nd", "api_key": key} | VINH_TUY).json()[0]
    paths = ["services", "services/waste", f"requests/{id['service_request_id']}", "requests/none", "discovery"]
    for path in paths:
        xml, json = (get(http, f"{path}.{format}", api_key=key, extensions="true") for format in ("xml", "json"))
        assert xml.headers["content-type"] == "text/xml; charset=utf-8"
        assert json.headers["content-type"] == "application/json; charset=utf-8"
        assert xml.status_code == json.status_code
        assert xml.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
        assert same(ET.fromstring(xml.content), json.json()), path


def same(element: ET.Element, value: object) -> bool:
    if isinstance(value, dict):
        return [each.tag for each in element] == list(value) and all(map(same, element, value.values()))
    if isinstance(value, list):
        return len(element) == len(value) and all(map(same, element, value))
    if isinstance(value, bool):
        return element.text == str(value).lower()
    if isinstance(value, float):
        return float(element.text) == value
    return element.text == (None if value in (None, "") else str(value))


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("services.xml", {"jurisdiction_id": "nowhere"}, 404),
        ("services/zoo.xml", {}, 404),
        ("requests/zoo.xml", {}, 404),
        ("requests/00000000-0000-7000-8000-000000000000.xml", {}, 404),
        ("tokens/zoo.xml", {}, 404),
        ("requests.xml", {"service_code": "waste,zoo"}, 404),
        ("nothing.xml", {}, 404),
        ("services.csv", {}, 400),
        ("requests.xml", {"status": "half"}, 400),
        ("requests.xml", {"start_date": "yesterday"}, 400),
        ("requests.xml", {"start_date": "2026-01-01T00:00:00"}, 400),
        ("requests.xml", {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}, 400),
        ("requests.xml", {"start_date": "2026-02-01", "end_date": "2026-01-01"}, 400),
        ("requests.xml", {"page": "0"}, 400),
        ("requests.xml", {"page_size": "1001"}, 400),
        ("requests.xml", {"service_request_id": "7"}, 400),
        ("requests.xml", {"extensions": "perhaps"}, 400),
        ("requests.xml", {"api_key": "wrong"}, 403),
        ("requests.xml", {"service_request_id": ","}, 400),
        ("requests.xml", {"service_request_id": ",,", "status": "closed"}, 400),
        ("requests.xml", {"service_code": ","}, 400),
        ("requests.xml", {"after": ","}, 400),
        ("requests.xml", {"status": "half", "service_code": "zoo", "page": "x"}, 400),
    ],
)
def test_what_is_wrong_is_told_with_its_code(http, key, path, query, status):
    answer = get(http, path, **{"api_key": key} | query)
    assert answer.status_code == status
    errors = list(ET.fromstring(answer.content).iter("error"))
    assert all(each.findtext("code").isdigit() and each.findtext("description") for each in errors)
    assert len(errors) == (3 if len(query) == 3 else 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lat": "105.9", "long": "21"}, "lat '105.9'"),
        ({"lat": "", "long": ""}, "send lat and long"),
        ({"lat": ""}, "give both"),
        ({"lat": "10.8", "long": "106.7"}, "outside the territory"),
        ({"lat": "nan"}, "give a number"),
        ({"lat": "", "long": "", "address_id": "7"}, "no register of addresses"),
        ({"lat": "", "long": "", "address_string": "nhà tôi"}, "names no ward"),
        ({"description": "x" * 4001}, "4001 characters"),
        ({"description": "<b>rác</b>"}, "HTML"),
        ({"description": "a\x00b"}, "control characters"),
        ({"media_url": "http://example.org/a.jpg"}, "no https"),
        ({"email": "x" * 201}, "email"),
        ({"attribute[kind]": "plutonium"}, "use household"),
        ({"attribute[colour]": "red"}, "unknown attribute"),
        ({"attribute[since]": "long ago"}, "give a day"),
        ({"service_code": "parking", "attribute[count]": "many"}, "give a number"),
        ({"service_code": "parking", "attribute[vehicle][]": ["car", "bus"]}, "2 values where one"),
        ({"service_code": "fire_risk"}, "attribute[risk] is required"),
        ({"service_code": "fire_risk", "attribute[risk]": "fuel", "attribute[where_inside]": "a\nb"}, "line breaks"),
        ({"service_code": ""}, "service_code is missing"),
    ],
)
def test_a_report_that_cannot_be_taken_says_why_and_leaves_nothing(http, sql, key, change, words):
    before = sql.execute("SELECT count(*) FROM report").fetchone()
    answer = post(http, {"service_code": "waste", "api_key": key} | VINH_TUY | change)
    assert answer.status_code == 400
    assert words in answer.json()[0]["description"]
    assert sql.execute("SELECT count(*) FROM report").fetchone() == before


def test_several_errors_are_told_together(http, key):
    answer = post(http, {"api_key": key, "media_url": "ftp://x", "description": "<i>", "lat": "x", "long": "y"})
    assert answer.status_code == 400
    assert len(answer.json()) == 5


def test_a_form_of_another_kind_is_refused_in_the_form_of_open311(http, key):
    url = "/open311/v2/requests.json"
    for content, kind in ((b"{}", "application/json"), (b"description=\xff", "application/x-www-form-urlencoded")):
        answer = http.post(url, content=content, headers={"content-type": kind, "x-api-key": key})
        assert (answer.status_code, answer.json()[0]["code"]) == (400, 400)


def test_reports_are_sent_only_with_a_key_that_may(http, database):
    planner = api_key(database.url, "planner")["x-api-key"]
    for form in ({}, {"api_key": "ht_0"}, {"api_key": planner}):
        answer = post(http, {"service_code": "waste"} | VINH_TUY | form, "xml")
        assert answer.status_code == 403
        assert ET.fromstring(answer.content).findtext("error/code") == "403"


def test_the_answers_to_questions_are_stored_and_told(http, key):
    form = {"service_code": "waste", "api_key": key, "attribute[kind][]": ["bulky", "household"]} | VINH_TUY
    [sent] = post(http, form | {"attribute[since]": "2026-01-05"}).json()
    [told] = get(http, f"requests/{sent['service_request_id']}.json", api_key=key, extensions="true").json()
    assert {each["code"]: each["values"] for each in told["extended_attributes"]["attributes"]} == {
        "kind": ["bulky", "household"],
        "since": ["2026-01-05"],
    }
    assert told["extended_attributes"]["unit_name"] == "Phường Vĩnh Tuy"
    assert told["extended_attributes"]["overdue"] is False


def test_a_form_that_is_sent_twice_with_one_key_is_taken_once(http, sql, key):
    form = {"service_code": "waste", "api_key": key, "attribute[kind]": "bulky"} | VINH_TUY
    first, again = (post(http, form, **{"idempotency-key": "once"}) for _ in range(2))
    assert first.json() == again.json()
    other = post(http, form | {"description": "khác"}, **{"idempotency-key": "once"})
    assert (other.status_code, "another body" in other.json()[0]["description"]) == (400, True)


def test_nothing_personal_is_stored_and_one_person_is_told_from_two(http, sql, key):
    def send(**person: str) -> tuple[bytes | None, str]:
        [sent] = post(
            http, {"service_code": "waste", "api_key": key, "address_string": "Phường Vĩnh Tuy"} | person
        ).json()
        id = sent["service_request_id"]
        whole = "SELECT row_to_json(r)::text || coalesce(row_to_json(e)::text, ''), reporter FROM report r"
        row = sql.execute(f"{whole} LEFT JOIN report_event e ON e.report_id = r.id WHERE r.id = %s", [id]).fetchone()
        assert not any(said in row[0] for said in person.values())
        return row[1]

    named = {"first_name": "Zyx", "last_name": "Wvu"}
    once, again = send(email="zyx@example.org", **named), send(email="ZYX@example.org", phone="0900123456")
    assert once == again
    assert len({once, send(phone="0900123456"), send(device_id="dev-zyx"), send(**named), send()}) == 5
    assert send() is None


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        ("ngõ 622 Minh Khai, phường Vĩnh Tuy, Hà Nội", "Phường Vĩnh Tuy"),
        ("ngo 622 Minh Khai, phuong Vinh Tuy, Ha Noi", "Phường Vĩnh Tuy"),
        ("P. Vĩnh Tuy, TP Hà Nội", "Phường Vĩnh Tuy"),
        ("Vinh Tuy Ward, Hanoi", "Phường Vĩnh Tuy"),
        ("96 Võ Thị Sáu, phường Thanh Nhàn, quận Hai Bà Trưng", None),
    ],
)
def test_an_address_that_names_a_unit_is_there_as_exactly_as_the_unit_is_large(http, sql, key, address, unit):
    [sent] = post(http, {"service_code": "waste", "api_key": key, "address_string": address}).json()
    row = sql.execute(
        "SELECT unit.name, accuracy_m, ST_MaxDistance(ST_Transform(b.geom, 32648), ST_Transform(r.geom, 32648)),"
        " r.geom && b.geom FROM report r JOIN unit ON unit.id = r.unit_id"
        " JOIN unit named ON named.name = %s JOIN boundary b ON b.unit_id = named.id"
        " JOIN generation g ON g.id = b.generation_id WHERE r.id = %s ORDER BY g.valid_from DESC",
        [unit or "Phường Thanh Nhàn", sent["service_request_id"]],
    ).fetchone()
    assert unit is None or row[0] == unit
    assert row[3]
    assert row[1] == pytest.approx(row[2], rel=0.01)


PARAMETERS = ["service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "lat",
              "long", "radius", "bbox", "updated_after", "updated_before", "extensions", "jurisdiction_id"]  # fmt: skip
FIELDS = ["service_code", "lat", "long", "address_string", "address_id", "description", "media_url", "email", "phone",
          "device_id", "account_id", "first_name", "last_name", "jurisdiction_id", "attribute[vehicle]",
          "attribute[count]", "attribute[]", "attribute[vehicle][]"]  # fmt: skip
AWKWARD = st.sampled_from(
    ["0", "-1", "1e999", "nan", "inf", "9" * 20, "2026-13-01", "0001-01-01", "9999-12-31T23:59:59-14:00", "1900-01-01",
     "2999-12-31", "1,2,3,4", "180,90,-180,-90", "\x00", "\ud7ff", ",", ",,,", "true", "open", "1.5", "１"]
)  # fmt: skip


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(PARAMETERS), AWKWARD | st.text(st.characters(codec="utf-8"), max_size=30)))
def test_no_parameter_whatever_it_says_breaks_anything(http, key, query):
    assert_answered(get(http, "requests.json", api_key=key, **query))


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(FIELDS), AWKWARD | st.text(st.characters(codec="utf-8"), max_size=30)))
def test_no_form_whatever_it_says_breaks_anything(http, key, form):
    assert_answered(post(http, {"service_code": "parking", "api_key": key} | VINH_TUY | form))


def assert_answered(answer: httpx.Response) -> None:
    assert answer.status_code in (200, 400, 403, 404), (answer.status_code, answer.text)
    if answer.status_code != 200:
        assert all(error["code"] and error["description"] for error in answer.json())
