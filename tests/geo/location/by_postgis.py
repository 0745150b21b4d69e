"""Which unit PostGIS gives points to: what every other way is held to.

PostGIS asks GEOS, except that ST_Covers and ST_Intersects locate a point in a polygon by a shortcut of PostGIS's own.
The shortcut works in rounded float64, so it takes points that are nearer to an edge than about 1e-13 degrees (ten
nanometres) for points on the edge. NOT ST_Disjoint has no shortcut, and takes fifty times as long.
"""

import numpy as np
import psycopg
import shapely

COVERS = "ST_Covers(unit.geom, point.geom)"
NOT_DISJOINT = "unit.geom && point.geom AND NOT ST_Disjoint(unit.geom, point.geom)"

SHORTCUT_DEGREES = 1e-12
"""Further than this from every border PostGIS's shortcut is exact."""

TABLES = """
    CREATE TEMPORARY TABLE unit (number integer, geom geometry);
    CREATE TEMPORARY TABLE point (number integer, geom geometry);
"""

HEAD = [("fields", ">i2"), ("number_bytes", ">i4"), ("number", ">i4"), ("wkb_bytes", ">i4")]
WKB = [("order", "u1"), ("type", "<u4"), ("lon", "<f8"), ("lat", "<f8")]
POINT = np.dtype([*HEAD, *WKB])
"""A row of a number and a point in the binary format of COPY: a million points are written in no time."""


def copy_units(connection: psycopg.Connection, polygons: np.ndarray) -> None:
    with connection.cursor().copy("COPY unit FROM STDIN") as copy:
        for row in enumerate(shapely.to_wkb(polygons, hex=True)):
            copy.write_row(row)


def copy_points(connection: psycopg.Connection, lon: np.ndarray, lat: np.ndarray) -> None:
    rows = np.empty(len(lon), POINT)
    for name, value in {"fields": 2, "number_bytes": 4, "wkb_bytes": 21, "order": 1, "type": 1}.items():
        rows[name] = value
    rows["number"], rows["lon"], rows["lat"] = np.arange(len(lon)), lon, lat
    with connection.cursor().copy("COPY point FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")


def lowest_units(
    connection: psycopg.Connection, polygons: np.ndarray, lon: np.ndarray, lat: np.ndarray, holds: str
) -> np.ndarray:
    """Give the lowest of the units that hold each point, -1 for none."""
    with connection.transaction(force_rollback=True):
        connection.execute(TABLES)
        copy_units(connection, polygons)
        copy_points(connection, lon, lat)
        connection.execute("CREATE INDEX ON point USING gist (geom)")
        connection.execute("ANALYZE unit, point")
        query = f"SELECT unit.number, array_agg(point.number) FROM unit JOIN point ON {holds} GROUP BY 1"
        held = connection.cursor(binary=True).execute(query).fetchall()
    unit = np.full(len(lon), -1)
    for number, its_points in sorted(held, reverse=True):
        unit[its_points] = number
    return unit


def assert_st_covers_agrees(
    connection: psycopg.Connection, polygons: np.ndarray, lon: np.ndarray, lat: np.ndarray, unit: np.ndarray
) -> None:
    """Hold units (-1: none) to ST_Covers, and to NOT ST_Disjoint where the shortcut is no judge."""
    differing = np.flatnonzero(unit != lowest_units(connection, polygons, lon, lat, COVERS))
    lon, lat = lon[differing], lat[differing]
    borders = shapely.STRtree(shapely.boundary(polygons))
    _, degrees = borders.query_nearest(shapely.points(lon, lat), return_distance=True, all_matches=False)
    assert (degrees < SHORTCUT_DEGREES).all()
    np.testing.assert_array_equal(unit[differing], lowest_units(connection, polygons, lon, lat, NOT_DISJOINT))
