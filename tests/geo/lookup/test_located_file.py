"""A located file has every row of its input, in order and unchanged, with the answers that single lookups give."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import FileError, InputError, NotFoundError
from geo.geoparquet import POINTS
from geo.lookup.answer import locate
from geo.lookup.dispatch import Dispatch
from geo.lookup.located_file import PointColumns, Tally, locate_file

LAST, FIRST = "2025-06-30", "2025-07-01"
BY_ROW = PointColumns(at="day")
ADDED = ["unit_code", "unit_name", "how", "border_m", "certain"]


@pytest.fixture(scope="module")
def points(dispatch: Dispatch) -> pd.DataFrame:
    """Points inside, on borders, just outside and outside, each on the last day of old and the first of new wards."""
    random = np.random.default_rng(11)
    west, south, east, north = dispatch.jurisdiction.extent
    anywhere = random.uniform([west - 0.1, south - 0.1], [east + 0.1, north + 0.1], (300, 2))
    vertices = np.concatenate([shapely.get_coordinates(x.locator.polygons) for x in dispatch.jurisdiction.layers])
    edges = vertices[random.integers(0, len(vertices), 200)]
    near = edges[:50] + random.normal(0, 1e-4, (50, 2))
    westernmost = vertices[vertices[:, 0].argmin()] - [3e-4, 0]
    lon, lat = np.concatenate([anywhere, edges, near, [westernmost]]).T
    return pd.DataFrame(
        {
            "id": [f"{n:05}" for n in range(2 * len(lon))],
            "lon": np.tile(lon, 2),
            "lat": np.tile(lat, 2),
            "day": np.repeat([LAST, FIRST], len(lon)),
        }
    )


def located(dispatch: Dispatch, source: Path, out: Path, **options) -> pd.DataFrame:
    locate_file(dispatch, source, out, **options)
    return pd.read_csv(out, dtype={"id": str, "unit_code": str}) if out.suffix == ".csv" else pd.read_parquet(out)


def written(folder: Path, text: str) -> Path:
    path = folder / "points.csv"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return path


def test_each_row_has_the_answer_of_a_single_lookup(dispatch, points, tmp_path):
    source = tmp_path / "points.parquet"
    points.to_parquet(source)
    rows = located(dispatch, source, tmp_path / "out.parquet", columns=BY_ROW, category="waste")
    pd.testing.assert_frame_equal(rows[points.columns], points)
    assert set(rows["how"]) == {"inside", "edge", "nearest", "outside"}
    for row in rows.itertuples():
        answer = locate(dispatch, row.lon, row.lat, dt.date.fromisoformat(row.day), category="waste")
        unit, responsible = answer["unit"] or {}, answer.get("responsible", {})
        told = [None if pd.isna(value) else value for value in (row.unit_code, row.unit_name, row.agency)]
        assert told == [unit.get("code"), unit.get("name"), responsible.get("lead")]
        assert (row.how, row.border_m, row.certain) == (answer["how"], answer["border_m"], answer["certain"])


def test_csv_and_parquet_give_the_same_and_values_are_not_touched(dispatch, points, tmp_path):
    source = tmp_path / "points.csv"
    points.to_csv(source, index=False)
    direct, through, back = (tmp_path / name for name in ("direct.csv", "through.parquet", "back.csv"))
    located(dispatch, source, direct, columns=BY_ROW)
    rows = located(dispatch, source, through, columns=BY_ROW)
    texts = pd.read_csv(source, dtype=str)
    pd.testing.assert_frame_equal(rows[texts.columns], texts)
    pq.write_table(pq.read_table(through).drop_columns(ADDED), source.with_suffix(".parquet"))
    located(dispatch, source.with_suffix(".parquet"), back, columns=BY_ROW)
    assert back.read_bytes() == direct.read_bytes()


def test_many_small_batches_give_the_same_file_as_one(dispatch, points, tmp_path):
    source, told = tmp_path / "points.csv", []
    points.to_csv(source, index=False)
    size = source.stat().st_size
    for name, batch in (("one.csv", size + 1), ("many.csv", 1024)):
        told.append([])
        locate_file(
            dispatch, source, tmp_path / name, BY_ROW, batch_bytes=batch, advance=lambda *done: told[-1].append(done)
        )
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "many.csv").read_bytes()
    assert (len(told[0]), len(told[1]) > 20) == (1, True)
    assert told[0][-1] == told[1][-1] == (size, size)


def test_rows_that_a_single_lookup_refuses_are_kept_and_counted(dispatch, tmp_path):
    source = written(
        tmp_path,
        "lon,lat,day,note\n105.868664,20.998485,2026-01-05,good\n,,2026-01-05,\neast,20.9,2026-01-05,\n"
        "20.998485,105.868664,2026-01-05,swapped\n105.868664,20.998485,soon,\n105.868664,20.998485,1999-01-01,\n"
        'inf,20.9,2026-01-05,"two\nlines, ""quoted"""\n106.5,20.9,2026-01-05,outside\n',
    )
    out = tmp_path / "out.parquet"
    assert locate_file(dispatch, source, out, BY_ROW, category="parking") == Tally(rows=8, outside=1, invalid=6)
    rows = pq.read_table(out).to_pydict()
    assert rows["how"] == ["inside", *["invalid"] * 6, "outside"]
    assert rows["note"] == ["good", "", "", "swapped", "", "", 'two\nlines, "quoted"', "outside"]
    assert rows["unit_name"] == ["Phường Vĩnh Tuy", *[None] * 7]
    assert [value is None for value in rows["agency"]] == [False, *[True] * 7]
    assert [value is None for value in rows["border_m"]] == [False, *[True] * 6, False]
    assert rows["certain"] == [True, *[None] * 6, False]


