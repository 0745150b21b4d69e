"""What was found as a GeoDataFrame, whose ``attrs`` say what it rests on: plain values, so that it can be saved."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from geo.hexagons.cells import cell_names, cell_polygons
from geo.hotspots.question import Found
from geo.lookup.dispatch import Dispatch
from geo.statistics.emerging import NAMES
from geo.units.territory import Territory


def cells_frame(found: Found, attrs: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Give a row for each cell, by its H3 name; the columns are explained in docs/hotspots.md.

    Parameters
    ----------
    found : Found
    attrs : mapping
        What all rows rest on.
    """
    columns: dict[str, Any] = dict(found.columns)
    if found.question.view == "emerging":
        columns["class_name"] = [NAMES[code].en for code in found.classes.tolist()]
    columns |= {"synthetic": found.synthetic, "inside": found.grid.inside, "hidden": found.hidden}
    names = pd.Index(cell_names(found.grid.cell).tolist(), dtype="str", name="cell")
    shapes = cell_polygons(found.grid.cell)
    return _with_attrs(gpd.GeoDataFrame(columns, index=names, geometry=shapes, crs=4326), attrs)


def reports_frame(rows: pa.Table, columns: Sequence[str], zone: str, attrs: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Give a row for each report, by its id, the newest first; times are those of the zone's clocks.

    Parameters
    ----------
    rows : pyarrow.Table
        Beside the columns: id, lon, lat.
    columns : sequence of str
        Which are wanted, in their order.
    zone : str
        IANA name.
    attrs : mapping
    """
    # The time of an id is that of the report, to the millisecond, and after that of two the greater id is the newer.
    rows = rows.sort_by([("id", "descending")])
    table = rows.select(columns)
    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(number, field.name, table[field.name].cast(pa.timestamp("us", tz=zone)))
    frame = table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    if "synthetic" in columns:
        frame["synthetic"] = frame["synthetic"].astype(bool)
    frame.index = pd.Index(rows["id"].to_pandas(), name="id")
    points = shapely.points(rows["lon"].to_numpy(), rows["lat"].to_numpy())
    return _with_attrs(gpd.GeoDataFrame(frame, geometry=points, crs=4326), attrs)


def units_frame(rows: gpd.GeoDataFrame, attrs: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Give a row for each unit, by its code."""
    return _with_attrs(rows.set_index("code"), attrs)


def category_words(dispatch: Dispatch, codes: Sequence[str] | None) -> dict[str, str] | None:
    """Name categories in both languages; None for all."""
    if codes is None:
        return None
    named = [dispatch.category(code) for code in codes]
    return {"vi": ", ".join(each.name for each in named), "en": ", ".join(each.name_en for each in named)}


def made_words(territory: Territory, source: str) -> dict[str, str]:
    """Say of whose reports something was made, when, and from what."""
    now = dt.datetime.now(territory.zone).isoformat(timespec="seconds")
    return {"territory": territory.id, "made": now, "source": source}


def _with_attrs(frame: gpd.GeoDataFrame, attrs: Mapping[str, Any]) -> gpd.GeoDataFrame:
    frame.attrs.update(attrs)
    return frame
