"""The same reports as CSV, GeoJSON, features by line and GeoParquet in any CRS are the same reports."""

import json
import os
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import FileError
from geo.report_files.files import open_reports, rows_of
from geo.report_files.nesting import Nesting
from geo.report_files.reading import ReportReading
from geo.report_files.rows import Rows

NOW = np.datetime64("2026-01-06", "ms")
N = 50


@pytest.fixture(scope="module")
def frame() -> geopandas.GeoDataFrame:
    random = np.random.default_rng(5)
    lon, lat = random.uniform(105.8, 105.9, N), random.uniform(21.0, 21.1, N)
    data = {
        "category": random.choice(["waste", "parking"], N),
        "reported_at": pd.date_range("2025-03-01T08:00", periods=N, freq="7h", tz="Asia/Ho_Chi_Minh"),
        "external_id": [f"x-{i}" for i in range(N)],
        "accuracy_m": random.uniform(1, 30, N).round(1),
        "description": [f'dòng "{i}"\nhai, ba; bốn' for i in range(N)],
    }
    return geopandas.GeoDataFrame(data, geometry=shapely.points(lon, lat), crs=4326)


def write(frame: geopandas.GeoDataFrame, path: Path, kind: str) -> Path:
    flat = pd.DataFrame(frame.drop(columns="geometry")).assign(lon=frame.geometry.x, lat=frame.geometry.y)
    match kind:
        case "csv":
            flat.to_csv(path := path / "r.csv", index=False)
        case "parquet without geometry":
            flat.to_parquet(path := path / "r.parquet")
        case "parquet":
            frame.to_parquet(path := path / "r.parquet")
        case "parquet in UTM":
            frame.to_crs(32648).to_parquet(path := path / "r.parquet", row_group_size=7)
        case "parquet in VN-2000":
            frame.to_crs(3405).to_parquet(path := path / "r.geoparquet")
        case "geojson":
            (path := path / "r.geojson").write_text(geojson(frame))
        case "geojson by line":
            features = json.loads(geojson(frame))["features"]
            (path := path / "r.ndjson").write_text("\n\n".join(map(json.dumps, features)))
        case "geojson sequence":
            features = json.loads(geojson(frame))["features"]
            (path := path / "r.geojsons").write_text("".join(f"\x1e{json.dumps(each)}\n" for each in features))
    return path


def geojson(frame: geopandas.GeoDataFrame) -> str:
    return frame.assign(reported_at=[time.isoformat() for time in frame["reported_at"]]).to_json(drop_id=True)


