"""What `geo.hotspots.question` found as files for other programs: every format has the same rows, figures and facts."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import shapely

from geo.hexagons.cells import cell_polygons, cell_texts, cells_named
from geo.hexagons.families import DECIMALS, cell_geojson
from geo.hotspots.question import Found
from geo.statistics.emerging import NAMES

FACTS_KEY = b"hientruong"
"""Under which an Arrow or Parquet schema carries the facts, as JSON."""

Facts = Mapping[str, Any]


def table(found: Found, facts: Facts) -> pa.Table:
    """Give one row a cell: its name, what was measured and found, whether it is hidden; what is not finite is null.

    Parameters
    ----------
    found : Found
        The cells that are wanted.
    facts : mapping
        What all of them rest on; carried as the schema's metadata.

    Examples
    --------
    The columns are explained in docs/hotspots.md.
    """
    columns: dict[str, Any] = {"cell": cell_texts(found.grid.cell)}
    for name, values in found.columns.items():
        columns[name] = pa.array(values, mask=~np.isfinite(values) if values.dtype.kind == "f" else None)
    if found.question.view == "emerging":
        columns["class_name"] = pa.array([NAMES[code].en for code in found.classes.tolist()], pa.string())
    columns["inside"] = pa.array(found.grid.inside)
    columns["hidden"] = pa.array(found.hidden)
    return pa.table(columns).replace_schema_metadata({FACTS_KEY: _json(facts)})


def to_columns(rows: pa.Table, facts: Facts) -> bytes:
    """Write JSON: the facts, and each column as a list."""
    columns = {name: _names(rows[name]) if name == "cell" else _plain(rows[name]) for name in rows.column_names}
    return _json({**facts, "columns": columns})


def _names(cells: pa.ChunkedArray) -> Any:
    """Give the names of cells as JSON, written at once: there is nothing in them to escape."""
    if not len(cells):
        return []
    every = pa.ListArray.from_arrays(pa.array([0, len(cells)], pa.int32()), cells.combine_chunks())
    return orjson.Fragment(b'["' + pc.binary_join(every, '","')[0].as_buffer().to_pybytes() + b'"]')


def _plain(values: pa.ChunkedArray) -> Any:
    """Give a column as what is written fastest: numbers as an array, in which null is NaN, as it is in JSON's."""
    return values.to_numpy() if pa.types.is_primitive(values.type) else values.to_pylist()


def to_geojson(rows: pa.Table, facts: Facts) -> bytes:
    """Write GeoJSON (RFC 7946): each cell a feature, the facts as members beside them."""
    features = orjson.Fragment(b"[" + b",".join(_features(rows).to_pylist()) + b"]")
    return _json({"type": "FeatureCollection", **facts, "features": features})


def _features(rows: pa.Table) -> pa.Array:
    """Write a feature a row, all rows at once: objects for each of 30,000 cells would take most of a second."""
    shapes = pa.array(cell_geojson(cells_named(rows["cell"].to_pylist())), pa.string())
    parts = ['{"type":"Feature","id":"', rows["cell"].combine_chunks(), '","geometry":', shapes, ',"properties":{']
    for number, name in enumerate(rows.drop_columns("cell").column_names):
        parts += [f"{',' if number else ''}{_json(name).decode()}:", _texts(rows[name].combine_chunks())]
    return pc.binary_join_element_wise(*parts, "}}", "").cast(pa.binary())


def _texts(values: pa.Array) -> pa.StringArray:
    """Write each value as JSON."""
    if pa.types.is_string(values.type):
        kinds = values.dictionary_encode()
        words = pa.array([_json(word).decode() for word in kinds.dictionary.to_pylist()], pa.string())
        return pc.fill_null(words.take(kinds.indices), "null")
    return pc.fill_null(values.cast(pa.string()), "null")


def to_csv(rows: pa.Table) -> bytes:
    """Write CSV (UTF-8, one header line); its facts go beside it, see `csv_metadata`."""
    opened = io.BytesIO()
    pacsv.write_csv(rows, opened, pacsv.WriteOptions(quoting_style="needed"))
    return opened.getvalue()


def csv_metadata(rows: pa.Table, facts: Facts, url: str) -> bytes:
    """Write the facts of a CSV file as the W3C's Metadata Vocabulary for Tabular Data has it.

    Parameters
    ----------
    rows : Table
    facts : mapping
    url : str
        Name of the CSV file; the metadata belong into a file of this name and ``-metadata.json``.
    """
    columns = [{"name": field.name, "titles": field.name, "datatype": _datatype(field.type)} for field in rows.schema]
    return _json(
        {"@context": "http://www.w3.org/ns/csvw", "url": url, "tableSchema": {"columns": columns}, "notes": [facts]}
    )


def to_arrow(rows: pa.Table) -> bytes:
    """Write an Arrow stream; the facts are the schema's metadata under `FACTS_KEY`."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())


def to_parquet(rows: pa.Table, facts: Facts) -> bytes:
    """Write GeoParquet 1.1: the cells' shapes as WKB in a column ``geometry``, the facts under `FACTS_KEY`."""
    polygons = _shapes(rows)
    shaped = rows.append_column("geometry", pa.array(shapely.to_wkb(polygons).tolist(), pa.binary()))
    bounds = shapely.total_bounds(polygons).tolist() if len(polygons) else None
    column = {"encoding": "WKB", "geometry_types": ["Polygon"], "orientation": "counterclockwise"}
    column |= {} if bounds is None else {"bbox": bounds}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    shaped = shaped.replace_schema_metadata({FACTS_KEY: _json(facts), b"geo": _json(geo)})
    sink = pa.BufferOutputStream()
    pq.write_table(shaped, sink, compression="zstd")
    return bytes(sink.getvalue())


def _shapes(rows: pa.Table) -> Any:
    polygons = cell_polygons(cells_named(rows["cell"].to_pylist()))
    return shapely.transform(polygons, lambda corners: corners.round(DECIMALS))


def _datatype(kind: pa.DataType) -> str:
    """Name an Arrow type as the metadata vocabulary does."""
    named = {pa.string(): "string", pa.bool_(): "boolean", pa.float64(): "double"}
    return named.get(kind, "integer")


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
