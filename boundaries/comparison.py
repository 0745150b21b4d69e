"""Comparison of units with stated areas and with the previous generation: to know, never a reason to refuse."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from boundaries.report import Finding
from boundaries.vietnamese import one_spelling
from geo.location.geodesy import areas_m2

NOTABLE = 0.01
"""Share by which an area must differ to be listed."""


def compare_with_stated(units: gpd.GeoDataFrame) -> list[Finding]:
    """List units whose area differs from the stated one by more than 1 %.

    Parameters
    ----------
    units : GeoDataFrame
        Columns code, name, geometry and area_m2 (measured), and stated_area_km2 if anything was stated.

    Returns
    -------
    list of Finding
    """
    if "stated_area_km2" not in units:
        return []
    stated = units["stated_area_km2"].to_numpy(dtype=float) * 1e6
    return _differing(units, stated, "stated_area", "stated")


def compare_with_previous(units: gpd.GeoDataFrame, previous: gpd.GeoDataFrame) -> list[Finding]:
    """List what differs from the previous generation: total area, outline, units, and areas of units by more than 1 %.

    A unit of the previous generation is the same one if both code and name are: a code may be given to another unit
    (103 of the 126 that Hanoi's wards have since July 2025 were another ward's before). Capitals and the place of a
    tone mark (Hoà, Hòa) make no other name.

    Parameters
    ----------
    units : GeoDataFrame
        Columns code, name, geometry and area_m2.
    previous : GeoDataFrame
        Columns code, name and geometry, in EPSG:4326.

    Returns
    -------
    list of Finding
        Areas are given as new minus old; that of the outline is what only one of the two covers.
    """
    before = pd.Series(areas_m2(np.asarray(previous.geometry)), index=_identities(previous))
    before = before[~before.index.duplicated()]
    old = before.reindex(_identities(units)).to_numpy(dtype=float)
    return [
        _total(float(units["area_m2"].sum()), float(before.sum())),
        *_outline(np.asarray(units.geometry), np.asarray(previous.geometry)),
        *_missing_from(previous, units, "vanished", "units of the previous generation are not in the file"),
        *_missing_from(units, previous, "appeared", "units of the file were not in the previous generation"),
        *_differing(units, old, "area", "in the previous generation"),
    ]


def _identities(units: gpd.GeoDataFrame) -> pd.MultiIndex:
    """Give code and name of each unit, the name as one spelling."""
    return pd.MultiIndex.from_arrays([units["code"], units["name"].map(one_spelling)])


def _total(new: float, old: float) -> Finding:
    text = f"in total {new / 1e6:,.3f} km², {old / 1e6:,.3f} km² in the previous generation"
    return Finding("area", "information", text, area_m2=new - old)


def _outline(shapes: Any, previous: Any) -> list[Finding]:
    apart = shapely.symmetric_difference(shapely.union_all(shapes), shapely.union_all(previous))
    if apart.is_empty:
        return []
    area = float(areas_m2(np.array([apart]))[0])
    text = f"the outline differs from that of the previous generation: {area / 1e6:,.3f} km² are in one of them only"
    return [Finding("outline", "information", text, area_m2=area, shape=apart)]


def _missing_from(here: gpd.GeoDataFrame, there: gpd.GeoDataFrame, check: str, text: str) -> list[Finding]:
    gone = here[~_identities(here).isin(_identities(there))]
    if gone.empty:
        return []
    return [Finding(check, "information", f"{len(gone)} {text}", tuple(gone["code"]), tuple(gone["name"]))]


def _differing(units: gpd.GeoDataFrame, other_m2: Any, check: str, where: str) -> list[Finding]:
    measured = units["area_m2"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        notable = np.abs(measured - other_m2) / other_m2 > NOTABLE
    return [
        Finding(
            check,
            "information",
            f"measured {area / 1e6:,.4f} km², {where} {other / 1e6:,.4f} km² ({(area - other) / other:+.1%})",
            (unit.code,),
            (unit.name,),
            area_m2=float(area - other),
            shape=unit.geometry,
        )
        for unit, area, other in zip(
            units[notable].itertuples(index=False), measured[notable], other_m2[notable], strict=True
        )
    ]