@pytest.mark.parametrize(
    "moments",
    [
        pa.array(["2025-06-30T23:59", "2025-06-30T17:00Z"]),
        pa.array([dt.date(2025, 6, 30), dt.date(2025, 7, 1)]),
        pa.array([dt.datetime(2025, 6, 30, 16, 59), dt.datetime(2025, 6, 30, 17)], pa.timestamp("us", "UTC")),
        pa.array([dt.datetime(2025, 6, 30, 23, 59), dt.datetime(2025, 7, 1)], pa.timestamp("ms")),
    ],
)
def test_the_day_of_a_row_is_the_local_one(dispatch, tmp_path, moments):
    source = tmp_path / "points.parquet"
    pq.write_table(pa.table({"x": [105.856919] * 2, "y": [21.005396] * 2, "when": moments}), source)
    rows = located(dispatch, source, tmp_path / "out.parquet", columns=PointColumns("x", "y", "when"))
    assert list(rows["unit_name"]) == ["Phường Thanh Nhàn", "Phường Bạch Mai"]


def test_one_day_may_stand_for_all_rows(dispatch, tmp_path):
    source = written(tmp_path, "lon,lat\n105.856919,21.005396\n")
    for day, name in ((LAST, "Phường Thanh Nhàn"), (FIRST, "Phường Bạch Mai")):
        rows = located(dispatch, source, tmp_path / "out.csv", day=dt.date.fromisoformat(day))
        assert list(rows["unit_name"]) == [name]
    with pytest.raises(NotFoundError, match="1999-01-01; loaded periods"):
        locate_file(dispatch, source, tmp_path / "out.csv", day=dt.date(1999, 1, 1))


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_file_without_rows_gives_the_columns(dispatch, tmp_path, end):
    rows = located(dispatch, written(tmp_path, f"lon,lat{end}"), tmp_path / "out.csv")
    assert (len(rows), list(rows.columns)) == (0, ["lon", "lat", *ADDED])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x,y\n1,2\n", "no column lon, lat: there are x, y"),
        ("lon,lat,lon\n1,2,3\n", "lon stands there twice"),
        ("lon,lat,how\n1,2,3\n", "the column how is there already"),
        ("", "can't be read"),
        ("lon,lat\n1,2\n1,2,3\n", "Expected 2 columns, got 3"),
        ("lon,lat,T\udcaan\n1,2,\n", "line 1: the names of the columns are no UTF-8: save the file as UTF-8"),
        ("lon,lat,note\n1,2,T\udcaan\n", "can't be read: .* invalid UTF8"),
        ("\udcff\udcfel\0o\0", "points.csv: is UTF-16: save it as UTF-8"),
        ("\udcfe\udcff\0l\0o", "points.csv: is UTF-16: save it as UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_written(dispatch, tmp_path, text, says):
    source = written(tmp_path, text)
    with pytest.raises(FileError, match=says) as refused:
        locate_file(dispatch, source, tmp_path / "out.csv")
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("source", "out", "says"),
    [
        ("points.csv", "points.csv", "same file"),
        ("points.csv", "../{folder}/points.csv", "same file"),
        ("points.csv", "out.xlsx", "must end in .csv or .parquet"),
        ("points.txt", "out.csv", "must end in .csv or .parquet"),
        ("absent.csv", "out.csv", "absent.csv: can't be read"),
        ("absent.parquet", "out.csv", "absent.parquet: can't be read"),
        ("false.parquet", "out.csv", "false.parquet: can't be read"),
        ("points.csv", "absent/out.csv", "out.csv: can't be written"),
        ("points.csv", "absent/out.parquet", "out.parquet: can't be written"),
    ],
)
def test_paths_that_cannot_be_used_are_refused(dispatch, tmp_path, source, out, says):
    before = written(tmp_path, "lon,lat\n105.856919,21.005396\n").read_bytes()
    (tmp_path / "false.parquet").write_bytes(before)
    with pytest.raises(FileError, match=says):
        locate_file(dispatch, tmp_path / source, tmp_path / out.format(folder=tmp_path.name))
    assert (tmp_path / "points.csv").read_bytes() == before


