"""Reading units from a file: GeoParquet, GeoJSON, GeoPackage or shapefile, in any coordinate system, into one form."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow
import pyogrio
import pyproj
import shapely

from boundaries.crs import Transformation, to_wgs84
from boundaries.vietnamese import kind_of
from geo.errors import FileError

COLUMNS = {
    "code": ("code", "ma", "ma_xa", "maxa", "ma_phuong", "ma_dvhc", "madvhc", "ward_code", "unit_code", "ma_huyen"),
    "name": ("name_vi", "name", "ten", "ten_xa", "tenxa", "ten_phuong", "ten_dvhc", "tendvhc", "ten_huyen"),
    "name_en": ("name_en", "full_name_en", "ten_tieng_anh"),
    "kind": ("kind", "loai", "loai_dvhc"),
    "parent_code": ("parent_code", "ma_cha", "ma_huyen", "district_code", "ma_tinh", "province_code"),
    "stated_area_km2": ("stated_area_km2", "area_km2", "dien_tich_km2", "dientich_km2"),
}
"""What a column is called here, and the names it may have in a file, in upper or lower case, whole or cut to the ten
letters of a shapefile's columns. The first that is there is taken; a column of the file serves once."""

READABLE = (".parquet", ".geoparquet", ".geojson", ".json", ".gpkg", ".shp", ".zip")

_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class UnitFile:
    """Units as a file has them, and where they came from.

    Parameters
    ----------
    units : GeoDataFrame
        Columns code, name (str, "" where missing), name_en, kind, parent_code (str, None where missing),
        stated_area_km2 (float, NaN where missing) and geometry: MultiPolygon, lon, lat, EPSG:4326.
    name : str
        Name of the file, without its folder.
    sha256 : str
        Checksum of the file; of a bare shapefile, that of its parts .shp, .shx, .dbf, .prj, .cpg one after the other.
    transformation : Transformation
        Coordinate system of the file and how it was brought to WGS 84.
    """

    units: gpd.GeoDataFrame
    name: str
    sha256: str
    transformation: Transformation


def read_units(path: Path) -> UnitFile:
    """Read units from a file and bring them into one form.

    Parameters
    ----------
    path : Path
        GeoParquet, GeoJSON, GeoPackage with one layer, shapefile, or a zip file with one shapefile. For the names of
        its columns see `COLUMNS`.

    Returns
    -------
    UnitFile
        Units in the order of the file. Their content is checked by `boundaries.gate.check`, not here.

    Raises
    ------
    FileError
        If the file is not there, can't be read, has no coordinate system, no units, no column for code or name, or
        shapes that are missing or not polygons.
    """
    path = Path(path)
    frame = _read(path)
    if frame.empty:
        raise FileError(f"{path.name} holds no units: expected one polygon for each")
    if frame.crs is None:
        raise FileError(
            f"{path.name} has no coordinate system: expected a .prj beside a shapefile, a CRS inside other files"
        )
    columns = _columns(path, frame)
    shapes = _multipolygons(path, np.asarray(frame.geometry))
    try:
        shapes, transformation = to_wgs84(shapes, pyproj.CRS(frame.crs))
    except FileError as error:
        raise FileError(f"{path.name}: {error}") from error
    units = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
    return UnitFile(units, path.name, _sha256(path), transformation)


def _read(path: Path) -> gpd.GeoDataFrame:
    if path.suffix.lower() not in READABLE:
        raise FileError(f"{path.name} is of no known kind: expected {', '.join(READABLE)}")
    if not path.is_file():
        raise FileError(f"{path} is not there, or is not a file")
    try:
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return gpd.read_parquet(path)
        source = _shapefile_in(path) if path.suffix.lower() == ".zip" else str(path)
        return gpd.read_file(source, layer=_only_layer(path, source), engine="pyogrio")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{path.name} holds text that is not in the encoding it states ({error.encoding}): convert it to UTF-8"
        ) from error
    except (
        OSError,
        ValueError,
        zipfile.BadZipFile,
        pyarrow.ArrowException,
        pyogrio.errors.DataSourceError,
        shapely.errors.ShapelyError,
    ) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(f"{path.name} can't be read: {reason}") from error


def _shapefile_in(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        found = [name for name in archive.namelist() if name.lower().endswith(".shp")]
    if len(found) != 1:
        raise FileError(f"{path.name} holds {len(found)} shapefiles ({', '.join(found) or 'none'}): expected one")
    return f"/vsizip/{path.resolve()}/{found[0]}"


def _only_layer(path: Path, source: str) -> str:
    layers = [name for name, geometry in pyogrio.list_layers(source) if geometry is not None]
    if len(layers) != 1:
        raise FileError(
            f"{path.name} holds {len(layers)} layers with shapes ({', '.join(layers) or 'none'}): expected one"
        )
    return str(layers[0])


def _columns(path: Path, frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Take the columns of `COLUMNS` from the file, with its values as text or numbers."""
    left = {str(column).lower(): frame[column] for column in frame.columns if column != frame.geometry.name}
    there = ", ".join(left) or "none"
    found: dict[str, Any] = {}
    for column, accepted in COLUMNS.items():
        key = next((key for name in accepted for key in (name, name[:10]) if key in left), None)
        if key is None and column in ("code", "name"):
            raise FileError(
                f"{path.name} has no column for the {column} of a unit (it has: {there}): "
                f"expected one of {', '.join(accepted)}"
            )
        found[column] = pd.Series([None] * len(frame)) if key is None else left.pop(key)
    texts = {
        "code": _text(found["code"], missing=""),
        "name": _text(found["name"], missing=""),
        "name_en": _text(found["name_en"]),
        "kind": _text(found["kind"]),
        "parent_code": _text(found["parent_code"]),
    }
    kinds = [kind or kind_of(name) for kind, name in zip(texts["kind"], texts["name"], strict=True)]
    return texts | {"kind": pd.Series(kinds, dtype=object), "stated_area_km2": _numbers(found["stated_area_km2"])}


def _text(column: "pd.Series[Any]", missing: str | None = None) -> "pd.Series[Any]":
    """Values as str without spaces around them; whole numbers without a decimal point."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    values = [missing if pd.isna(value) else str(value).strip() or missing for value in column]
    return pd.Series(values, dtype=object)  # object: a column of type str would make NaN of None


def _numbers(column: "pd.Series[Any]") -> npt.NDArray[np.float64]:
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def _multipolygons(path: Path, shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if missing.any():
        raise FileError(
            f"{path.name}: row {missing.argmax() + 1} has no shape ({missing.sum()} such): expected a polygon"
        )
    kinds = shapely.get_type_id(shapes)
    wrong = ~np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    if wrong.any():
        found = shapes[wrong][0].geom_type
        raise FileError(f"{path.name}: row {wrong.argmax() + 1} is a {found} ({wrong.sum()} such): expected polygons")
    parts, owner = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=owner))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    if path.suffix.lower() == ".shp":
        parts = [part for suffix in _SHAPEFILE_PARTS if (part := path.with_suffix(suffix)).is_file()]
    else:
        parts = [path]
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
