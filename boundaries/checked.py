"""A file of units, held to the import gate: read, checked, and refused in words. No database is needed."""

import dataclasses
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import geopandas as gpd

from boundaries.exceptions import Exemption
from boundaries.files import UnitFile, read_units
from boundaries.gate import check
from boundaries.report import GateReport
from geo.errors import RefusedError

_NAMED = 3


def read_checked(
    path: Path, level: str, previous: gpd.GeoDataFrame | None = None, exceptions: Sequence[Exemption] = ()
) -> tuple[UnitFile, GateReport]:
    """Read a file of units and hold it to the import gate.

    Parameters
    ----------
    path : Path
        See `boundaries.files.read_units`.
    level : str
        One of `geo.vocabulary.LEVELS`.
    previous : GeoDataFrame, optional
        Units that the new ones are compared with: columns code, name and geometry, EPSG:4326.
    exceptions : sequence of Exemption
        Pairs of units whose defects are accepted.

    Returns
    -------
    tuple of (UnitFile, GateReport)

    Raises
    ------
    FileError
        If the file can't be read. What its units are like is in the report.
    """
    file = read_units(path)
    return file, check(file.units, level=level, previous=previous, exceptions=exceptions)


def describe(file: UnitFile, report: GateReport) -> dict[str, Any]:
    """Return for JSON what the gate found, and of which file."""
    transformation = dataclasses.asdict(file.transformation)
    return {"file": file.name, "sha256": file.sha256, "transformation": transformation, **report.to_dict()}


def require_passed(file: UnitFile, report: GateReport) -> None:
    """Refuse a file that the gate refuses.

    Raises
    ------
    RefusedError
        It names the first defects with their units and places, and says how many more there are.
    """
    if report.passed:
        return
    refused = (row for row in report.rows() if row[0] == "refused")
    first = "; ".join(_in_words(row) for row in islice(refused, _NAMED))
    rest = len(report.refusals) - _NAMED
    raise RefusedError(f"{file.name} is refused: {first}" + (f"; and {rest} more" if rest > 0 else ""))


def _in_words(row: tuple[str, ...]) -> str:
    _, _, units, size, place, message = row
    where = ", ".join(part for part in (units, size, place and f"at {place}") if part)
    return f"{message} ({where})"
