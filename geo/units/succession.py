"""Succession between two generations: which old unit's land, and which of its reports, went to which new one."""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.location.geodesy import areas_m2, lengths_m
from geo.location.shapes import polygonal

if TYPE_CHECKING:
    from geo.units.shared_reports import SharedReports

NOISE_SHARE = 0.02
"""A strip that is this share of the old unit or of the new one matters to it, however narrow it is."""


def find_succession(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, noise_width_m: float) -> pd.DataFrame:
    """Find which new units each old unit's area went to.

    Parameters
    ----------
    old, new : GeoDataFrame
        Columns code, name and geometry: valid polygons, lon, lat, EPSG:4326. The units of one frame do not overlap.
    noise_width_m : float
        Mean width in metres below which a strip may be digitising noise: see `geo.units.noise.noise_width_m`.

    Returns
    -------
    DataFrame
        A row for each pair of units that share an area, by old code and then by new code: old_code, old_name, new_code,
        new_name, area_m2 (geodesic, of what they share), share_of_old, share_of_new (0 to 1) and extent.

    See Also
    --------
    with_reports : The same by reports.

    Notes
    -----
    Extent is "noise" if what the two share is narrower than ``noise_width_m`` on average (twice its area by its
    perimeter) and less than 2 % of the old unit and of the new one. A border that is drawn anew leaves strips as long
    as the border and as wide as the error, and a transfer has a width; the share keeps what is much of a small unit.
    All other pairs are transfers: "whole" if it is the old unit's only one and less than 2 % of the old unit is in no
    new unit, else "part".

    Examples
    --------
    >>> west, east = shapely.box(105.8, 21, 105.81, 21.01), shapely.box(105.81, 21, 105.82, 21.01)
    >>> old = gpd.GeoDataFrame({"code": ["1", "2"], "name": ["A", "B"]}, geometry=[west, east], crs=4326)
    >>> new = gpd.GeoDataFrame({"code": ["3"], "name": ["C"]}, geometry=[west.union(east)], crs=4326)
    >>> find_succession(old, new, 10)[["old_code", "new_code", "share_of_old", "extent"]].to_numpy().tolist()
    [['1', '3', 1.0, 'whole'], ['2', '3', 1.0, 'whole']]
    """
    before, after = np.asarray(old.geometry), np.asarray(new.geometry)
    i, j = shapely.STRtree(after).query(before, predicate="intersects")
    area, width = _measured(shapely.intersection(before[i], after[j]))
    shared = area > 0  # units that only touch share none
    i, j, area, width = i[shared], j[shared], area[shared], width[shared]
    of_old, of_new = area / areas_m2(before)[i], area / areas_m2(after)[j]
    noise = (width < noise_width_m) & (np.maximum(of_old, of_new) < NOISE_SHARE)
    found = pd.DataFrame(
        {
            "old_code": old["code"].to_numpy()[i],
            "old_name": old["name"].to_numpy()[i],
            "new_code": new["code"].to_numpy()[j],
            "new_name": new["name"].to_numpy()[j],
            "area_m2": area,
            "share_of_old": of_old,
            "share_of_new": of_new,
            "extent": _extent(i, of_old, noise, len(before)),
        }
    )
    return found.sort_values(["old_code", "new_code"], ignore_index=True)


def with_reports(found: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame, reports: "SharedReports") -> pd.DataFrame:
    """Tell of each pair of units how many reports went from the one to the other.

    Parameters
    ----------
    found : DataFrame
        What `find_succession` found.
    old, new : DataFrame
        Columns code and name: the same units.
    reports : SharedReports
        Counted by `geo.units.shared_reports.count_shared`, with locators of these units.

    Returns
    -------
    DataFrame
        The same rows with the columns reports (int; they sum to all reports that are in a unit of either generation),
        reports_share_of_old and reports_share_of_new (of all reports in the old unit and in the new one; NaN if it has
        none). A pair that shares reports and no area, for points just outside of one, comes in with 0 m2 as noise.
    """
    counted = pd.DataFrame({"reports": reports.count})
    for side, units, position in (("old", old, reports.old), ("new", new, reports.new)):
        by_code = units.sort_values("code")
        # The last of each is for points in no unit, at position -1.
        counted[f"{side}_code"] = np.append(by_code["code"].to_numpy(dtype=object), [None])[position]
        counted[f"{side}_name"] = np.append(by_code["name"].to_numpy(dtype=object), [None])[position]
    of_old, of_new = (counted.groupby(f"{side}_code")["reports"].sum() for side in ("old", "new"))
    both = found.merge(counted.dropna(), on=["old_code", "old_name", "new_code", "new_name"], how="outer")
    both = both.fillna({"area_m2": 0.0, "share_of_old": 0.0, "share_of_new": 0.0, "extent": "noise", "reports": 0})
    both["reports"] = both["reports"].astype(np.int64)
    both["reports_share_of_old"] = both["reports"] / both["old_code"].map(of_old)
    both["reports_share_of_new"] = both["reports"] / both["new_code"].map(of_new)
    return both.sort_values(["old_code", "new_code"], ignore_index=True)


def transferred_parts(found: pd.DataFrame, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the transfers of parts with what the two units share as their shapes.

    Parameters
    ----------
    found : DataFrame
        What `find_succession` found, or `with_reports` of it.
    old, new : GeoDataFrame
        The same units.

    Returns
    -------
    GeoDataFrame
        The rows of extent "part", with geometry: lon, lat, EPSG:4326.
    """
    parts = found[found["extent"] == "part"].reset_index(drop=True)
    before, after = (units.set_index("code").geometry for units in (old, new))
    shared = shapely.intersection(before[parts["old_code"]].to_numpy(), after[parts["new_code"]].to_numpy())
    return gpd.GeoDataFrame(parts, geometry=polygonal(shared), crs=4326)


def _measured(shapes: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Measure area and mean width of each shape; lines along which units only touch do not count."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    parts, owner = parts[flat], owner[flat]
    area = np.bincount(owner, areas_m2(parts), minlength=len(shapes))
    perimeter = np.bincount(owner, lengths_m(parts), minlength=len(shapes))
    width = np.divide(2 * area, perimeter, out=np.zeros(len(shapes)), where=perimeter > 0)
    return area.astype(np.float64), width


def _extent(
    old: npt.NDArray[np.intp], of_old: npt.NDArray[np.float64], noise: npt.NDArray[np.bool_], units: int
) -> npt.NDArray[np.str_]:
    """Tell noise, whole and part; `old` is the number of each pair's old unit."""
    transfers = np.bincount(old, ~noise, minlength=units)
    covered = np.bincount(old, of_old, minlength=units)
    whole = (transfers == 1) & (covered > 1 - NOISE_SHARE)
    return np.where(noise, "noise", np.where(whole[old], "whole", "part"))
