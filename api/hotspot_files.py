"""Files of hot spots, each in the format that its name ends in, each with the same facts, each whole or not at all."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import geopandas as gpd
import shapely

from api.hotspot_facts import facts_of, map_facts, not_drawn, only_words
from api.hotspot_part import WHOLE_CITY, Part
from api.hotspot_question import Asked
from geo.hexagons.boxes import Box
from geo.hexagons.grids import Boundaries, boundaries_of
from geo.hotspots.question import Found
from geo.lookup.dispatch import Dispatch
from geo.units.jurisdiction import Layer
from geo.units.simplify import simplify_coverage
from maps.drawing import HexDrawing, Size
from maps.exports import csv_metadata, table, to_csv, to_geojson, to_parquet
from maps.files import write_whole
from maps.hexagons import drawn_map
from maps.hotspot_drawing import hotspot_drawing
from maps.png import picture
from maps.words import Language

_OUTLINE_TOLERANCE_M = 30.0
_ONE_PICTURE: Final = Lock()
"""One picture at a time: each takes a processor and a hundred megabytes for a second or two."""


@dataclass(frozen=True, eq=False)
class HotspotMap:
    """An answer as a map.

    Parameters
    ----------
    found : Found
        The cells that are drawn.
    asked : Asked
    dispatch : Dispatch
        Its boundaries on the last day of the period are drawn and named.
    whole : Found
        The whole city, of which the map speaks: the same, if all of it is drawn.
    language : {"vi", "en"}
    size : {"a4", "slide"}
        Of a picture.
    hidden : dict, optional
        What is told of what everybody is not told, as `geo.privacy.public_counting.hidden_words` gives it.
    box : (west, south, east, north), optional
        Degrees: the part of the city that is shown.
    part : Part
        Which cells are drawn.
    """

    found: Found
    asked: Asked
    dispatch: Dispatch
    whole: Found
    language: Language = "vi"
    size: Size = "slide"
    hidden: dict[str, Any] | None = None
    box: Box | None = None
    part: Part = WHOLE_CITY

    @property
    def layer(self) -> Layer:
        """The boundaries on the last day of the period."""
        return self.dispatch.jurisdiction.layer_at(self.found.question.window.last)

    def html(self) -> bytes:
        """Give one file for a browser that opens without the internet."""
        return drawn_map(self._drawing(), self._wards(), self._part()).html().encode()

    def png(self) -> bytes:
        """Give a picture."""
        with _ONE_PICTURE:
            return picture(self._drawing(), self._wards(), self.size, self._part())

    def _drawing(self) -> HexDrawing:
        facts = map_facts(self.whole, self.dispatch, self.language)
        drawing = hotspot_drawing(self.found, facts, self.language, whole=self.whole)
        return replace(
            drawing,
            notes=(*only_words(self.asked, self.language), *not_drawn(self.hidden, self.language), *drawing.notes),
        )

    def _part(self) -> Box | None:
        """Give the box if it leaves something of the city out."""
        west, south, east, north = self._wards().total_bounds
        if self.box is None or shapely.box(*self.box).covers(shapely.box(west, south, east, north)):
            return None
        return self.box

    def _wards(self) -> gpd.GeoDataFrame:
        names = [unit.name_en if self.language == "en" else unit.name for unit in self.layer.units]
        outline = _outline(boundaries_of(self.layer), self.dispatch.jurisdiction.territory.metric_srid)
        return gpd.GeoDataFrame({"name": names}, geometry=outline, crs=4326)


@lru_cache(maxsize=4)
def _outline(boundaries: Boundaries, metric_srid: int) -> gpd.GeoSeries:
    outline = simplify_coverage(boundaries.polygons, _OUTLINE_TOLERANCE_M, metric_srid)
    return gpd.GeoSeries(outline, crs=4326)


def write_hotspots(path: Path, drawn: HotspotMap) -> list[Path]:
    """Write an answer.

    Parameters
    ----------
    path : Path
        Ends in .geojson, .parquet, .csv, .png or .html.
    drawn : HotspotMap

    Returns
    -------
    list of Path
        What was written: a CSV file's facts go into a file of their own beside it.
    """
    suffix = path.suffix.lower()
    if suffix in (".html", ".png"):
        write_whole(path, drawn.png() if suffix == ".png" else drawn.html())
        return [path]
    facts = facts_of(drawn.found, drawn.whole, drawn.layer, drawn.asked, drawn.part, drawn.hidden)
    rows = table(drawn.found, facts)
    if suffix == ".csv":
        beside = path.with_name(f"{path.name}-metadata.json")
        write_whole(path, to_csv(rows))
        write_whole(beside, csv_metadata(rows, facts, path.name))
        return [path, beside]
    write_whole(path, to_geojson(rows, facts) if suffix == ".geojson" else to_parquet(rows, facts))
    return [path]
