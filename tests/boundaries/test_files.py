"""Every kind of boundary file, in any coordinate system, gives the same units; what can't be read says why."""

import hashlib
import subprocess
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from boundaries.files import read_units
from boundaries.gate import check
from geo.errors import FileError

MILLIMETRE = 1e-8  # degrees


@pytest.fixture(scope="module")
def wards(test_data) -> gpd.GeoDataFrame:
    """Twelve wards: surveyed ones if they are on this machine, else a grid."""
    if test_data is not None:
        surveyed = gpd.read_parquet(test_data / "hanoi_wards_2025.parquet").head(12)
        return surveyed.rename(columns={"name_vi": "name"})[["code", "name", "name_en", "stated_area_km2", "geometry"]]
    columns = {
        "code": [f"{number:05}" for number in range(1, 13)],
        "name": [f"Phường Số {number}" for number in range(1, 13)],
        "name_en": [f"So {number} Ward" for number in range(1, 13)],
        "stated_area_km2": np.linspace(1, 2, 12),
    }
    squares = [
        shapely.box(105.8 + x, 21 + y, 105.81 + x, 21.01 + y) for x in np.arange(4) / 100 for y in np.arange(3) / 100
    ]
    return gpd.GeoDataFrame(columns, geometry=shapely.multipolygons([[square] for square in squares]), crs=4326)


@pytest.mark.parametrize("epsg", [4326, 4756, 5897, 3405, 32648, 3857])
@pytest.mark.parametrize("suffix", [".parquet", ".geojson", ".gpkg", ".shp", ".zip"])
@pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
def test_every_format_in_every_coordinate_system_gives_the_same_units(wards, tmp_path, suffix, epsg):
    path = tmp_path / f"wards{suffix}"
    moved = wards.to_crs(epsg)
    if suffix == ".parquet":
        moved.to_parquet(path)
    elif suffix in (".shp", ".zip"):
        moved.to_file(tmp_path / "wards.shp", encoding="utf-8")
        if suffix == ".zip":
            with zipfile.ZipFile(path, "w") as archive:
                for part in tmp_path.glob("wards.[!z]*"):
                    archive.write(part, f"some folder/{part.name}")
    else:
        moved.to_file(path)

    read = read_units(path)

    assert list(read.units["code"]) == list(wards["code"])
    assert list(read.units["name"]) == list(wards["name"])
    assert list(read.units["name_en"]) == list(wards["name_en"])
    assert list(read.units["kind"]) == [name.split()[0] for name in wards["name"]]
    np.testing.assert_allclose(read.units["stated_area_km2"], wards["stated_area_km2"])
    assert read.units.crs == "EPSG:4326"
    assert set(read.units.geom_type) == {"MultiPolygon"}
    assert shapely.hausdorff_distance(read.units.geometry.to_numpy(), wards.geometry.to_numpy()).max() < MILLIMETRE
    assert read.transformation.source.startswith(f"EPSG:{epsg},")
    assert read.transformation.accuracy_m == (1.0 if epsg in (4756, 5897, 3405) else 0.0)


def test_the_checksum_is_that_of_the_file(wards, tmp_path):
    path = tmp_path / "wards.gpkg"
    wards.to_file(path)
    assert read_units(path).sha256 == subprocess.check_output(["sha256sum", path], text=True).split()[0]


@pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
def test_the_checksum_of_a_shapefile_sees_its_names_and_its_coordinate_system(wards, tmp_path):
    path = tmp_path / "wards.shp"
    wards.to_file(path, encoding="utf-8")
    parts = [path.with_suffix(suffix).read_bytes() for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
    assert read_units(path).sha256 == hashlib.sha256(b"".join(parts)).hexdigest()


def test_columns_are_found_by_their_vietnamese_names_too(wards, tmp_path):
    path = tmp_path / "wards.gpkg"
    named = wards.rename(columns={"code": "MA_XA", "name": "TEN_XA"}).assign(MA_HUYEN="001", TEN_HUYEN="Quận Ba Đình")
    named.to_file(path)
    units = read_units(path).units
    assert list(units["code"]) == list(wards["code"])
    assert list(units["name"]) == list(wards["name"])
    assert set(units["parent_code"]) == {"001"}


def test_the_columns_of_a_file_of_districts_are_found(wards, tmp_path):
    path = tmp_path / "districts.gpkg"
    named = wards.rename(columns={"code": "MA_HUYEN", "name": "TEN_HUYEN"}).assign(MA_TINH="01")
    named.to_file(path)
    units = read_units(path).units
    assert list(units["code"]) == list(wards["code"])
    assert set(units["parent_code"]) == {"01"}


@pytest.mark.parametrize("type_of_code", ["int64", "float64"])
def test_codes_that_are_numbers_have_lost_their_zeros_and_the_gate_says_so(wards, tmp_path, type_of_code):
    path = tmp_path / "wards.parquet"
    mixed = wards.assign(code=np.append(wards["code"].astype(type_of_code)[:-1], 25747).astype(type_of_code))
    mixed.to_parquet(path)
    units = read_units(path).units
    assert "25747" in set(units["code"])
    assert not any("." in code for code in units["code"])
    messages = [finding.message for finding in check(units, level="ward").refusals]
    assert any("leading zeros were lost" in message for message in messages)


def test_heights_are_dropped_and_single_polygons_become_multipolygons(wards, tmp_path):
    path = tmp_path / "wards.gpkg"
    single = wards.explode().drop_duplicates("code")
    single.set_geometry(shapely.force_3d(single.geometry.to_numpy(), z=7.0)).to_file(path)
    units = read_units(path).units
    assert not units.has_z.any()
    assert set(units.geom_type) == {"MultiPolygon"}


def test_missing_values_are_none_and_never_nan(wards, tmp_path):
    path = tmp_path / "wards.parquet"
    wards.assign(name=None, name_en=[None, *wards["name_en"][1:]]).to_parquet(path)
    units = read_units(path).units
    assert set(units["name"]) == {""}
    assert units["name_en"][0] is None
    assert set(units["parent_code"]) == {None}


@pytest.mark.filterwarnings(
    "ignore:'crs' was not provided", "ignore:Column names longer", "ignore:Normalized/laundered"
)
@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
def test_a_file_without_a_coordinate_system_is_refused(wards, tmp_path, suffix):
    path = tmp_path / f"wards{suffix}"
    bare = gpd.GeoDataFrame(wards.drop(columns="geometry"), geometry=wards.geometry.to_numpy(), crs=None)
    bare.to_parquet(path) if suffix == ".parquet" else bare.to_file(path)
    with pytest.raises(FileError, match=r"^wards\.\w+ has no coordinate system"):
        read_units(path)


def test_geojson_is_wgs_84_by_its_standard(wards, tmp_path):
    path = tmp_path / "wards.geojson"
    path.write_text(wards.to_json(drop_id=True), encoding="utf-8")
    assert '"crs"' not in path.read_text(encoding="utf-8")
    assert read_units(path).transformation.source == "EPSG:4326, WGS 84"


def broken(path):
    path.write_bytes(b"PK\x03\x04 this is no such file")


def absent(path):
    pass


def no_units(path):
    frame = gpd.GeoDataFrame({"code": [], "name": []}, geometry=[], crs=4326)
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)


@pytest.mark.parametrize("suffix", [".parquet", ".geojson", ".gpkg", ".shp", ".zip"])
@pytest.mark.parametrize(
    ("make", "message"),
    [(broken, r"wards\.\w+ can't be read: .+"), (absent, r".*wards\.\w+ is not there, or is not a file")],
)
def test_a_file_that_is_not_what_it_seems_is_refused_in_one_line(tmp_path, suffix, make, message):
    path = tmp_path / f"wards{suffix}"
    make(path)
    with pytest.raises(FileError, match=f"^{message}$"):
        read_units(path)


