"""What `/v1/locate` takes, refuses and promises by HTTP; that its answers are right is told by test_locate_sameness."""

import asyncio
import json
import threading
from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import numpy as np
import orjson
import pyarrow as pa
import pytest
from fastapi import FastAPI

from api.lookups import limits, questions, route
from api.lookups.points import Lookup
from api.lookups.schemas import BatchAnswer, BatchAnswers, LocateAnswer
from geo.lookup.answer import locate
from tests.api.lookups import ARROW, JSON, LINES, RAW, application, as_arrow, as_raw, ask, from_arrow, post
from tests.geo.coverages import spread

VINH_TUY = {"lon": 105.868664, "lat": 20.998485}
QUERY = "lon=105.868664&lat=20.998485"
HEADERS = ("content-security-policy", "x-content-type-options", "referrer-policy")


@pytest.fixture(scope="module")
def app(dispatch) -> FastAPI:
    return application(dispatch)


def assert_problem(answer: httpx.Response, status: int, words: str, **place: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], {name: body.get(name) for name in place}) == (status, place)
    assert words in body["detail"]
    assert "\n" not in body["detail"]
    assert all(name in answer.headers for name in HEADERS)


@pytest.mark.parametrize(
    "more", ["", "&at=2024-07-01", "&accuracy=30&category=waste", "&at=2026-01-05&accuracy=2000&category=fire_risk"]
)
def test_a_get_gives_what_the_library_gives_in_the_documented_shape(app, dispatch, more) -> None:
    answer = ask(app, "GET", f"/v1/locate?{QUERY}{more}")
    LocateAnswer.model_validate_json(answer.content, strict=False)
    asked = dict(pair.split("=") for pair in more.split("&") if pair)
    day = np.datetime64(asked["at"]).item() if "at" in asked else None
    radius = float(asked["accuracy"]) if "accuracy" in asked else None
    expected = locate(dispatch, *VINH_TUY.values(), day, radius, asked.get("category"))
    assert (
        answer.json() == json.loads(orjson.dumps(expected)) | {"responsible": answer.json()["responsible"]}
        if ("category" in asked and day is None)
        else answer.json() == expected
    )


@pytest.mark.parametrize(
    ("query", "status", "parameter", "words"),
    [
        ("lon=105.9", 422, "lat", "lat: Field required"),
        ("", 422, "lon", "lat: Field required"),
        (f"{QUERY}&lon=105", 422, "lon", "given more than once"),
        (f"{QUERY}&colour=red", 422, "colour", "colour"),
        ("lon=east&lat=21", 422, "lon", "valid number"),
        ("lon=105.86.1&lat=21", 422, "lon", "valid number"),
        ("lon=&lat=21", 422, "lon", "valid number"),
        ("lon=105.8%20x&lat=21", 422, "lon", "valid number"),
        ("lon=nan&lat=21", 422, None, "missing"),
        ("lon=inf&lat=21", 422, None, "infinite"),
        ("lon=20.998485&lat=105.868664", 422, None, "swapped"),
        ("lon=10&lat=21", 422, None, "outside the territory"),
        (f"{QUERY}&at=tomorrow", 422, "at", "valid date"),
        (f"{QUERY}&at=2026-02-30", 422, "at", "valid date"),
        (f"{QUERY}&at=2026-01-05x", 422, "at", "valid date"),
        (f"{QUERY}&at=1767571200", 422, "at", "valid date"),
        (f"{QUERY}&at=0", 422, "at", "valid date"),
        (f"{QUERY}&at=20260105", 422, "at", "valid date"),
        (f"{QUERY}&at=2026-01-05T00:00:00", 422, "at", "valid date"),
        ("lon=1_05.868664&lat=21", 422, "lon", "valid number"),
        ("lon=105.8&lat=2%5F1", 422, "lat", "valid number"),
        (f"{QUERY}&accuracy=1_0", 422, "accuracy", "valid number"),
        (f"{QUERY}&at=1990-01-01", 404, "at", "loaded periods"),
        (f"{QUERY}&at=2150-01-01&category=waste", 422, "at", "outside 1901 to 2100"),
        (f"{QUERY}&accuracy=0", 422, "accuracy", "radius above 0"),
        (f"{QUERY}&accuracy=nan", 422, "accuracy", "radius above 0"),
        (f"{QUERY}&category=zoo", 422, "category", "unknown category 'zoo'"),
        (f"{QUERY}&category=%ff", 422, "category", "unknown category"),
    ],
)
def test_a_query_that_cannot_be_meant_is_a_problem(app, query, status, parameter, words) -> None:
    assert_problem(ask(app, "GET", f"/v1/locate?{query}"), status, words, parameter=parameter)


