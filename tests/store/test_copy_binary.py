"""What is written by COPY BINARY is what PostgreSQL then says it holds."""

import datetime as dt
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.columns import column
from geo.store.cluster import DATABASE
from geo.store.copy_binary import copy_rows, text_arrays
from tests.conftest import cloned

# PostgreSQL's text holds neither NUL nor lone surrogates.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2999, 1, 1), timezones=st.just(dt.UTC))
ROWS = st.lists(
    st.tuples(
        st.uuids(),
        st.none() | st.booleans(),
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False),
        st.none() | MOMENTS,
        st.none() | TEXTS,
        st.none() | st.binary(max_size=20),
        st.lists(TEXTS, max_size=3).map(tuple),
        st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    ),
    max_size=8,
)


@given(rows=ROWS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_value_of_every_type_comes_back(connection, rows):
    ids, truths, small, large, real, moments, texts, raw, lists, points = zip(*rows, strict=True) if rows else [()] * 10
    connection.execute("TRUNCATE everything RESTART IDENTITY")
    geometry = shapely.set_srid(shapely.points(np.reshape(points, (-1, 2))), 4326)
    copy_rows(
        connection,
        "everything",
        {
            "id": pa.array([id.bytes for id in ids], pa.binary()),
            "truth": pa.array(truths, pa.bool_()),
            "small": pa.array(small, pa.int32()),
            "large": pa.array(large, pa.int64()),
            "reality": pa.array(real, pa.float64()),
            "moment": pa.array(moments, pa.timestamp("us", "UTC")),
            "words": pa.array(texts, pa.string()),
            "raw": pa.array(raw, pa.binary()),
            "list": text_arrays(column(lists)),
            "geom": pa.array(shapely.to_wkb(geometry, include_srid=True), pa.binary()),
        },
    )
    stored = connection.execute(
        "SELECT id, truth, small, large, reality, moment, words, raw, list, ST_X(geom), ST_Y(geom), ST_SRID(geom)"
        " FROM everything ORDER BY number"
    ).fetchall()
    expected = [(*row[:8], list(row[8]), *row[9], 4326) for row in rows]
    assert stored == expected


@pytest.fixture(scope="module")
def connection(shared_cluster):
    with cloned(shared_cluster, DATABASE) as database, database.connect() as connection:
        connection.execute(
            "CREATE TABLE everything (number integer GENERATED ALWAYS AS IDENTITY, id uuid, truth boolean,"
            " small integer, large bigint, reality double precision, moment timestamptz, words text, raw bytea,"
            " list text[], geom geometry(Point, 4326))"
        )
        yield connection


def test_a_slice_sends_its_own_rows_only(connection):
    connection.execute("TRUNCATE everything")
    numbers, words = pa.array([1, None, 3, 4], pa.int32()), pa.array(["a", "b", None, "d"])
    copy_rows(connection, "everything", {"small": numbers.slice(1, 2), "words": words.slice(1, 2)})
    assert connection.execute("SELECT small, words FROM everything ORDER BY number").fetchall() == [
        (None, "b"),
        (3, None),
    ]


def test_a_type_that_can_not_be_sent_is_refused(connection):
    with pytest.raises(TypeError, match="a column of date32"):
        copy_rows(connection, "everything", {"small": pa.array([1], pa.date32())})


def test_an_id_is_a_uuid(connection):
    connection.execute("TRUNCATE everything")
    id = UUID("019b8d5e-5f00-7000-8000-000000000001")
    copy_rows(connection, "everything", {"id": pa.array([id.bytes], pa.binary(16))})
    assert connection.execute("SELECT id FROM everything").fetchall() == [(id,)]
