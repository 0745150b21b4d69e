"""The import gate: what must hold of units before they are loaded, what is put right, and what is only told."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from boundaries.attributes import check_codes, check_names
from boundaries.comparison import compare_with_previous, compare_with_stated
from boundaries.exceptions import Exemption
from boundaries.report import GateReport
from boundaries.rings import check_coordinates, repair_rings
from boundaries.verdict import judge_coverage
from boundaries.vietnamese import nfc
from geo.errors import InputError
from geo.location.geodesy import areas_m2
from geo.location.shapes import polygonal
from geo.vocabulary import LEVELS

TOLERANCE_M2 = 1.0
"""Overlaps and gaps up to this size are slivers of digitising, and are repaired."""

RING_SHARE = 1e-4
"""Share of its area that making a shape valid may change."""


def check(
    units: gpd.GeoDataFrame,
    *,
    level: str,
    previous: gpd.GeoDataFrame | None = None,
    exceptions: Sequence[Exemption] = (),
    tolerance_m2: float = TOLERANCE_M2,
    ring_share: float = RING_SHARE,
) -> GateReport:
    """Check units that are to be loaded, and repair what can be repaired without a decision.

    Parameters
    ----------
    units : GeoDataFrame
        Columns code, name (str) and geometry (polygons, lon, lat, EPSG:4326), as `boundaries.files.read_units` gives
        them; stated_area_km2 is compared if it is there.
    level : str
        One of `geo.vocabulary.LEVELS`. Units of level "area" may overlap: defects of their coverage are information.
    previous : GeoDataFrame, optional
        The previous generation: columns code, name and geometry, EPSG:4326.
    exceptions : sequence of Exemption
        Pairs of units whose defects are accepted.
    tolerance_m2 : float
        Overlaps and gaps up to this size are repaired, larger ones refused.
    ring_share : float
        Greatest share of its area that making a shape valid may change.

    Returns
    -------
    GateReport
        If coordinates are refused, no shape is checked further.

    Raises
    ------
    InputError
        If the level is unknown, or the frame has no units, not these columns, or is not in EPSG:4326.

    Examples
    --------
    >>> from shapely import box
    >>> wards = gpd.GeoDataFrame(
    ...     {"code": ["1", "2"], "name": ["Phường Bạch Mai", "Phường Vĩnh Tuy"]},
    ...     geometry=[box(105.85, 21.0, 105.86, 21.01), box(105.8599, 21.0, 105.87, 21.01)], crs=4326)
    >>> report = check(wards, level="ward")
    >>> report.passed, report.refusals[0].message
    (False, 'overlap: correct the file, or name the pair in an exceptions file')
    """
    _require(units, level)
    units = units.sort_values(["code", "name"], kind="stable").reset_index(drop=True)
    given = units["name"].to_numpy(dtype=object)
    units["name"] = [nfc(name) for name in given]
    codes, names = units["code"].to_numpy(dtype=object), units["name"].to_numpy(dtype=object)
    shapes = polygonal(np.asarray(units.geometry))
    findings = [*check_codes(codes, names, level), *check_names(codes, names, given, level)]
    wrong = check_coordinates(shapes, codes, names, None if previous is None else np.asarray(previous.geometry))
    if wrong:
        return GateReport(level, None, tolerance_m2, (*findings, *wrong), units)
    shapes, rings = repair_rings(shapes, codes, names, ring_share)
    measured = areas_m2(shapes)
    repaired, coverage = judge_coverage(shapes, codes, names, level, exceptions, tolerance_m2)
    units = units.set_geometry(gpd.GeoSeries(repaired, crs=4326))
    compared = units.assign(area_m2=measured)
    findings += [*rings, *coverage, *compare_with_stated(compared)]
    if previous is not None:
        findings += compare_with_previous(compared, previous)
    return GateReport(level, float(measured.sum()), tolerance_m2, tuple(findings), units)


def _require(units: gpd.GeoDataFrame, level: str) -> None:
    if level not in LEVELS:
        raise InputError(f"unknown level {level!r}: expected one of {', '.join(LEVELS)}", field="level")
    if missing := {"code", "name"} - set(units.columns):
        raise InputError(f"units have no column {' and no column '.join(sorted(missing))}", field="units")
    if units.empty:
        raise InputError("there are no units to check", field="units")
    if units.crs is None or not units.crs.equals(4326, ignore_axis_order=True):
        raise InputError("units must be in EPSG:4326: read them by boundaries.files.read_units", field="units")
