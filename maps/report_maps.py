"""A map of single reports: points when close, gathered to circles from afar."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import InputError
from maps.arguments import check_given
from maps.card_map import Script, face_map
from maps.drawing import Face, LegendClass
from maps.frames import facts_in
from maps.hexagons import outline_of
from maps.leaflet import OfflineMap
from maps.report_words import REPORT_WORDS, STATUSES
from maps.rings import STEPS_PER_DEGREE
from maps.style import STATUS_COLOURS
from maps.words import WORDS, Language

_TOLD = ("category", "unit_name")
"""Columns that a point tells under the pointer, besides its status and its day; those that there are."""


@dataclass(frozen=True, eq=False)
class ReportFace(Face):
    """All that a map of single reports says."""

    @property
    def cautions(self) -> tuple[str, ...]:
        """What nobody may overlook: not everybody may see single reports."""
        return (REPORT_WORDS[self.language].private, *super().cautions)


def reports(
    points: gpd.GeoDataFrame, *, wards: gpd.GeoDataFrame | None = None, language: Language = "vi"
) -> OfflineMap:
    """Show single reports by their status.

    Parameters
    ----------
    points : GeoDataFrame
        Columns status and reported_at, and category and unit_name if there; geometry in lon, lat: what
        ``db.reports(...)`` gives. Nothing else of a report goes into the map, no text and no picture.
    wards : GeoDataFrame of polygons, optional
        For orientation: what ``db.units(...)`` gives.
    language : {"vi", "en"}, optional

    Returns
    -------
    OfflineMap
        A folium map: the last line of a notebook's cell shows it, ``save(path)`` writes it.

    Raises
    ------
    InputError
        A column is missing, or the frame does not say its period.

    Examples
    --------
    See docs/maps.md.
    """
    check_given(points, language)
    for name in ("status", "reported_at"):
        if name not in points:
            raise InputError(f"a map of reports needs their {name}: take reports with this column", name)
    face, position = _face(points, language), shapely.get_coordinates(points.geometry.to_numpy())
    steps = np.rint(position * STEPS_PER_DEGREE).astype(np.int64)
    drawn = {
        "colours": face.colours,
        "steps": np.diff(steps, axis=0, prepend=[[0, 0]]).ravel().tolist(),
        "stepsPerDegree": STEPS_PER_DEGREE,
        "classOf": pd.Categorical(points["status"], list(STATUSES)).codes.tolist(),
        "parts": _parts(points, language),
        "outline": outline_of(wards, language),
        "dashed": face.facts.schematic,
    }
    return face_map(face, Script(("point_layer.js", "report_map.js"), "drawReportMap", drawn))


def _face(points: gpd.GeoDataFrame, language: Language) -> ReportFace:
    own, words, facts = REPORT_WORDS[language], WORDS[language], facts_in(points, language)
    counts = points["status"].value_counts()
    said = words.reports.format(n=words.count(len(points)))
    title = own.title_of_all if facts.category is None else own.title
    return ReportFace(
        title=title.format(category=facts.category),
        sentence=own.sentence.format(period=words.period(*facts.period), n=said),
        heading=own.heading,
        classes=tuple(
            LegendClass(getattr(name, language), STATUS_COLOURS[status], words.number(int(counts.get(status, 0))))
            for status, name in STATUSES.items()
        ),
        stacked=True,
        notes=tuple(
            (term, text) for term, text in ((words.method, own.method), (words.boundaries, facts.boundaries)) if text
        ),
        facts=facts,
        language=language,
    )


def _parts(points: gpd.GeoDataFrame, language: Language) -> list[dict[str, Any]]:
    """Give what each point tells: the different texts of each column once, and which of them each row has."""
    days = points["reported_at"].dt.date
    columns = {
        "status": points["status"].map({code: getattr(name, language) for code, name in STATUSES.items()}),
        **{name: points[name] for name in _TOLD if name in points},
        "day": days.map({day: WORDS[language].day(day) for day in days.unique()}),
    }
    coded = (pd.factorize(column) for column in columns.values())
    return [{"texts": texts.tolist(), "of": codes.tolist()} for codes, texts in coded]