@pytest.mark.parametrize("suffix", [".parquet", ".gpkg"])
def test_a_file_without_units_is_refused(tmp_path, suffix):
    path = tmp_path / f"wards{suffix}"
    no_units(path)
    with pytest.raises(FileError, match="holds no units"):
        read_units(path)


def test_an_unknown_kind_of_file_is_refused_and_the_known_ones_are_named(tmp_path):
    path = tmp_path / "wards.dwg"
    path.write_bytes(b"AC1032")
    with pytest.raises(FileError, match=r"of no known kind: expected \.parquet"):
        read_units(path)


@pytest.mark.parametrize(("column", "accepted"), [("code", "ma_xa"), ("name", "ten_xa")])
def test_a_missing_column_is_named_with_those_there_and_those_accepted(wards, tmp_path, column, accepted):
    path = tmp_path / "wards.parquet"
    wards.drop(columns=column).to_parquet(path)
    with pytest.raises(FileError, match=rf"no column for the {column} of a unit .*stated_area_km2.*{accepted}"):
        read_units(path)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (shapely.Point(105.8, 21), "row 3 is a Point"),
        (shapely.LineString([(105.8, 21), (105.9, 21)]), "row 3 is a LineString"),
        (None, "row 3 has no shape"),
        (shapely.MultiPolygon(), "row 3 has no shape"),
    ],
)
def test_a_row_that_is_no_polygon_is_named(wards, tmp_path, shape, message):
    path = tmp_path / "wards.parquet"
    shapes = wards.geometry.to_numpy().copy()
    shapes[2] = shape
    wards.set_geometry(gpd.GeoSeries(shapes, crs=4326)).to_parquet(path)
    with pytest.raises(FileError, match=message):
        read_units(path)


def test_a_geopackage_with_two_layers_is_refused_and_they_are_named(wards, tmp_path):
    path = tmp_path / "wards.gpkg"
    wards.to_file(path, layer="xa")
    wards.to_file(path, layer="huyen")
    with pytest.raises(FileError, match=r"2 layers with shapes \(xa, huyen\)"):
        read_units(path)


def test_a_table_without_shapes_beside_the_layer_does_no_harm(wards, tmp_path):
    path = tmp_path / "wards.gpkg"
    wards.to_file(path, layer="xa")
    pyogrio.write_dataframe(wards.drop(columns="geometry"), path, layer="notes", append=True)
    assert len(read_units(path).units) == len(wards)


@pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
def test_a_zip_file_must_hold_one_shapefile(wards, tmp_path):
    path = tmp_path / "wards.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with pytest.raises(FileError, match="holds 0 shapefiles"):
        read_units(path)


@pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
@pytest.mark.parametrize(("charset", "expected"), [("TCVN5712-1", "TCVN3"), ("UTF-8", "UTF-8 read as Latin-1")])
def test_a_shapefile_with_old_text_is_refused_with_advice(wards, tmp_path, charset, expected):
    path = tmp_path / "wards.shp"
    plain = wards[~wards["name"].str.contains("[ĐÂÔÁ]")]
    texts = [
        subprocess.run(
            ["iconv", "-t", charset, "-f", "UTF-8"], input=name.encode(), capture_output=True, check=True
        ).stdout
        for name in plain["name"]
    ]
    plain.assign(name=[text.decode("latin-1") for text in texts]).to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    refusals = check(read_units(path).units, level="ward").refusals
    assert [refusal.check for refusal in refusals] == ["name"]
    assert f"names are {expected} text" in refusals[0].message
    assert f"seems to mean {plain['name'].iloc[0]!r}"[:20] in refusals[0].message


@pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
def test_text_that_is_not_in_the_stated_encoding_is_refused(wards, tmp_path):
    path = tmp_path / "wards.shp"
    wards.assign(name="Ph\xadêng Ba §×nh").to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("UTF-8")
    with pytest.raises(FileError, match="not in the encoding it states"):
        read_units(path)
