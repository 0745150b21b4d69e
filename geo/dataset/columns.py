"""The files of a folder, column by column: what they say of themselves in metadata.json."""

import json
from typing import Final

import pyarrow as pa

from geo.dataset.content import ColumnWords
from geo.geoparquet import KEY, POINTS
from geo.reports.columns import REPORT_COLUMNS, ReportColumn

_ID, _TEXT, _COUNT = pa.int64(), pa.string(), pa.int64()

UNIT: Final = ReportColumn(_ID, "the same number as in the files of units")
GENERATION: Final = ReportColumn(_ID, "boundaries by which its unit was found")
REPORTER: Final = ReportColumn(
    pa.binary(), "the same for the same person in this folder, and in no other one; empty: not known"
)
POINT: Final = ReportColumn(pa.binary(), "longitude, latitude in degrees, WGS 84, as WKB", "degrees")

UNIT_COLUMNS: Final[dict[str, ReportColumn]] = {
    "unit_id": ReportColumn(_ID, "number of the unit, whatever its shape"),
    "parent_id": ReportColumn(_ID, "number of the unit that it is part of; 0 for none"),
    "level": ReportColumn(_TEXT, "ward, district, city or area"),
    "code": ReportColumn(_TEXT, "official code; the same code may be another unit at another time"),
    "kind": ReportColumn(_TEXT, "kind of unit in the local language"),
    "name": ReportColumn(_TEXT, "name in the local language"),
    "name_en": ReportColumn(_TEXT, "name in English"),
    "area_m2": ReportColumn(pa.float64(), "area on the ellipsoid, square metres", "square metres"),
    "geometry": ReportColumn(pa.binary(), "polygons: longitude, latitude in degrees, WGS 84, as WKB", "degrees"),
}

COUNT_COLUMNS: Final[dict[str, ReportColumn]] = {
    "month": ReportColumn(_TEXT, "local month of the reports"),
    "category": ReportColumn(_TEXT, "code; empty for one that is no longer known"),
    "cell": ReportColumn(_TEXT, "H3 cell of resolution 9 to 5, counting what lies in no finer one; empty: in the city"),
    "count": ReportColumn(_COUNT, "reports"),
    "synthetic": ReportColumn(_COUNT, "how many of them are made by the demo"),
    "people": ReportColumn(_COUNT, "how many people reported them: five or more"),
}


def report_schema(*, reporters: bool) -> pa.Schema:
    """Give the schema of a file of reports."""
    return pa.schema(
        [(name, each.kind) for name, each in report_columns(reporters=reporters).items()],
        {KEY: json.dumps(POINTS).encode()},
    )


def report_columns(*, reporters: bool) -> dict[str, ReportColumn]:
    """Give the columns of a file of reports."""
    ids = {"unit_id": UNIT, "generation_id": GENERATION}
    return REPORT_COLUMNS | ids | ({"reporter": REPORTER} if reporters else {}) | {"geometry": POINT}


def words_of(columns: dict[str, ReportColumn]) -> dict[str, ColumnWords]:
    """Say of each column what it is."""
    return {name: ColumnWords(str(each.kind), each.meaning, each.unit) for name, each in columns.items()}
