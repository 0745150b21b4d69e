"""Streams of Arrow batches that are not what they say: refused whole, before a byte beyond the body is read."""

import datetime as dt
import struct

import numpy as np
import pyarrow as pa
import pytest
from fastapi import FastAPI

from tests.api.lookups import ARROW, application, as_arrow, from_arrow, post

ROWS = 1_013
PLACE = {"lon": np.full(ROWS, 105.868664), "lat": np.full(ROWS, 20.998485)}
ONE = {"lon": [105.868664], "lat": [20.998485]}
WASTE = pa.array(["waste"] * ROWS)


@pytest.fixture(scope="module")
def app(dispatch) -> FastAPI:
    return application(dispatch)


def patched(columns: dict[str, object], old: bytes, new: bytes) -> bytes:
    """A stream in which the bytes of a buffer, or every number that counts rows, are others."""
    stream = as_arrow(columns)
    assert old in stream
    return stream.replace(old, new)


def offsets(step: int) -> bytes:
    return (np.arange(ROWS + 1, dtype=np.int32) * step).tobytes()


def numbers(value: int) -> bytes:
    return np.full(ROWS, value, dtype=np.int32).tobytes()


HOSTILE = {
    "texts that lie beyond the body": patched(PLACE | {"category": WASTE}, offsets(5), offsets(20_000)),
    "texts that lie before each other": patched(PLACE | {"category": WASTE}, offsets(5), offsets(-5)),
    "days that lie beyond the body": patched(
        PLACE | {"at": pa.array(["2026-01-05"] * ROWS)}, offsets(10), offsets(2_000_000)
    ),
    "more rows than there are": patched(PLACE, struct.pack("<q", ROWS), struct.pack("<q", 3_000)),
    "a shared text that is not there": patched(
        PLACE | {"category": WASTE.dictionary_encode()}, numbers(0), numbers(-200_000_000)
    ),
    "a text that is none": patched(ONE | {"category": ["waste"]}, b"waste", b"wast\xff"),
    "a name that is no text": patched(ONE | {"category": ["waste"]}, b"category", b"categor\xff"),
}


@pytest.mark.parametrize("stream", HOSTILE.values(), ids=HOSTILE)
def test_a_stream_that_contradicts_itself_is_refused_in_words_of_our_own(app, stream) -> None:
    answer = post(app, stream, ARROW, "?at=2026-01-05")
    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "the body is no stream of Arrow batches, or one of them is not as its metadata says:"
        " write it with an Arrow library, and send it whole"
    )


def test_a_stream_that_ends_too_soon_is_refused_wherever_it_ends(app) -> None:
    whole = as_arrow(ONE)
    schema, body = whole.index(b"\xff\xff\xff\xff", 8), len(whole) - 8  # between messages a stream may end
    for length in {*range(0, body, 11), schema - 1, schema + 1, body - 1} - {schema}:
        assert post(app, whole[:length], ARROW).status_code == 422, length


@pytest.mark.parametrize(
    ("name", "column", "holds"),
    [
        ("at", pa.array([[1]]), "list<item: int64>, not dates, times or texts of them"),
        ("at", pa.array([{"a": 1}]), "struct<a: int64>, not dates, times or texts of them"),
        ("at", pa.array([20260105]), "int64, not dates, times or texts of them"),
        ("category", pa.array([b"w"]).dictionary_encode(), "binary, not texts"),
        ("accuracy", pa.array(["30"]), "string, not numbers"),
    ],
)
def test_a_column_of_another_type_is_named(app, name, column, holds) -> None:
    problem = post(app, as_arrow(ONE | {name: column}), ARROW).json()
    assert (problem["status"], problem["pointer"]) == (422, f"#/{name}")
    assert problem["detail"] == f"the column {name} holds {holds}"


TEXTS = [pa.string(), pa.large_string(), pa.string_view()]


@pytest.mark.parametrize("kind", [*TEXTS, *(pa.dictionary(pa.int8(), kind) for kind in TEXTS)], ids=str)
def test_texts_may_come_as_any_of_arrows_texts(app, kind) -> None:
    def texts(values: list[str | None]) -> pa.Array:
        plain = pa.array(values, getattr(kind, "value_type", kind))
        return pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), plain) if kind not in TEXTS else plain

    place = {name: value * 2 for name, value in ONE.items()}
    stream = as_arrow(place | {"at": texts(["2026-01-05", None]), "category": texts(["parking", None])})
    told = from_arrow(post(app, stream, ARROW, "?at=2026-01-05&category=waste&fields=how,agency").content)
    assert told["agency"].to_pylist() == ["Công an phường Vĩnh Tuy", "UBND phường Vĩnh Tuy"]
    nothing = as_arrow(place | {"at": pa.nulls(2), "category": pa.nulls(2)})
    told = from_arrow(post(app, nothing, ARROW, "?at=2026-01-05&category=waste&fields=how,agency").content)
    assert told["agency"].to_pylist() == ["UBND phường Vĩnh Tuy"] * 2


@pytest.mark.parametrize("shared", [False, True])
def test_a_long_text_that_many_views_show_is_not_copied_for_each(app, shared) -> None:
    view = np.array([1_000_000, int.from_bytes(b"wwww"), 0, 0], dtype=np.int32)
    buffers = [None, pa.py_buffer(np.tile(view, ROWS).tobytes()), pa.py_buffer(b"w" * 1_000_000)]
    texts = pa.Array.from_buffers(pa.string_view(), ROWS, buffers)
    if shared:
        texts = pa.DictionaryArray.from_arrays(np.arange(ROWS, dtype=np.int32), texts)
    problem = post(app, as_arrow(PLACE | {"category": texts}), ARROW).json()
    assert problem["detail"] == "the column category shares a text of 1,000,000 bytes: shorten it"


DAYS = [
    (pa.array([-3_000_000, 3_000_000], pa.int32()).cast(pa.date32()), ["-6244-04-12", "10183-09-21"]),
    (pa.array([2**61, -(2**61)]).cast(pa.timestamp("s")), ["value out of range", "value out of range"]),
    (pa.array([2**61, -(2**61)]).cast(pa.timestamp("s", "UTC")), ["", ""]),
    (pa.array([2**63 - 1, 253_402_275_600_000_000]).cast(pa.timestamp("us", "UTC")), ["", "9999-12-31 17:00"]),
    (pa.array(["0000-01-01", "9999-12-31T23:00-07:00"]), ["0000-01-01", "9999-12-31T23:00-07:00"]),
]


@pytest.mark.parametrize(("days", "told"), DAYS, ids=[str(days.type) for days, _ in DAYS])
def test_a_day_that_no_calendar_has_is_answered_in_its_place(app, days, told) -> None:
    good = pa.array([dt.datetime(2026, 1, 5)]).cast(days.type) if days.type != pa.string() else pa.array(["2026-01-05"])
    place = {name: value * 3 for name, value in ONE.items()}
    stream = as_arrow(place | {"at": pa.concat_arrays([good, days])})
    answers = from_arrow(post(app, stream, ARROW, "?fields=how,problem").content).to_pydict()
    assert answers["how"] == ["inside", "invalid", "invalid"]
    for problem, words in zip(answers["problem"][1:], told, strict=True):
        assert problem.startswith("at '")
        assert words in problem
        assert problem.endswith("give a local date or a time as ISO 8601, such as 2026-01-05")
