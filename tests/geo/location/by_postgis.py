"""Which unit PostGIS gives points to: what every other way is held to."""

import numpy as np
import psycopg
import shapely

COVERS = "ST_Covers(unit.geom, point.geom)"
NOT_DISJOINT = "unit.geom && point.geom AND NOT ST_Disjoint(unit.geom, point.geom)"

TABLES = """
    CREATE TEMPORARY TABLE unit (number integer, geom geometry);
    CREATE TEMPORARY TABLE point (number integer, geom geometry);
"""


def copy_in(connection: psycopg.Connection, table: str, shapes: np.ndarray) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in enumerate(shapely.to_wkb(shapes, hex=True)):
            copy.write_row(row)


def lowest_units(connection: psycopg.Connection, polygons: np.ndarray, points: np.ndarray, holds: str) -> np.ndarray:
    with connection.transaction(force_rollback=True):
        connection.execute(TABLES)
        copy_in(connection, "unit", polygons)
        copy_in(connection, "point", points)
        connection.execute("CREATE INDEX ON point USING gist (geom)")
        connection.execute("ANALYZE unit, point")
        query = f"SELECT point.number, min(unit.number) FROM unit JOIN point ON {holds} GROUP BY 1"
        rows = np.array(connection.execute(query).fetchall(), dtype=int).reshape(-1, 2)
    unit = np.full(len(points), -1)
    unit[rows[:, 0]] = rows[:, 1]
    return unit
