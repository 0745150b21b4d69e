"""What the import gate found: findings with their units, size and place, and the report that holds them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import shapely

Severity = Literal["refused", "excepted", "repaired", "information"]
"""refused: stops a load; excepted: would stop it, but an exceptions file names it; repaired: was put right."""

HEADINGS = ("severity", "check", "units", "size", "place (lon, lat)", "what")
"""Headings of `GateReport.rows`."""


@dataclass(frozen=True)
class Finding:
    """One thing that the gate found.

    Parameters
    ----------
    check : str
        What was checked: code, name, coordinates, ring, overlap, gap, edge, area, stated_area, outline, vanished,
        appeared, exception.
    severity : Severity
        What follows from it.
    message : str
        One line: what is wrong or was done, and what to do.
    codes, names : tuple of str
        The units that it is about, in the same order.
    area_m2, length_m : float, optional
        Its size: square metres (of a comparison: new minus old), metres of edges.
    shape : shapely geometry, optional
        Where it is, in lon, lat.
    reason : str, optional
        Why it is excepted and who decided so, in the words of the exceptions file.
    """

    check: str
    severity: Severity
    message: str
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    area_m2: float | None = None
    length_m: float | None = None
    shape: Any = None
    reason: str | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """A point (lon, lat) in the shape, to seven decimals (1 cm)."""
        if self.shape is None:
            return None
        point = shapely.point_on_surface(self.shape)
        return round(point.x, 7), round(point.y, 7)

    def to_dict(self) -> dict[str, Any]:
        """Return the finding for JSON, with its point instead of its shape."""
        lon, lat = self.point or (None, None)
        return {
            "check": self.check,
            "severity": self.severity,
            "message": self.message,
            "reason": self.reason,
            "units": [{"code": code, "name": name} for code, name in zip(self.codes, self.names, strict=True)],
            "area_m2": None if self.area_m2 is None else round(self.area_m2, 4),
            "length_m": None if self.length_m is None else round(self.length_m, 3),
            "lon": lon,
            "lat": lat,
        }


@dataclass(frozen=True)
class GateReport:
    """What the gate says about the units of one file.

    Parameters
    ----------
    level : str
        Level of the units.
    area_m2 : float
        Sum of the areas of the units, as the file has them; None if their coordinates were refused.
    tolerance_m2 : float
        Overlaps and gaps up to this size were repaired.
    findings : tuple of Finding
        All that was found.
    repaired : GeoDataFrame
        The units in the order of their codes, with repaired names and shapes: what a load would write.
    """

    level: str
    area_m2: float | None
    tolerance_m2: float
    findings: tuple[Finding, ...]
    repaired: gpd.GeoDataFrame

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings for which a load is refused."""
        return tuple(finding for finding in self.findings if finding.severity == "refused")

    @property
    def passed(self) -> bool:
        """Whether a load may go on."""
        return not self.refusals

    def of(self, check: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def to_dict(self) -> dict[str, Any]:
        """Return the report for JSON: figures first, then every finding."""
        return {
            "passed": self.passed,
            "level": self.level,
            "units": len(self.repaired),
            "area_km2": None if self.area_m2 is None else round(self.area_m2 / 1e6, 6),
            "tolerance_m2": self.tolerance_m2,
            "severities": dict(Counter(finding.severity for finding in self.findings)),
            "overlaps": self._figures("overlap"),
            "gaps": self._figures("gap"),
            "mismatched_edges": self._figures("edge"),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def rows(self) -> list[tuple[str, ...]]:
        """Return the findings as texts for a table, one for each of `HEADINGS`."""
        return [
            (
                finding.severity,
                finding.check,
                _units(finding),
                _size(finding),
                "" if finding.point is None else f"{finding.point[0]:.6f}, {finding.point[1]:.6f}",
                finding.message,
            )
            for finding in self.findings
        ]

    def findings_frame(self) -> gpd.GeoDataFrame:
        """Return the findings that have a place, for a map: their shapes with what `Finding.to_dict` says of them."""
        placed = [finding for finding in self.findings if finding.shape is not None]
        columns = list(Finding("", "information", "").to_dict())
        records = [finding.to_dict() | {"units": _units(finding)} for finding in placed]
        frame = pd.DataFrame(records, columns=columns)
        return gpd.GeoDataFrame(frame, geometry=[finding.shape for finding in placed], crs=4326)

    def _figures(self, check: str) -> dict[str, Any]:
        found = self.of(check)
        sizes = [finding.area_m2 if finding.area_m2 is not None else finding.length_m or 0.0 for finding in found]
        units = {code for finding in found for code in finding.codes}
        unit = "m" if check == "edge" else "m2"
        return {
            "count": len(found),
            "units": len(units),
            f"total_{unit}": round(sum(sizes), 4),
            f"largest_{unit}": round(max(sizes, default=0.0), 4),
        }


def _units(finding: Finding) -> str:
    shown = [f"{code} {name}".strip() for code, name in zip(finding.codes, finding.names, strict=True)]
    return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")


def _size(finding: Finding) -> str:
    if finding.length_m is not None:
        return f"{finding.length_m:,.1f} m"
    if finding.area_m2 is None:
        return ""
    if abs(finding.area_m2) >= 1e4:
        return f"{finding.area_m2 / 1e6:,.4f} km²"
    return f"{finding.area_m2:,.2f} m²"
