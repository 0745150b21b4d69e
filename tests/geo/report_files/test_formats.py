"""The same reports as CSV, GeoJSON, features by line and GeoParquet in any CRS are the same reports."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import FileError
from geo.report_files.files import open_reports
from geo.report_files.reading import ReportReading

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
]


def test_each_feature_that_is_no_report_is_named_by_its_line(tmp_path):
    good = {
        "type": "Feature",
        "id": 7,
        "geometry": {"type": "Point", "coordinates": [105.85, 21.02]},
        "properties": {"category": "waste", "reported_at": "2026-01-05"},
    }
    path = tmp_path / "r.geojsonl"
    path.write_text("\n".join([json.dumps(good), *(line for line, _ in BAD), json.dumps(good)]))
    with open_reports(path) as (reader, _):
        [rows] = reader.blocks()
    assert rows.lines.tolist() == [1, 6]
    assert [rejected.line for rejected in rows.rejected] == [2, 3, 4, 5]
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
