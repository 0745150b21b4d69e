"""A map of what the import gate found in a file of units, as one HTML file that opens without the internet."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from maps.boundary_map import EXACT_DECIMALS, features, geojson
from maps.card_map import Card, Script, card_map
from maps.finding_words import FINDING_WORDS
from maps.leaflet import OfflineMap
from maps.words import WORDS, Language, Words

CHECKS = ("overlap", "gap", "edge", "ring")
"""The checks that are about a place: what the map shows."""

UNIT_TOLERANCE_M = 30.0
"""How coarse the units are drawn; around each finding they are drawn exactly."""

_AROUND = 0.0002


@dataclass(frozen=True)
class CheckFacts:
    """What a map of findings says about itself on its face.

    Attributes
    ----------
    file : str
        Name of the file that was checked.
    level : str
        One of `geo.vocabulary.LEVELS`.
    checked_at : datetime.datetime
        In local time.
    refused : int
        Findings for which a load is refused; 0 means that the file passed.
    area_m2 : float or None
        All units together; None if it could not be measured.
    """

    file: str
    level: str
    checked_at: dt.datetime
    refused: int
    area_m2: float | None


def findings_map(
    units: gpd.GeoDataFrame, findings: gpd.GeoDataFrame, facts: CheckFacts, *, language: Language = "vi"
) -> OfflineMap:
    """Draw units and the places where they are no coverage, with a list that leads to each place.

    Parameters
    ----------
    units : GeoDataFrame
        Columns code, name and geometry, lon, lat, EPSG:4326.
    findings : GeoDataFrame
        Columns check, severity, reason (or None), units (text), area_m2, length_m, lon, lat, and geometry: where it
        is. Of the checks overlap, gap, edge and ring each becomes a place; others are only counted.
    facts : CheckFacts
        What the map says about itself.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        Without a tile layer; everything it needs is inside.

    Examples
    --------
    >>> wards = gpd.GeoDataFrame({"code": ["1"], "name": ["Phường Bạch Mai"]},
    ...     geometry=[shapely.box(105.8, 21, 105.81, 21.01)], crs=4326)
    >>> overlap = gpd.GeoDataFrame({"check": ["overlap"], "severity": ["refused"], "reason": [None],
    ...     "units": ["1 Phường Bạch Mai, 2 Phường Vĩnh Tuy"], "area_m2": [12.5], "length_m": [None],
    ...     "lon": [105.8], "lat": [21.0]}, geometry=[shapely.box(105.8, 21, 105.8001, 21.0001)], crs=4326)
    >>> facts = CheckFacts("wards.gpkg", "ward", dt.datetime(2026, 11, 1, 9, 30), 1, 1.15e6)
    >>> "12,5 m²" in findings_map(wards, overlap, facts).html()
    True
    """
    placed = findings[findings["check"].isin(CHECKS)]
    words = FINDING_WORDS[language]
    drawn = {
        "units": features(units, units["code"] + " " + units["name"], UNIT_TOLERANCE_M, overlap=facts.level == "area"),
        "findings": _drawn_findings(placed, np.asarray(units.geometry)),
    }
    said = _said(units, placed, len(findings) - len(placed), facts, language)
    title = f"{words.title}: {facts.file}" if facts.file else words.title
    script = Script(("findings_map.js",), "drawFindingsMap", drawn)
    return card_map(title, language, Card("findings_map.html", said), script)


def _drawn_findings(findings: gpd.GeoDataFrame, shapes: NDArray[np.object_]) -> list[dict[str, Any]]:
    """Give each finding its shape and the borders of all units around it, exactly."""
    places = np.asarray(findings.geometry, dtype=object)
    frames = shapely.box(*shapely.bounds(shapely.buffer(places, _AROUND)).T)
    place, unit = shapely.STRtree(shapes).query(frames, predicate="intersects")
    borders = shapely.intersection(shapely.boundary(shapes[unit]), frames[place])
    around = [shapely.geometrycollections(borders[place == number]) for number in range(len(places))]
    return [
        {"severity": severity, "lon": lon, "lat": lat, "shape": shape, "around": lines}
        for severity, lon, lat, shape, lines in zip(
            findings["severity"],
            findings["lon"],
            findings["lat"],
            geojson(places, EXACT_DECIMALS),
            geojson(np.array(around, dtype=object), EXACT_DECIMALS),
            strict=True,
        )
    ]


def _said(
    units: gpd.GeoDataFrame, placed: gpd.GeoDataFrame, others: int, facts: CheckFacts, language: Language
) -> dict[str, Any]:
    """Say what the card says."""
    numbers = WORDS[language]
    rows = placed.assign(
        size=[_size(*each, numbers) for each in zip(placed["area_m2"], placed["length_m"], strict=True)]
    )
    totals = [
        (check, len(of), _size(of["area_m2"].sum(min_count=1), of["length_m"].sum(min_count=1), numbers))
        for check in CHECKS
        if len(of := placed[placed["check"] == check])
    ]
    return {
        "facts": facts,
        "words": FINDING_WORDS[language],
        "numbers": numbers,
        "units": len(units),
        "totals": totals,
        "rows": rows.to_dict("records"),
        "others": others,
    }


def _size(area_m2: float | None, length_m: float | None, numbers: Words) -> str:
    if length_m is not None and not np.isnan(length_m):
        return f"{numbers.number(length_m, 1)} m"
    if area_m2 is not None and not np.isnan(area_m2):
        return f"{numbers.number(area_m2, 2 if area_m2 < 10 else 1)} m²"
    return ""
