"""Counts from the store as a map of `maps`: what the map says about itself, in both languages."""

import datetime as dt
from pathlib import Path

import geopandas as gpd

from geo.jurisdiction import Jurisdiction
from geo.simplify import simplify_coverage
from geo.store.counts import Counts
from geo.territory import Category
from maps.hexagons import MapFacts, hexagon_map, save
from maps.words import WORDS, Language

_OUTLINE_TOLERANCE_M = 30.0
_METHOD = {
    "vi": "Đếm số phản ánh theo ô lục giác H3, độ phân giải {}.",
    "en": "Reports counted by H3 hexagon, resolution {}.",
}
_BOUNDARIES = {"vi": "Phường, xã từ {}: {}", "en": "Wards and communes since {}: {}"}


def write_counts_map(
    path: Path,
    jurisdiction: Jurisdiction,
    counts: Counts,
    category: Category | None,
    period: tuple[dt.date, dt.date],
    resolution: int,
    language: Language,
) -> None:
    """Write a map of counts over the wards in force on the last day of the period."""
    layer = jurisdiction.layer_at(period[1])
    name = None if category is None else {"vi": category.name, "en": category.name_en}[language]
    facts = MapFacts(
        category=name,
        period=period,
        n=counts.n,
        method=_METHOD[language].format(resolution),
        boundaries=_BOUNDARIES[language].format(
            WORDS[language].day(layer.generation.valid_from), layer.generation.source
        ),
        schematic=layer.generation.schematic,
        synthetic=bool(counts.synthetic.any()),
        made_at=dt.datetime.now(jurisdiction.territory.zone),
    )
    outline = simplify_coverage(layer.locator.polygons, _OUTLINE_TOLERANCE_M, jurisdiction.territory.metric_srid)
    wards = gpd.GeoSeries(outline, crs=4326)
    save(hexagon_map(counts.cell, counts.count, facts, outline=wards, language=language), path)