def test_columns_that_csv_cannot_hold_are_refused(dispatch, tmp_path):
    source = tmp_path / "points.parquet"
    pq.write_table(pa.table({"lon": [105.85], "lat": [21.0], "tags": [["a", "b"]]}), source)
    with pytest.raises(FileError, match="can't be written"):
        locate_file(dispatch, source, tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [("lon", [105.85], "list<"), ("lat", {"a": 21.0}, "struct<"), ("day", ["2026-01-05"], "list<")],
)
def test_columns_that_hold_no_values_are_named(dispatch, tmp_path, name, value, kind):
    source = tmp_path / "points.parquet"
    pq.write_table(pa.table({"lon": [105.85], "lat": [21.0], "day": ["2026-01-05"]} | {name: [value]}), source)
    with pytest.raises(FileError, match=f"the column {name} holds {kind}.*: a text, a number or a time is needed"):
        locate_file(dispatch, source, tmp_path / "out.csv", BY_ROW)
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("kind", [pa.binary(), pa.string()])
def test_broken_bytes_in_a_place_or_a_day_cost_their_own_row(dispatch, tmp_path, kind):
    place = {"lon": b"105.868664", "lat": b"20.998485", "day": b"2026-01-05"}
    rows = [place, *(place | {name: b"1\xaa"} for name in place)]
    source, out = tmp_path / "points.parquet", tmp_path / "out.parquet"
    pq.write_table(
        pa.table({name: pa.array([row[name] for row in rows], pa.binary()).view(kind) for name in place}), source
    )
    assert locate_file(dispatch, source, out, BY_ROW) == Tally(rows=4, outside=0, invalid=3)
    assert pq.read_table(out, columns=["how"])["how"].to_pylist() == ["inside", *["invalid"] * 3]


def test_a_geometry_that_is_not_there_or_no_wkb_is_named(dispatch, tmp_path):
    source = tmp_path / "points.parquet"
    told = {"geo": json.dumps(POINTS)}
    for columns in ({"x": [1]}, {"geometry": [1]}):
        pq.write_table(pa.table(columns).replace_schema_metadata(told), source)
        with pytest.raises(FileError, match="the column geometry should be there once and hold the geometry as WKB"):
            locate_file(dispatch, source, tmp_path / "out.parquet")


def test_what_is_called_as_a_part_of_the_output_stays(dispatch, tmp_path):
    (tmp_path / "out.csv.part").mkdir()
    rows = located(dispatch, written(tmp_path, "lon,lat\n105.856919,21.005396\n"), tmp_path / "out.csv")
    assert len(rows) == 1
    assert (tmp_path / "out.csv.part").is_dir()


def test_an_unknown_category_is_refused(dispatch, tmp_path):
    with pytest.raises(InputError, match="unknown category 'noise'"):
        locate_file(dispatch, written(tmp_path, "lon,lat\n"), tmp_path / "out.csv", category="noise")
