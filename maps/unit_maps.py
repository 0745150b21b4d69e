"""Maps of boundaries: units with a list that leads to each, or what the import gate found about them."""

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np

from geo.folded import folded
from geo.location.ellipsoid import areas_m2
from maps.arguments import check_given
from maps.boundary_map import features, unit_names
from maps.card_map import Card, Script, card_map
from maps.finding_words import FINDING_WORDS
from maps.findings import CheckFacts, findings_map
from maps.leaflet import OfflineMap
from maps.unit_words import UNIT_WORDS
from maps.words import WORDS, Language

TOLERANCE_M = 30.0
"""How coarse the units are drawn."""


def boundaries(
    units: gpd.GeoDataFrame, findings: gpd.GeoDataFrame | None = None, *, language: Language = "vi"
) -> OfflineMap:
    """Show units with a list that leads to each; or, with findings, the places where they are no coverage.

    Parameters
    ----------
    units : GeoDataFrame
        Codes as a column or as the index, name, and geometry in lon, lat: what ``db.units(...)`` gives, or what
        `boundaries.gate.check` repaired.
    findings : GeoDataFrame, optional
        What `boundaries.gate.check` found: its ``findings_frame()``.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        A folium map: the last line of a notebook's cell shows it, ``save(path)`` writes it.

    Examples
    --------
    See docs/maps.md.
    """
    check_given(units, language)
    coded = units if "code" in units else units.rename_axis("code").reset_index()
    if findings is None:
        return _units_map(coded, language)
    facts = CheckFacts(
        file=str(units.attrs.get("source", "")),
        level=_level(units),
        checked_at=dt.datetime.now().astimezone(),
        refused=int((findings["severity"] == "refused").sum()),
        area_m2=_area_m2(units),
    )
    return findings_map(coded, findings, facts, language=language)


def _units_map(units: gpd.GeoDataFrame, language: Language) -> OfflineMap:
    own, words, generation = UNIT_WORDS[language], WORDS[language], units.attrs.get("generation")
    names = unit_names(units, language)
    title = own.title.format(level=FINDING_WORDS[language].levels[_level(units)])
    areas = areas_m2(np.asarray(units.geometry)) / 1e6
    rows = [
        {"number": number, "name": names[number], "code": units["code"].iloc[number], "area": areas[number]}
        for number in np.argsort([folded(name) for name in names], kind="stable").tolist()
    ]
    said: dict[str, Any] = {
        "own": own,
        "title": title,
        "sentence": own.sentence.format(n=words.count(len(units)), area=words.number(areas.sum(), 1)),
        "schematic": generation is not None and generation["schematic"],
        "notes": () if generation is None else _notes(generation, language),
        "made": words.made_at(_made(units)),
        "rows": rows,
    }
    drawn = {
        "units": features(units, names, TOLERANCE_M, overlap=_level(units) == "area"),
        "dashed": said["schematic"],
    }
    script = Script(("unit_map.js",), "drawUnitMap", drawn)
    return card_map(title, language, Card("unit_card.html", said), script)


def _notes(generation: dict[str, Any], language: Language) -> tuple[tuple[str, str], ...]:
    own, words = UNIT_WORDS[language], WORDS[language]
    since, until = (
        day and words.day(dt.date.fromisoformat(day)) for day in (generation["valid_from"], generation.get("valid_to"))
    )
    in_force = (own.in_force_until if until else own.in_force).format(since=since, until=until)
    return ((words.boundaries, in_force), (own.source, generation["source"]))


def _level(units: gpd.GeoDataFrame) -> str:
    return str(units.attrs.get("level", "ward"))


def _area_m2(units: gpd.GeoDataFrame) -> float:
    return float(areas_m2(np.asarray(units.geometry)).sum())


def _made(units: gpd.GeoDataFrame) -> dt.datetime:
    made = units.attrs.get("made")
    return dt.datetime.fromisoformat(made) if made else dt.datetime.now().astimezone()
