"""Files of hot spots, each in the format that its name ends in, each with the same facts, each whole or not at all."""

from pathlib import Path
from typing import Final

import geopandas as gpd

from api.hotspot_facts import facts_of, map_facts
from geo.dispatch import Dispatch
from geo.errors import InputError
from geo.hotspots import Found
from geo.simplify import simplify_coverage
from maps.exports import csv_metadata, table, to_csv, to_geojson, to_parquet
from maps.files import write_whole
from maps.hexagons import drawn_map
from maps.hotspot_drawing import hotspot_drawing
from maps.png import Size, picture
from maps.words import Language

MAPS: Final = (".html", ".png")
TABLES: Final = (".geojson", ".parquet", ".csv")
_OUTLINE_TOLERANCE_M = 30.0


def check_suffix(path: Path) -> None:
    """Refuse a name that ends in no format that can be written."""
    if path.suffix.lower() not in (*MAPS, *TABLES):
        known = ", ".join((*TABLES, *MAPS))
        raise InputError(f"{path}: the name must end in one of {known}", "out")


def write_hotspots(
    path: Path, found: Found, dispatch: Dispatch, language: Language, size: Size = "slide", *, every_cell: bool = False
) -> list[Path]:
    """Write an answer.

    Parameters
    ----------
    path : Path
        Ends in .geojson, .parquet, .csv, .png or .html.
    found : Found
    dispatch : Dispatch
        Its boundaries on the last day of the period are drawn and named.
    language : {"vi", "en"}
        Of a map.
    size : {"a4", "slide"}, optional
        Of a picture.
    every_cell : bool, optional
        Whether a table has the cells, too, of which there is nothing to say.

    Returns
    -------
    list of Path
        What was written: a CSV file's facts go into a file of their own beside it.
    """
    if path.suffix.lower() in MAPS:
        return _write_map(path, found, dispatch, language, size)
    facts = facts_of(found, dispatch.jurisdiction.layer_at(found.question.window.last))
    rows = table(found if every_cell else found.take(found.noteworthy), facts)
    if path.suffix.lower() == ".csv":
        beside = path.with_name(f"{path.name}-metadata.json")
        write_whole(path, to_csv(rows))
        write_whole(beside, csv_metadata(rows, facts, path.name))
        return [path, beside]
    write_whole(path, to_geojson(rows, facts) if path.suffix.lower() == ".geojson" else to_parquet(rows, facts))
    return [path]


def _write_map(path: Path, found: Found, dispatch: Dispatch, language: Language, size: Size) -> list[Path]:
    jurisdiction = dispatch.jurisdiction
    layer = jurisdiction.layer_at(found.question.window.last)
    outline = simplify_coverage(layer.locator.polygons, _OUTLINE_TOLERANCE_M, jurisdiction.territory.metric_srid)
    names = [unit.name_en if language == "en" else unit.name for unit in layer.units]
    wards = gpd.GeoDataFrame({"name": names}, geometry=outline, crs=4326)
    drawing = hotspot_drawing(found, map_facts(found, dispatch, language), language)
    if path.suffix.lower() == ".png":
        write_whole(path, picture(drawing, wards, size))
    else:
        drawn_map(drawing, wards).save(path)
    return [path]
