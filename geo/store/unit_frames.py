"""The units of a generation as a GeoDataFrame."""

from typing import TYPE_CHECKING

import shapely
from sqlalchemy import Connection, func, select

from geo.store.schema import Boundary, Unit

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def read_boundaries(connection: Connection, generation_id: int) -> "GeoDataFrame":
    """Read the units of a generation, by code.

    Returns
    -------
    GeoDataFrame
        Columns unit_id and parent_id (database ids; 0 for no parent), level, code, kind, name, name_en, area_m2 (on the
        ellipsoid) and geometry (MultiPolygon, lon, lat, EPSG:4326).
    """
    import geopandas as gpd
    import pandas as pd

    columns = (Unit.level, Unit.code, Unit.kind, Unit.name, Unit.name_en, Boundary.area_m2)
    query = select(Unit.id.label("unit_id"), func.coalesce(Boundary.parent_id, 0).label("parent_id"), *columns)
    query = query.add_columns(func.ST_AsBinary(Boundary.geom).label("wkb"))
    query = query.join(Boundary, Boundary.unit_id == Unit.id).where(Boundary.generation_id == generation_id)
    found = connection.execute(query.order_by(Unit.code))
    rows = pd.DataFrame(found.all(), columns=list(found.keys()))
    shapes = shapely.from_wkb(rows.pop("wkb").map(bytes).to_numpy())
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)