def test_a_query_is_decoded_as_browsers_encode_it(app) -> None:
    plain = ask(app, "GET", f"/v1/locate?{QUERY}&at=2026-01-05").json()
    assert ask(app, "GET", "/v1/locate?lon=%31%30%35.868664&l%61t=%2B20.998485&at=2026%2D01-05").json() == plain


def test_head_is_a_get_without_its_body_and_other_methods_are_refused(app) -> None:
    get, head = (ask(app, method, f"/v1/locate?{QUERY}") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    get.headers.pop("ratelimit"), head.headers.pop("ratelimit")  # one less is left each time
    assert dict(head.headers) == dict(get.headers)
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = ask(app, method, f"/v1/locate?{QUERY}")
        assert_problem(answer, 405, f"{method} is not possible")
        assert answer.headers["allow"] == "GET, HEAD, POST"


def test_every_answer_has_the_headers_a_failure_too(dispatch) -> None:
    app = application(dispatch)
    app.state.service = None  # whatever asks it fails
    answer = ask(app, "GET", f"/v1/locate?{QUERY}")
    assert_problem(answer, 500, "something went wrong here")
    assert "NoneType" not in answer.text
    for path, status in (("/nowhere", 404), ("/openapi.json", 200), ("/assets/leaflet/none.js", 404)):
        found = ask(app, "GET", path)
        assert (found.status_code, [found.headers.get(name) is not None for name in HEADERS]) == (status, [True] * 3)
    assert "content-security-policy" not in ask(app, "GET", "/docs").headers


@pytest.mark.parametrize(
    "query",
    [QUERY, "lon=105.8%36866%34&lat=+20.998485", f"&&{QUERY}&", f"{QUERY}&at=2026-01-05", "lon=&lat", "lon==1&lat=2"],
)
def test_a_query_is_split_as_the_standard_library_splits_it(query) -> None:
    assert questions._pairs(query) == parse_qsl(query, keep_blank_values=True)


def test_the_gate_stands_around_lookups(app) -> None:
    answer = ask(app, "GET", f"/v1/locate?{QUERY}", headers={"x-api-key": "of another house"})
    assert_problem(answer, 401, "unknown")
    assert ask(app, "GET", f"/v1/locate?{QUERY}").headers["ratelimit"].startswith('"public"')


FORMATS = {
    JSON: orjson.dumps({"points": [VINH_TUY]}),
    LINES: orjson.dumps(VINH_TUY),
    ARROW: as_arrow({name: [value] for name, value in VINH_TUY.items()}),
    RAW: as_raw(*VINH_TUY.values()),
}


@pytest.mark.parametrize("going", FORMATS)
@pytest.mark.parametrize("coming", FORMATS)
def test_every_format_is_answered_in_every_format(app, coming, going) -> None:
    answer = post(app, FORMATS[coming], f"{coming}; charset=utf-8", "?at=2026-01-05", accept=f"text/html, {going}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, going)
    expected = {"unit_code": "00283", "unit_name": "Phường Vĩnh Tuy", "how": "inside", "certain": True}
    if going == JSON:
        assert BatchAnswers.model_validate_json(answer.content).answers[0].unit_code == "00283"
        assert answer.json() == {"answers": [expected]}
    elif going == LINES:
        assert list(map(json.loads, answer.text.splitlines())) == [expected]
    elif going == ARROW:
        assert from_arrow(answer.content).to_pylist() == [expected]
    else:
        length = int.from_bytes(answer.content[:4], "little")
        [number] = np.frombuffer(answer.content, "<i4", offset=4 + length)
        assert json.loads(answer.content[4 : 4 + length])["codes"][number] == "00283"


BAD_POINTS = [
    ({"lon": "east", "lat": 21}, "#/lon", "lon 'east' is not a number"),
    ({"lon": True, "lat": 21}, "#/lon", "is not a number"),
    ({"lat": 21}, None, "missing"),
    ({"lon": 21.0, "lat": 105.8}, None, "swapped"),
    (VINH_TUY | {"at": "soon"}, "#/at", "at 'soon'"),
    (VINH_TUY | {"at": 5}, "#/at", "at 5 is not a text"),
    (VINH_TUY | {"at": "1990-01-01"}, "#/at", "loaded periods"),
    (VINH_TUY | {"at": "0000-01-01"}, "#/at", "at '0000-01-01'"),
    (VINH_TUY | {"at": "2150-01-01", "category": "waste"}, "#/at", "outside 1901 to 2100"),
    (VINH_TUY | {"accuracy": -5}, "#/accuracy", "radius above 0"),
    (VINH_TUY | {"category": "zoo"}, "#/category", "unknown category 'zoo'"),
    (VINH_TUY | {"colour": "red"}, "#/colour", "a point has no 'colour'"),
    ([105.8, 21], "#", "a point is an object"),
    (None, "#", "a point is an object"),
]


@pytest.mark.parametrize("media_type", [JSON, LINES])
def test_a_bad_point_is_answered_in_its_place_and_hurts_no_other(app, media_type) -> None:
    points = [VINH_TUY] + [point for bad, _, _ in BAD_POINTS for point in (bad, VINH_TUY)]
    body = orjson.dumps({"points": points}) if media_type == JSON else b"\n".join(map(orjson.dumps, points))
    answer = post(app, body, media_type)
    answers = answer.json()["answers"] if media_type == JSON else list(map(json.loads, answer.text.splitlines()))
    assert [each.get("unit_code") for each in answers[::2]] == ["00283"] * (len(BAD_POINTS) + 1)
    for told, (_, pointer, words) in zip(answers[1::2], BAD_POINTS, strict=True):
        assert (told["how"], told["problem"].get("pointer")) == ("invalid", pointer)
        assert words in told["problem"]["detail"]
        BatchAnswer.model_validate(told)


def test_lines_that_are_no_json_are_answered_in_their_place(app) -> None:
    good = orjson.dumps(VINH_TUY)
    answer = post(app, b"\n".join([good, b"{", good, b"", b"1,2", b"[1", b"2]", good]), LINES)
    how = [json.loads(line)["how"] for line in answer.text.splitlines()]
    assert how == ["inside", "invalid", "inside", "invalid", "invalid", "invalid", "invalid", "inside"]


def test_arrow_says_why_a_row_is_invalid_if_it_is_asked(app) -> None:
    columns = {"lon": [105.868664, 21.0, None], "lat": [20.998485, 105.8, 21.0], "at": ["2026-01-05"] * 3}
    told = from_arrow(post(app, as_arrow(columns), ARROW, "?fields=how,border_m,problem").content).to_pydict()
    assert told["how"] == ["inside", "invalid", "invalid"]
    assert [words is None or words.split(": ")[1] for words in told["problem"]] == [
        True,
        "longitude and latitude look swapped",
        "longitude or latitude is missing",
    ]
    assert told["border_m"][1:] == [None, None]


def test_day_accuracy_and_category_of_a_point_go_before_those_of_the_query(app, dispatch) -> None:
    thanh_nhan = {"lon": 105.856919, "lat": 21.005396}
    points = [thanh_nhan, thanh_nhan | {"at": "2024-07-01", "accuracy": 5000, "category": "parking"}]
    query = "?at=2026-01-05&accuracy=5&category=waste&fields=unit_name,certain,agency,border_m"
    answers = post(app, orjson.dumps({"points": points}), JSON, query).json()["answers"]
    for asked, told in zip([("2026-01-05", 5, "waste"), ("2024-07-01", 5000, "parking")], answers, strict=True):
        single = locate(dispatch, *thanh_nhan.values(), np.datetime64(asked[0]).item(), *asked[1:])
        assert told == {
            "unit_name": single["unit"]["name"],
            "certain": single["certain"],
            "agency": single["responsible"]["lead"],
            "border_m": single["border_m"],
        }


@pytest.mark.parametrize(
    ("content", "headers", "query", "status", "words"),
    [
        (b"x", {}, "", 415, "there is no Content-Type: send one of application/json"),
        (b"x", {"content-type": "text/csv"}, "", 415, "'text/csv' can't be read: send one of application/json"),
        (b"{", {"content-type": JSON, "accept": "text/html, */*;q=0"}, "", 406, "accept one of application/json"),
        (b"{", {"content-type": JSON}, "", 422, "the body is not JSON"),
        (b"", {"content-type": JSON}, "", 422, "the body is not JSON"),
        (b"[]", {"content-type": JSON}, "", 422, 'the body must be {"points": [...]}'),
        (b'{"points": [], "at": 1}', {"content-type": JSON}, "", 422, "and nothing else"),
        (b"x" * 15, {"content-type": RAW}, "", 422, "15 bytes that are no pair"),
        (b"", {"content-type": ARROW}, "", 422, "no stream of Arrow batches"),
        (b"garbage" * 9, {"content-type": ARROW}, "", 422, "no stream of Arrow batches"),
        (FORMATS[ARROW][:-90], {"content-type": ARROW}, "", 422, "no stream of Arrow batches"),
        (as_arrow({"lon": [1.0]}), {"content-type": ARROW}, "", 422, "no column lat"),
        (as_arrow({"lon": ["1"], "lat": [2.0]}), {"content-type": ARROW}, "", 422, "the column lon holds string"),
        (as_arrow({"lon": [1.0], "lat": [2.0], "x": [1]}), {"content-type": ARROW}, "", 422, "the column 'x'"),
        (b'{"points": []}', {"content-type": JSON}, "?fields=colour", 422, "no field 'colour': name some of"),
        (b'{"points": []}', {"content-type": JSON}, "?fields=how,how", 422, "the field 'how' is named twice"),
        (
            b"x",
            {"content-type": JSON, "content-encoding": "gzip"},
            "",
            415,
            "packed by 'gzip' can't be read: send it un",
        ),
        (b'{"points": []}', {"content-type": JSON}, "?at=1767571200", 422, "valid date"),
        (b'{"points": []}', {"content-type": JSON}, "?category=zoo", 422, "unknown category 'zoo'"),
        (b'{"points": []}', {"content-type": JSON}, "?accuracy=-1", 422, "greater than 0"),
        (b'{"points": []}', {"content-type": JSON}, "?lon=1", 422, "lon"),
        (b'{"points": []}', {"content-type": JSON}, "?at=1990-01-01", 404, "loaded periods"),
        (b"[1" + b",1" * limits.MAX_JSON_BYTES + b"]", {"content-type": JSON}, "", 413, "4,194,304 bytes"),
        (orjson.dumps({"points": [0] * 10_001}), {"content-type": JSON}, "", 413, "10,001 points are more than 10,000"),
        (b"x" * 16_385, {"content-type": LINES}, "", 413, "a line is longer than 16,384 bytes"),
        (b"", {"content-type": RAW, "content-length": str(1 << 40)}, "", 413, "larger than 1,073,741,824 bytes"),
    ],
)
def test_a_batch_that_cannot_be_read_is_a_problem(app, content, headers, query, status, words) -> None:
    assert_problem(ask(app, "POST", f"/v1/locate{query}", content=content, headers=headers), status, words)


def test_a_day_of_the_query_for_which_nothing_is_loaded_is_named_as_a_parameter(app) -> None:
    answer = post(app, b'{"points": []}', JSON, "?at=1990-01-01")
    assert_problem(answer, 404, "loaded periods", parameter="at")


def test_an_arrow_message_of_any_size_is_not_waited_for(app) -> None:
    head = as_arrow({"lon": [1.0], "lat": [2.0]})
    huge = head[: head.index(b"\xff\xff\xff\xff", 8)] + b"\xff\xff\xff\xff" + (1 << 30).to_bytes(4, "little")
    assert_problem(post(app, huge, ARROW), 413, "an Arrow batch is larger than 67,108,864 bytes")


@pytest.mark.parametrize("media_type", [JSON, LINES, ARROW, RAW])
def test_no_points_have_no_answers(app, media_type) -> None:
    none = np.empty(0)
    bodies = {JSON: b'{"points": []}', LINES: b"", ARROW: as_arrow({"lon": none, "lat": none}), RAW: b""}
    answer = post(app, bodies[media_type], media_type)
    assert answer.status_code == 200
    if media_type == JSON:
        assert answer.json() == {"answers": []}
    elif media_type == LINES:
        assert answer.content == b""
    elif media_type == ARROW:
        assert from_arrow(answer.content).num_rows == 0
    else:
        assert len(answer.content) == 4 + int.from_bytes(answer.content[:4], "little")


def exchange(app: FastAPI, media_type: str, parts: list[bytes]) -> list[bytes]:
    """Send parts, each only when the one before is answered, and give what came for each."""
    answered: list[bytes] = []

    async def talk() -> None:
        waiting, came = iter(parts), asyncio.Event()
        last = parts[-1]

        async def receive() -> dict:
            if answered or came.is_set():
                await came.wait()
            came.clear()
            part = next(waiting)
            return {"type": "http.request", "body": part, "more_body": part is not last}

        async def send(message: dict) -> None:
            if message["type"] == "http.response.body" and message["body"]:
                answered.append(message["body"])
                came.set()

        headers = [(b"content-type", media_type.encode())]
        scope = {"type": "http", "method": "POST", "path": "/v1/locate", "query_string": b"", "headers": headers}
        scope["client"] = None
        await app(scope, receive, send)

    asyncio.run(asyncio.wait_for(talk(), timeout=30))
    return answered


def test_lines_are_answered_before_the_body_ends_whatever_parts_they_come_in(app) -> None:
    line = orjson.dumps(VINH_TUY) + b"\n"
    parts = [line, line * 2 + line[:9], line[9:] + line[:-3], line[-3:], line[:-1]]
    assert [part.count(b"\n") for part in exchange(app, LINES, parts)] == [1, 2, 1, 1, 1]


def test_pairs_are_answered_before_the_body_ends(app) -> None:
    pair = as_raw(*VINH_TUY.values())
    _, *later = exchange(app, RAW, [pair * 2, pair + pair[:5], pair[5:] * 1])
    assert [len(numbers) for numbers in later] == [4, 4]


def test_what_is_too_large_in_the_middle_is_told_in_a_last_line(app) -> None:
    line = orjson.dumps(VINH_TUY) + b"\n"
    first, last = exchange(app, LINES, [line, b"x" * 20_000])
    assert json.loads(first)["how"] == "inside"
    assert json.loads(last)["problem"]["status"] == 413


def test_many_batches_of_arrow_are_answered_one_by_one(app, dispatch) -> None:
    lon, lat = spread(dispatch.jurisdiction.layers[-1].locator.polygons, 50_000)
    whole = pa.table({"lon": lon, "lat": lat})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, whole.schema) as stream:
        stream.write_table(whole, max_chunksize=7_000)
    told = from_arrow(post(app, sink.getvalue().to_pybytes(), ARROW, "?fields=unit_code,how,border_m").content)
    locator = dispatch.jurisdiction.layers[-1].locator
    np.testing.assert_array_equal(told["border_m"].to_numpy(), locator.border_distance(lon, lat).round(1))


def test_the_document_describes_lookups_with_examples_that_work(app) -> None:
    document = ask(app, "GET", "/openapi.json").json()
    described = document["paths"]["/v1/locate"]
    required = {parameter["name"] for parameter in described["get"]["parameters"] if parameter["required"]}
    examples = {each["name"]: each["example"] for each in described["get"]["parameters"] if "example" in each}
    assert required == {"lon", "lat"}
    assert ask(app, "GET", "/v1/locate", params=examples).status_code == 200
    content = described["post"]["requestBody"]["content"]
    assert content.keys() == described["post"]["responses"]["200"]["content"].keys() == FORMATS.keys()
    for media_type in (JSON, LINES):
        answer = post(app, orjson.dumps(content[media_type]["example"]), media_type, "?at=2026-01-05")
        assert answer.json() == described["post"]["responses"]["200"]["content"][media_type]["example"]
    alone = described["get"]["responses"]["200"]["content"][JSON]["example"]
    told = ask(app, "GET", "/v1/locate", params=examples).json()
    assert told | {"generation": told["generation"] | {"id": alone["generation"]["id"]}} == alone
    assert described["get"]["responses"].keys() == {"200", "401", "404", "422", "429"}
    assert described["post"]["responses"].keys() == {"200", "401", "404", "406", "413", "415", "422", "429"}
    for parameters in (described[method]["parameters"] for method in ("get", "post")):
        [radius] = [each["schema"]["anyOf"][0] for each in parameters if each["name"] == "accuracy"]
        assert (radius["exclusiveMinimum"], radius["maximum"]) == (0, 100_000)
    references = {each.split('"')[0] for each in orjson.dumps(document).decode().split("#/components/schemas/")[1:]}
    assert references <= document["components"]["schemas"].keys()


@pytest.mark.parametrize(
    ("method", "query", "body", "in_thread"),
    [
        ("GET", f"?{QUERY}&accuracy=1000", None, False),
        ("GET", f"?{QUERY}&accuracy=1001", None, True),
        ("POST", "", VINH_TUY, False),
        ("POST", "", VINH_TUY | {"accuracy": 5}, True),
        ("POST", "?accuracy=5", VINH_TUY, True),
        ("POST", "?fields=border_m", VINH_TUY, True),
    ],
)
def test_what_measures_far_and_wide_lets_others_in(dispatch, monkeypatch, method, query, body, in_thread) -> None:
    threads = []

    def watched(work: Callable[..., object]) -> Callable[..., object]:
        return lambda *asked: threads.append(threading.get_ident()) or work(*asked)

    monkeypatch.setattr(route, "locate", watched(locate))
    monkeypatch.setattr(Lookup, "answer", watched(Lookup.answer))
    content = None if body is None else orjson.dumps({"points": [body]})
    answer = ask(application(dispatch), method, f"/v1/locate{query}", content=content, headers={"content-type": JSON})
    assert answer.status_code == 200, answer.text
    assert [thread != threading.get_ident() for thread in threads] == [in_thread]


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
def test_what_would_grow_in_memory_is_refused_before_it_does(app, codec) -> None:
    points = pa.record_batch({"lon": np.zeros(100_000), "lat": np.zeros(100_000)})
    texts = pa.record_batch({"lon": [105.9], "lat": [21.0], "category": pa.array(["waste"]).dictionary_encode()})
    for batch in (points, texts):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as stream:
            stream.write_batch(batch)
        assert_problem(post(app, sink.getvalue().to_pybytes(), ARROW), 422, "without compression", pointer="#")


def test_a_long_text_is_not_copied_for_every_point(app) -> None:
    shared = pa.DictionaryArray.from_arrays(np.zeros(10_000, dtype=np.int8), ["w" * 1_000_000])
    place = {"lon": np.full(10_000, 105.9), "lat": np.full(10_000, 21.0)}
    refused = post(app, as_arrow(place | {"category": shared}), ARROW)
    assert_problem(refused, 422, "1,000,000 bytes", pointer="#/category")
