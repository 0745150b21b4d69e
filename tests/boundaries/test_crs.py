"""Coordinates of files come to WGS 84 by a named transformation of known accuracy, and never by a ballpark one."""

import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.crs import to_wgs84
from geo.errors import FileError

# VN-2000 to WGS 84 as the ministry published it (Decision 05/2007/QĐ-BTNMT): shifts in m, rotations in ", scale in ppm.
DX, DY, DZ = -191.90441429, -39.30318279, -111.45032835
RX, RY, RZ = (math.radians(angle / 3600) for angle in (-0.00928836, 0.01975479, -0.00427372))
SCALE = 1 + 0.252906278e-6

A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def published(lon: float, lat: float) -> tuple[float, float]:
    """Bring geographic VN-2000 to WGS 84 by the published seven parameters, written out."""
    lam, phi = math.radians(lon), math.radians(lat)
    n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
    x, y, z = n * math.cos(phi) * math.cos(lam), n * math.cos(phi) * math.sin(lam), n * (1 - E2) * math.sin(phi)
    x, y, z = (
        DX + SCALE * (x + RZ * y - RY * z),
        DY + SCALE * (-RZ * x + y + RX * z),
        DZ + SCALE * (RY * x - RX * y + z),
    )
    p = math.hypot(x, y)
    phi = math.atan2(z, p * (1 - E2))
    for _ in range(10):
        n = A / math.sqrt(1 - E2 * math.sin(phi) ** 2)
        phi = math.atan2(z + E2 * n * math.sin(phi), p)
    return math.degrees(math.atan2(y, x)), math.degrees(phi)


@given(st.floats(102.2, 109.4), st.floats(8.5, 23.3))
def test_vn_2000_moves_as_the_ministry_published(lon, lat):
    moved, how = to_wgs84(shapely.points([[lon, lat]]), pyproj.CRS.from_epsg(4756))
    assert (how.name, how.accuracy_m) == ("VN-2000 to WGS 84 (2)", 1.0)
    np.testing.assert_allclose(shapely.get_coordinates(moved)[0], published(lon, lat), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("epsg", "easting", "northing"),
    [(5897, 587_000, 2_325_000), (3405, 587_000, 2_325_000), (3406, 200_000, 1_770_000), (5899, 510_000, 1_770_000)],
)
def test_plane_vn_2000_differs_from_geographic_by_the_projection_only(epsg, easting, northing, empty_database):
    moved, how = to_wgs84(shapely.points([[easting, northing]]), pyproj.CRS.from_epsg(epsg))
    # PostGIS unprojects (EPSG's geographic VN-2000 has the same ellipsoid); the published parameters do the rest.
    query = "SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_Point(%s, %s, %s), 4756) AS p"
    with empty_database.connect() as connection:
        lon, lat = connection.execute(query, (easting, northing, epsg)).fetchone()
    np.testing.assert_allclose(shapely.get_coordinates(moved)[0], published(lon, lat), rtol=0, atol=1e-9)
    assert how.source.startswith(f"EPSG:{epsg}, VN-2000")
    assert how.name.endswith("VN-2000 to WGS 84 (2)")
    assert how.accuracy_m == 1.0


def test_wgs_84_is_left_alone_whatever_its_axis_order():
    points = shapely.points([[105.85, 21.0]])
    for crs in ("EPSG:4326", "OGC:CRS84"):
        moved, how = to_wgs84(points, pyproj.CRS(crs))
        assert moved is points
        assert how.accuracy_m == 0


def test_a_ballpark_transformation_is_refused():
    unlabelled = pyproj.CRS("+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m")
    with pytest.raises(FileError, match=r"ballpark.*EPSG:5897"):
        to_wgs84(shapely.points([[587_000.0, 2_325_000.0]]), unlabelled)


def test_parameters_in_the_file_are_used_and_their_accuracy_is_not_invented():
    crs = pyproj.CRS(
        "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m +towgs84="
        "-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278"
    )
    points = shapely.points([[587_000.0, 2_325_000.0]])
    moved, how = to_wgs84(points, crs)
    assert how.accuracy_m is None
    assert "no EPSG code" in how.source
    # A file's own parameters turn the other way (position vector, coordinate frame): some metres at most.
    known = to_wgs84(points, pyproj.CRS.from_epsg(5897))[0]
    assert shapely.distance(moved, known)[0] < 1e-4


def test_coordinates_outside_of_the_coordinate_system_are_refused():
    with pytest.raises(FileError, match="wrong coordinate system"):
        to_wgs84(shapely.points([[1e12, 1e12]]), pyproj.CRS.from_epsg(5897))


def test_a_local_grid_is_refused():
    local = pyproj.CRS('LOCAL_CS["site grid",UNIT["metre",1]]')
    with pytest.raises(FileError, match="reproject the file first"):
        to_wgs84(shapely.points([[1.0, 1.0]]), local)
