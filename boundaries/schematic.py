"""Schematic boundaries of Hanoi for both periods, computed from facts: a start, not to be taken for surveyed ones.

See ``docs/schematic.md`` for how they are made and how good they are.
"""

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries import facts
from boundaries.raster_coverage import coverage_of
from boundaries.schematic_raster import grid_over, pieces_by_cell, wards_by_cell
from geo.units.territory import HANOI

CITY_CODE = "01"
CITY_SINCE = dt.date(2008, 8, 1)
"""First day of the city's present outline. The 526 wards are of January 2025, the nearest known for earlier days."""

REFORM = dt.date(2025, 7, 1)
"""First day of the 126 wards without districts."""

_TOLERANCE = 0.5
_COLUMNS = ["code", "name", "name_en", "kind", "parent_code", "geometry"]


@dataclass(frozen=True)
class SchematicLayer:
    """The schematic units of one level in one period.

    Parameters
    ----------
    level : str
        "city", "district" or "ward".
    valid_from : date
        First day.
    valid_to : date or None
        Day after the last one; None if still in force.
    units : GeoDataFrame
        Columns code, name, name_en, kind, parent_code (the district of an old ward, else None) and geometry
        (MultiPolygon, EPSG:4326), by code.
    """

    level: str
    valid_from: dt.date
    valid_to: dt.date | None
    units: gpd.GeoDataFrame


def schematic_layers() -> tuple[SchematicLayer, ...]:
    """Compute the schematic boundaries of Hanoi: city, districts and wards until 2025-06-30, city and wards since.

    Within each layer the units are an exact coverage. All layers are unions of the same pieces, so the city, its
    districts and its wards of either period have the same outline. The result depends on nothing but the bundled facts.

    Returns
    -------
    tuple of SchematicLayer
        Parents before children.

    Examples
    --------
    >>> [(layer.level, str(layer.valid_from), len(layer.units)) for layer in schematic_layers()]
    [('city', '2008-08-01', 1), ('district', '2008-08-01', 30), ('ward', '2008-08-01', 526),
     ('city', '2025-07-01', 1), ('ward', '2025-07-01', 126)]
    """
    pieces = _pieces()
    old_wards = facts.wards_until_2025().rename(columns={"district_code": "parent_code"})
    return (
        SchematicLayer("city", CITY_SINCE, REFORM, _dissolved(pieces, "city_code", _city())),
        SchematicLayer(
            "district", CITY_SINCE, REFORM, _dissolved(pieces, "district_code", facts.districts_until_2025())
        ),
        SchematicLayer("ward", CITY_SINCE, REFORM, _dissolved(pieces, "old_code", old_wards)),
        SchematicLayer("city", REFORM, None, _dissolved(pieces, "city_code", _city())),
        SchematicLayer("ward", REFORM, None, _dissolved(pieces, "new_code", facts.wards_since_2025())),
    )


def _pieces() -> gpd.GeoDataFrame:
    """Compute what each old ward gave to each new one: city_code, district_code, old_code, new_code, geometry."""
    old_wards, new_wards, pairs = facts.wards_until_2025(), facts.wards_since_2025(), facts.succession_2025()
    grid = grid_over(old_wards)
    new = pd.Index(new_wards["code"]).get_indexer(pairs["new_code"])
    successors = new_wards.loc[new, ["lon", "lat", "area_km2"]].assign(
        old=pd.Index(old_wards["code"]).get_indexer(pairs["old_code"]), new=new
    )
    labels = pieces_by_cell(wards_by_cell(grid, old_wards), grid, successors)
    found, shapes = coverage_of(labels, _TOLERANCE)
    codes = pairs.loc[found, ["old_code", "new_code"]].merge(
        old_wards[["code", "district_code"]], left_on="old_code", right_on="code", validate="many_to_one"
    )
    return gpd.GeoDataFrame(
        codes.assign(city_code=CITY_CODE), geometry=shapely.transform(shapes, grid.degrees), crs="EPSG:4326"
    )


def _city() -> pd.DataFrame:
    return pd.DataFrame({"code": [CITY_CODE], "name": HANOI.name, "name_en": HANOI.name_en, "kind": "Thành phố"})


def _dissolved(pieces: gpd.GeoDataFrame, by: str, units: pd.DataFrame) -> gpd.GeoDataFrame:
    """Unite the pieces of each unit."""
    shapes = pieces.dissolve(by=by, method="coverage").geometry.reindex(units["code"])
    whole = [shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]) for shape in shapes]
    described = units.assign(geometry=np.array(whole), parent_code=units.get("parent_code"))
    return gpd.GeoDataFrame(described[_COLUMNS], crs="EPSG:4326").sort_values("code", ignore_index=True)
