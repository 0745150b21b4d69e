"""From the coordinate system of a file to WGS 84, by a transformation that is named and whose accuracy is known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from geo.errors import FileError

WGS84 = pyproj.CRS.from_epsg(4326)


@dataclass(frozen=True)
class Transformation:
    """How coordinates came to WGS 84.

    Parameters
    ----------
    source : str
        Coordinate system of the file ("EPSG:5897, VN-2000 / TM-3 zone 482").
    name : str
        Steps of the transformation, as the EPSG registry names them.
    accuracy_m : float or None
        Its stated accuracy in metres; None if nobody stated one (parameters that the file itself carries).
    """

    source: str
    name: str
    accuracy_m: float | None


def to_wgs84(shapes: npt.NDArray[Any], crs: pyproj.CRS) -> tuple[npt.NDArray[Any], Transformation]:
    """Reproject shapes to longitude, latitude, WGS 84.

    Of several transformations, the first in PROJ's order for the place is taken: for VN-2000 / TM-3 zone 482 this is
    "VN-2000 to WGS 84 (2)". All points of a file go through the same one, so that shared borders stay shared.

    Parameters
    ----------
    shapes : ndarray of shapely geometry
        In `crs`, x first (easting or longitude).
    crs : pyproj.CRS
        Coordinate system of the shapes.

    Returns
    -------
    tuple of (ndarray of shapely geometry, Transformation)
        Shapes with coordinates lon, lat.

    Raises
    ------
    FileError
        If only a ballpark transformation is known (an unknown shift of up to hundreds of metres), or if coordinates lie
        outside of what the coordinate system can hold.

    Examples
    --------
    >>> points, how = to_wgs84(shapely.points([[587_000.0, 2_325_000.0]]), pyproj.CRS.from_epsg(5897))
    >>> how.name, how.accuracy_m
    ('Inverse of Vietnam TM-3 zone 482 + VN-2000 to WGS 84 (2)', 1.0)
    """
    source = _label(crs)
    if crs.equals(WGS84, ignore_axis_order=True):
        return shapes, Transformation(source, "none, the file is in WGS 84", 0.0)
    transformer = _best(shapes, crs, source)
    moved = shapely.transform(shapes, transformer.transform, interleaved=False)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise FileError(f"coordinates lie outside of {source}: was the file labelled with the wrong coordinate system?")
    accuracy = transformer.accuracy if transformer.accuracy >= 0 else None
    return moved, Transformation(source, _steps(transformer.description), accuracy)


def _best(shapes: npt.NDArray[Any], crs: pyproj.CRS, source: str) -> pyproj.Transformer:
    try:
        area: Any = _area_of_interest(shapes, crs)  # Any: pyproj's stubs declare this class twice
        group = TransformerGroup(crs, WGS84, always_xy=True, allow_ballpark=False, area_of_interest=area)
    except pyproj.exceptions.ProjError as error:
        raise FileError(f"coordinate system {source} has no way to WGS 84: reproject the file first") from error
    if not group.transformers:
        raise FileError(
            f"only a ballpark transformation (off by up to hundreds of metres) leads from {source} to WGS 84 here: "
            "label the file with its EPSG code (Hanoi in VN-2000: EPSG:5897), or reproject it first"
        )
    return group.transformers[0]


def _area_of_interest(shapes: npt.NDArray[Any], crs: pyproj.CRS) -> AreaOfInterest | None:
    rough = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True).transform_bounds(*shapely.total_bounds(shapes))
    return AreaOfInterest(*rough) if np.isfinite(rough).all() else None


def _label(crs: pyproj.CRS) -> str:
    authority = crs.to_authority()
    return f"{':'.join(authority)}, {crs.name}" if authority else f"{crs.name} (no EPSG code)"


def _steps(description: str) -> str:
    return " + ".join(step for step in description.split(" + ") if not step.startswith("axis order change"))
