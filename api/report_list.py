"""Pages of reports as GeoJSON, CSV and GeoParquet: the same columns in each."""

import csv
import io
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from api.new_report import as_json, in_utc
from geo.geoparquet import KEY, POINTS

COLUMNS = (
    "id", "status", "category", "reported_at", "received_at", "lon", "lat", "accuracy_m", "unit_code", "unit_name",
    "unit_name_en", "how", "channel", "external_id", "description", "media", "rule", "lead", "cooperating", "urgency",
    "intake_due_at", "due_at", "updated_at", "intake_at", "answered_at", "closed_at", "evidence", "satisfied",
    "reopened", "duplicate_of", "synthetic",
)  # fmt: skip
Row = dict[str, Any]


def as_geojson(reports: list[Row], members: dict[str, Any]) -> bytes:
    """Write a feature collection (RFC 7946) with further members."""
    return as_json({"type": "FeatureCollection", **members, "features": [_feature(in_utc(each)) for each in reports]})


def _feature(report: Row) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": report["id"],
        "geometry": {"type": "Point", "coordinates": [report["lon"], report["lat"]]},
        "properties": {name: report[name] for name in COLUMNS if name not in ("id", "lon", "lat")},
    }


def as_csv(reports: list[Row]) -> bytes:
    """Write a line for each report; times in UTC, lists as JSON."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(report[name]) for name in COLUMNS] for report in map(in_utc, reports))
    return file.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return orjson.dumps(value).decode()
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def as_geoparquet(reports: list[Row]) -> bytes:
    """Write GeoParquet 1.1: the columns, and the points as WKB in longitude and latitude, its usual CRS."""
    rows = [in_utc(each) | {name: _text(each[name]) for name in ("id", "duplicate_of")} for each in reports]
    columns = {name: pa.array([row[name] for row in rows], _kind(name)) for name in COLUMNS}
    points = shapely.points([row["lon"] for row in rows], [row["lat"] for row in rows])
    table = pa.table(columns | {"geometry": pa.array(shapely.to_wkb(points), pa.binary())})
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({KEY: orjson.dumps(POINTS)}), file)
    return file.getvalue()


def _kind(name: str) -> pa.DataType:
    if name.endswith("_at"):
        return pa.timestamp("us", tz="UTC")
    return _KINDS.get(name, pa.string())


_KINDS = (
    dict.fromkeys(("lon", "lat", "accuracy_m"), pa.float64())
    | dict.fromkeys(("evidence", "satisfied", "synthetic"), pa.bool_())
    | dict.fromkeys(("media", "cooperating"), pa.list_(pa.string()))
    | {"reopened": pa.int64()}
)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