KINDS = ["csv", "parquet without geometry", "parquet", "parquet in UTM", "parquet in VN-2000"]
KINDS += ["geojson", "geojson by line", "geojson sequence"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_reports(frame, tmp_path, kind):
    path = write(frame, tmp_path, kind)
    with open_reports(path) as (reader, mapping):
        [rows] = reader.blocks()
        found = ReportReading(mapping, ("waste", "parking"), "Asia/Ho_Chi_Minh").read(rows, NOW)
        assert reader.position == reader.size == path.stat().st_size
    reports = found.submitted
    assert found.rejected == []
    for name in ("category", "external_id", "accuracy_m", "description"):
        assert getattr(reports, name).tolist() == frame[name].tolist()
    utc = frame["reported_at"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    assert (reports.reported_at == utc).all()
    # To VN-2000 and back loses up to a millimetre, which is a hundred-millionth of a degree.
    np.testing.assert_allclose(reports.lon, frame.geometry.x, rtol=0, atol=1e-8)
    np.testing.assert_allclose(reports.lat, frame.geometry.y, rtol=0, atol=1e-8)


BAD = [
    ('{"type": "Feature", "properties": {}, "geometry": null}', "one without a geometry"),
    ('{"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": []}}', "LineString"),
    ('{"type": "Feature", "properties": {"category": "zoo"', "no JSON"),
    ("[1, 2]", "one without a geometry"),
    ('{"type": "Feature", "properties": [1], "geometry": null}', "properties of a feature are an object"),
    ('{"type": "Feature", "properties": "waste", "geometry": null}', "properties of a feature are an object"),
    (f'{{"type": "Feature", "properties": {{"description": {"[" * 200}{"]" * 200}}}}}', "nested more than 100 deep"),
    (f'"{"x" * 2_000_000}"', "longer than 1,000,000 bytes"),
]
GOOD = {
    "type": "Feature",
    "id": 7,
    "geometry": {"type": "Point", "coordinates": [105.85, 21.02]},
    "properties": {"category": "waste", "reported_at": "2026-01-05"},
}


def test_each_feature_that_is_no_report_is_named_by_its_line(tmp_path):
    good = json.dumps(GOOD)
    path = tmp_path / "r.geojsonl"
    path.write_text("\n".join([good, *(line for line, _ in BAD), good]))
    with open_reports(path) as (reader, _):
        [rows] = reader.blocks()
    assert rows.lines.tolist() == [1, 2 + len(BAD)]
    assert [rejected.line for rejected in rows.rejected] == list(range(2, 2 + len(BAD)))
    for rejected, (_, reason) in zip(rows.rejected, BAD, strict=True):
        assert reason in rejected.reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (
            "r.geojson",
            b'{"type": "FeatureCollection", "features": [{"type": "Feature"}, {',
            "no GeoJSON after feature 1",
        ),
        ("r.geojson", b'{"type": "Topology"}', "there are no features"),
        ("r.geojson", b"\xff\xfe", "is no GeoJSON"),
        ("r.geojson", b'{"features": [{"a": "[{"}, ' + b"[" * 100_000, "nested more than 100 deep"),
        ("r.geojson", b'{"other": ' + b'{"a": ' * 100_000, "nested more than 100 deep"),
        ("r.parquet", b"PAR1", "can't be read"),
        ("r.xlsx", b"", "unknown format: the name must end in one of .csv"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_one_line(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=reason) as refused, open_reports(tmp_path / name) as (reader, _):
        list(reader.blocks())
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_a_csv_says_itself_in_which_unicode_it_is(tmp_path, encoding):
    path = tmp_path / "r.csv"
    path.write_bytes(
        "category\tlon\tlat\treported_at\tdescription\r\nwaste\t105\t21\t2026-01-05\tRác\r\n".encode(encoding)
    )
    with open_reports(path) as (reader, _):
        [rows] = reader.blocks()
    assert rows.table.column("description").to_pylist() == ["Rác"]
    assert rows.lines.tolist() == [2]


def blocks(path: Path) -> list[Rows]:
    with open_reports(path) as (reader, _):
        return list(reader.blocks())


COLLECTION = json.dumps({"type": "FeatureCollection", "features": [GOOD, GOOD | {"properties": ["waste"]}, GOOD]})
LINE = json.dumps(GOOD)


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("r.geojson", COLLECTION, [1, 3]),
        ("r.json", LINE, [1]),
        ("r.json", f"\n\r\n{LINE}\n", [3]),
        ("r.ndjson", LINE, [1]),
        ("r.ndjson", f"\n{LINE}\n", [2]),
        ("r.ndjson", f"{{broken\n{LINE}\n", [2]),
        ("r.geojsons", f"\x1e{LINE}\n", [1]),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_features_are_found_by_the_ending_whatever_the_first_line_is(tmp_path, name, text, lines, mark):
    (tmp_path / name).write_text(mark + text)
    assert [line for rows in blocks(tmp_path / name) for line in rows.lines.tolist()] == lines


JSON = st.recursive(st.none() | st.text('a"\\[]{}\n'), lambda each: st.lists(each, max_size=3), max_leaves=20)


@given(value=JSON, size=st.integers(1, 20))
def test_nesting_is_told_as_a_parser_tells_it_however_the_bytes_come(value, size):
    def depth(value: object) -> int:
        return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0

    data, nesting = json.dumps(value).encode(), Nesting()
    assert max(nesting.deepest(data[i : i + size]) for i in range(0, len(data), size)) == depth(value)


@pytest.mark.parametrize("name", ["r.csv", "r.geojson", "r.parquet"])
def test_a_file_that_the_system_can_not_read_is_told_in_one_line(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(FileError, match=f"{name}: can't be read: "), open_reports(tmp_path / name):
        pass


def test_a_file_that_goes_away_while_it_is_read_is_told_in_one_line(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("category,lon,lat,reported_at\n" + "waste,105.85,21.02,2026-01-05\n" * 100_000)
    with open_reports(path) as (reader, _):
        rows = rows_of(path, reader)
        next(rows)
        directory = os.open(tmp_path, os.O_RDONLY)
        os.dup2(directory, reader._bytes.fileno())  # from now on it reads as a share that went away does: not at all
        os.close(directory)
        with pytest.raises(FileError, match=r"r.csv: can't be read on: Is a directory"):
            list(rows)


def parquet(path: Path, **columns: object) -> Path:
    """A file of three reports, with some columns more or instead."""
    three = {"category": ["waste"] * 3, "lon": [105.85] * 3, "lat": [21.02] * 3, "reported_at": ["2026-01-05"] * 3}
    pq.write_table(pa.table(three | columns), path / "r.parquet")
    return path / "r.parquet"


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("category", [["waste"]] * 3, "list<"),
        ("lon", [[105.85]] * 3, "list<"),
        ("reported_at", [{"day": 1}] * 3, "struct<"),
        ("description", [["a", "b"]] * 3, "list<"),
        ("media", [[1]] * 3, "list<"),
    ],
)
def test_a_parquet_column_that_holds_no_values_is_named_before_a_row_is_read(tmp_path, name, values, kind):
    with (
        pytest.raises(FileError, match=f"the column {name} holds {kind}"),
        open_reports(parquet(tmp_path, **{name: values})),
    ):
        pass


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.binary())])
@pytest.mark.parametrize("name", ["description", "external_id", "category"])
def test_broken_bytes_of_a_parquet_file_cost_their_own_row(tmp_path, kind, name):
    texts = pa.array(["Rác".encode(), b"R\xe1c", None], pa.binary())
    if pa.types.is_dictionary(kind):
        texts = texts.dictionary_encode()
    elif kind != pa.binary():
        texts = texts.cast(pa.large_binary() if kind == pa.large_string() else pa.binary()).view(kind)
    [rows] = blocks(parquet(tmp_path, **{name: texts}))
    assert rows.lines.tolist() == [1, 3]
    assert rows.table.column(name).to_pylist() == ["Rác", None]
    assert [(each.line, each.field) for each in rows.rejected] == [(2, name)]


def test_a_rejected_row_has_the_columns_that_are_read_by_the_names_that_the_file_gives_them(tmp_path):
    path = parquet(tmp_path, note=["not read"] * 3, Description=[b"\xff", b"b", b"c"])
    with open_reports(path) as (reader, mapping):
        [rows] = reader.blocks()
        assert reader.header == ["category", "lon", "lat", "reported_at", "Description"]
    assert mapping.columns.description == "Description"
    assert rows.rejected[0].row == ["waste", "105.85", "21.02", "2026-01-05", ""]
    with (
        pytest.raises(FileError, match="no column lat: found category, lon, reported_at, note"),
        open_reports(write_without(path, "lat")),
    ):
        pass


def write_without(path: Path, name: str) -> Path:
    pq.write_table(pq.read_table(path).drop_columns([name]), path)
    return path


def test_lists_of_pictures_in_a_parquet_file_are_read(tmp_path):
    links = ["https://example.org/a.jpg", "https://example.org/b.jpg"]
    with open_reports(parquet(tmp_path, media=[links, [], None])) as (reader, mapping):
        [rows] = reader.blocks()
        found = ReportReading(mapping, ("waste",), "Asia/Ho_Chi_Minh").read(rows, NOW)
    assert found.submitted.media.tolist() == [tuple(links), (), ()]


def test_a_broken_page_of_a_parquet_file_is_told_with_its_row(tmp_path):
    path = parquet(tmp_path)
    table = pa.concat_tables([pq.read_table(path)] * 5000)
    pq.write_table(table, path, compression="snappy", use_dictionary=False)
    path.write_bytes(path.read_bytes()[:60] + b"\xff" * 40 + path.read_bytes()[100:])
    with pytest.raises(FileError, match=r"r.parquet: can't be read after row 0: "):
        blocks(path)
